package main

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/demos"
)

const (
	tabWidth    = 4
	columnBreak = " | "
)

// showDemos shows one demo after the other.
func showDemos(w io.Writer, chosen []demos.Demo, width int) error {
	for i, d := range chosen {
		if i > 0 {
			fmt.Fprintln(w)
		}
		if err := show(w, d, width); err != nil {
			return err
		}
	}
	return nil
}

// show prints a demo's source in Go and in Python: side by side if width columns
// are enough for that, and one below the other if not.
func show(w io.Writer, d demos.Demo, width int) error {
	inGo, inPython, err := d.Sources()
	if err != nil {
		return &demoError{name: d.Name, err: err}
	}
	left, right := listing(inGo), listing(inPython)
	leftWidth := longest(left)
	if leftWidth+len(columnBreak)+longest(right) > width {
		for _, line := range left {
			fmt.Fprintln(w, line)
		}
		fmt.Fprintln(w)
		for _, line := range right {
			fmt.Fprintln(w, line)
		}
		return nil
	}
	for i := range max(len(left), len(right)) {
		row := pad(lineAt(left, i), leftWidth) + columnBreak + lineAt(right, i)
		fmt.Fprintln(w, strings.TrimRight(row, " "))
	}
	return nil
}

// listing is a source's name, underlined, and its lines, with tabs as spaces.
func listing(s demos.Source) []string {
	lines := []string{s.File, strings.Repeat("-", len(s.File)), ""}
	for line := range strings.SplitSeq(strings.TrimRight(s.Text, "\n"), "\n") {
		lines = append(lines, expandTabs(strings.TrimRight(line, "\r")))
	}
	return lines
}

func expandTabs(line string) string {
	var b strings.Builder
	column := 0
	for _, r := range line {
		if r != '\t' {
			b.WriteRune(r)
			column++
			continue
		}
		n := tabWidth - column%tabWidth
		b.WriteString(strings.Repeat(" ", n))
		column += n
	}
	return b.String()
}

func lineAt(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return ""
}

func pad(s string, width int) string {
	return s + strings.Repeat(" ", width-utf8.RuneCountInString(s))
}

func longest(lines []string) int {
	n := 0
	for _, line := range lines {
		n = max(n, utf8.RuneCountInString(line))
	}
	return n
}
