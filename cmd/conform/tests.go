package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ouro-loop/ouro/cmd/conform/internal/marks"
)

// Where the lists of CPython's tests lie, and the table made of them, from the root of
// the module.
const (
	testsList  = "cmd/conform/testdata/cpython-tests.txt"      // those of 3.13
	testsAdded = "cmd/conform/testdata/cpython-tests-3.15.txt" // those of later ones about what is here
	testsPage  = "docs/conformance.md"
)

// What stands around the table in the page.
const (
	tableBegins = "<!-- the rest is written by: go run ./cmd/conform tests -->\n"
	tableTitle  = "\n## CPython's own tests, one by one\n\n"
)

func newTests() *cobra.Command {
	var record, root string
	var check bool
	cmd := &cobra.Command{
		Use:   "tests",
		Short: "List CPython's own tests with the Go tests that ask the same",
		Long: "Writes the table in docs/conformance.md from the marks in the Go tests. With --check it only tells whether the table\n" +
			"is up to date, and whether there is an answer for every test.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if record != "" {
				methods, err := marks.Methods(record)
				if err != nil {
					return err
				}
				return os.WriteFile(filepath.Join(root, testsList), []byte(strings.Join(methods, "\n")+"\n"), 0o644)
			}
			page, err := testsTable(root)
			if err != nil {
				return err
			}
			path := filepath.Join(root, testsPage)
			if !check {
				return os.WriteFile(path, []byte(page), 0o644)
			}
			if old, err := os.ReadFile(path); err != nil || string(old) != page {
				return errors.Join(err, fmt.Errorf("%s is not up to date: go run ./cmd/conform tests", testsPage))
			}
			return nil
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&record, "record", "", "list the tests in this directory, Lib/test/test_asyncio of a CPython 3.13, anew")
	flags.StringVar(&root, "root", ".", "the root of the module")
	flags.BoolVar(&check, "check", false, "change nothing, and fail if something would be changed")
	return cmd
}

// moduleOf is where the module of a test stands among those that are asked about.
func moduleOf(method string) int {
	module, _, _ := strings.Cut(method, ".")
	return slices.Index(marks.Modules, module)
}

// testsTable is the page with its table made anew.
func testsTable(root string) (string, error) {
	var methods []string
	for _, file := range []string{testsList, testsAdded} {
		list, err := os.ReadFile(filepath.Join(root, file))
		if err != nil {
			return "", err
		}
		methods = append(methods, strings.Fields(string(list))...)
	}
	slices.SortStableFunc(methods, func(a, b string) int { return cmp.Compare(moduleOf(a), moduleOf(b)) })
	found, err := marks.Scan(root)
	if err != nil {
		return "", err
	}
	if problems := found.Problems(methods); len(problems) > 0 {
		return "", errors.New(strings.Join(problems, "\n"))
	}
	page, err := os.ReadFile(filepath.Join(root, testsPage))
	if err != nil {
		return "", err
	}
	written, _, ok := strings.Cut(string(page), tableBegins)
	if !ok {
		return "", fmt.Errorf("%s has no line %q", testsPage, strings.TrimSpace(tableBegins))
	}
	return written + tableBegins + tableTitle + found.Table(methods), nil
}
