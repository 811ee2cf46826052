package docs

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// pages are the documents with code, and the files that have that code in what the tests
// run. Every block of Go on a page is there, line by line, and so is every output.
var pages = map[string]string{
	"architecture.md": "../coro/example_waiters_test.go",
	"durable.md":      "../durable/example_test.go",
	"debugging.md":    "example_debugging*_test.go",
	"embedding.md":    "example_embedding*_test.go",
	"porting.md":      "example_porting*_test.go",
	"testing.md":      "example_testing*_test.go",
}

func TestPages(t *testing.T) {
	known := map[string]bool{}
	for _, name := range strings.Fields(read(t, "testdata/face.txt")) {
		known[name] = true
	}
	inline := regexp.MustCompile("`[^`\n]+`")
	name := regexp.MustCompile(`\b(?:` + strings.Join(packages, "|") + `)\.[A-Z]\w*(?:\.[A-Z]\w*)?`)
	for _, page := range slices.Sorted(maps.Keys(pages)) {
		t.Run(page, func(t *testing.T) {
			text := read(t, page)
			files := sources(t, pages[page])
			code, outputs := blocks(text, "go"), blocks(text, "text")
			require.NotEmpty(t, code)
			for _, block := range code {
				require.NoError(t, runs(block, files))
				for i := range block.lines {
					require.Error(t, runs(changed(block, i), files), "a change of one line has to be noticed")
				}
			}
			for _, block := range outputs {
				require.NoError(t, printed(block, files))
			}
			for _, span := range inline.FindAllString(text, -1) {
				for _, name := range name.FindAllString(span, -1) {
					require.True(t, known[name], "%s does not exist", name)
				}
			}
		})
	}
}

// TestPagesPython: the Python on the pages is Python.
func TestPagesPython(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip(err)
	}
	const check = `
import ast, sys
if sys.version_info >= (3, 11):
    compile(sys.stdin.read(), sys.argv[1], "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
`
	for page := range pages {
		for _, block := range blocks(read(t, page), "python") {
			cmd := exec.Command(python, "-I", "-W", "error", "-c", check, page)
			cmd.Stdin = strings.NewReader(strings.Join(block.lines, "\n"))
			out, err := cmd.CombinedOutput()
			require.NoError(t, err, "%s: %s", block, out)
		}
	}
}

// A block is fenced text of a page.
type block struct {
	line  int // of its first line
	lines []string
}

func (b block) String() string { return fmt.Sprintf("line %d, %q", b.line, b.lines[0]) }

// blocks are those of a language.
func blocks(text, language string) (found []block) {
	lines := strings.Split(text, "\n")
	for i := 0; i < len(lines); i++ {
		if lines[i] != "```"+language {
			continue
		}
		i++
		n := slices.Index(lines[i:], "```")
		if n < 0 {
			n = len(lines) - i
		}
		found = append(found, block{i + 1, lines[i : i+n]})
		i += n
	}
	return found
}

func changed(b block, i int) block {
	b.lines = slices.Clone(b.lines)
	b.lines[i] += "?"
	return b
}

// A source is a file of tests.
type source struct {
	name  string
	fset  *token.FileSet
	file  *ast.File
	lines []string
}

func sources(t *testing.T, pattern string) (files []source) {
	t.Helper()
	names, err := filepath.Glob(filepath.FromSlash(pattern))
	require.NoError(t, err)
	require.NotEmpty(t, names, pattern)
	for _, name := range names {
		files = append(files, newSource(t, name, read(t, name)))
	}
	return files
}

func newSource(t *testing.T, name, text string) source {
	t.Helper()
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, name, text, parser.ParseComments)
	require.NoError(t, err)
	return source{name, fset, file, strings.Split(text, "\n")}
}

// runs reports an error unless the lines of b are in one of the files, where the tests run
// them: in a Test, in an Example with an output, or in what one of those comes to.
func runs(b block, files []source) error {
	found := false
	for _, f := range files {
		for _, at := range f.find(b.lines) {
			found = true
			if f.isRun(at, at+len(b.lines)-1, files) {
				return nil
			}
		}
	}
	if found {
		return fmt.Errorf("%v: no Test runs it, and no Example with an output", b)
	}
	return fmt.Errorf("%v: not in the tests", b)
}

// find gives the lines at which f has these lines, all indented by as many tabs.
func (f source) find(lines []string) (at []int) {
	for i := range len(f.lines) - len(lines) + 1 {
		tabs := f.lines[i][:len(f.lines[i])-len(strings.TrimLeft(f.lines[i], "\t"))]
		same := true
		for j, line := range lines {
			if line != "" {
				line = tabs + line
			}
			same = same && f.lines[i+j] == line
		}
		if same {
			at = append(at, i+1)
		}
	}
	return at
}

// isRun reports whether every declaration that has one of the lines is run, and there is one.
func (f source) isRun(first, last int, files []source) bool {
	run := reached(files)
	any := false
	for _, decl := range f.file.Decls {
		if f.fset.Position(decl.Pos()).Line > last || f.fset.Position(decl.End()).Line < first {
			continue
		}
		any = true
		if !run[decl] {
			return false
		}
	}
	return any
}

// reached are the declarations that the tests run, or that those mention.
func reached(files []source) map[ast.Decl]bool {
	declares := map[string][]ast.Decl{}
	var next []ast.Decl
	for _, f := range files {
		for _, decl := range f.file.Decls {
			for _, name := range declared(decl) {
				declares[name] = append(declares[name], decl)
				if isTest(f.file, decl) {
					next = append(next, decl)
				}
			}
		}
	}
	run := map[ast.Decl]bool{}
	for len(next) > 0 {
		decl := next[0]
		next = next[1:]
		if run[decl] {
			continue
		}
		run[decl] = true
		ast.Inspect(decl, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok {
				next = append(next, declares[id.Name]...)
			}
			return true
		})
	}
	return run
}

// declared are the names for which a declaration is run if they are mentioned: those that
// it makes, and that of a method's type.
func declared(decl ast.Decl) (names []string) {
	switch d := decl.(type) {
	case *ast.FuncDecl:
		names = append(names, d.Name.Name)
		if d.Recv != nil {
			names = append(names, receiver(d.Recv.List[0].Type))
		}
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			switch s := spec.(type) {
			case *ast.TypeSpec:
				names = append(names, s.Name.Name)
			case *ast.ValueSpec:
				for _, name := range s.Names {
					names = append(names, name.Name)
				}
			}
		}
	}
	return names
}

var isOutput = regexp.MustCompile(`(?i)^[[:space:]]*(?:unordered )?output:`)

// isTest reports whether go test runs the declaration: a Test, or an Example with an output.
func isTest(file *ast.File, decl ast.Decl) bool {
	f, ok := decl.(*ast.FuncDecl)
	if !ok || f.Recv != nil {
		return false
	}
	return strings.HasPrefix(f.Name.Name, "Test") || output(file, f) != nil
}

// output are the lines of the output of an Example, nil if there are none.
func output(file *ast.File, f *ast.FuncDecl) []string {
	if !strings.HasPrefix(f.Name.Name, "Example") {
		return nil
	}
	var text []string
	for _, c := range file.Comments {
		if c.Pos() > f.Body.Lbrace && c.End() < f.Body.Rbrace && isOutput.MatchString(c.Text()) {
			text = strings.Split(strings.TrimSpace(isOutput.ReplaceAllString(c.Text(), "")), "\n")
		}
	}
	return text
}

// printed reports an error unless an Example prints the lines of b in a row.
func printed(b block, files []source) error {
	for _, f := range files {
		for _, decl := range f.file.Decls {
			example, ok := decl.(*ast.FuncDecl)
			if !ok {
				continue
			}
			lines := output(f.file, example)
			for i := range len(lines) - len(b.lines) + 1 {
				if slices.Equal(lines[i:i+len(b.lines)], b.lines) {
					return nil
				}
			}
		}
	}
	return fmt.Errorf("%v: no Example prints it", b)
}

// TestPagesChecker: what the other tests say of the pages is so.
func TestPagesChecker(t *testing.T) {
	files := []source{newSource(t, "x_test.go", `package x

import "fmt"

func used() { fmt.Println("used") }

func unused() { fmt.Println("unused") }

func Example_silent() { fmt.Println("silent") }

func Example_loud() {
	if true {
		used()

		fmt.Println("loud")
	}
	// Output:
	// used
	//   loud
}

func TestX(t *testing.T) { helped() }

type help int

func (help) String() string { return "help" }

func helped() { fmt.Println(help(0)) }
`)}
	for name, test := range map[string]struct {
		code string
		err  string
	}{
		"of an Example":           {"used()\n\nfmt.Println(\"loud\")", ""},
		"what an Example calls":   {`func used() { fmt.Println("used") }`, ""},
		"a Test":                  {"func TestX(t *testing.T) { helped() }", ""},
		"a method":                {`func (help) String() string { return "help" }`, ""},
		"two declarations":        {"type help int\n\nfunc (help) String() string { return \"help\" }", ""},
		"changed":                 {"used()\n\nfmt.Println(\"Loud\")", "not in the tests"},
		"indented otherwise":      {"used()\n\n\tfmt.Println(\"loud\")", "not in the tests"},
		"a line less":             {"used()\nfmt.Println(\"loud\")", "not in the tests"},
		"of a silent Example":     {`func Example_silent() { fmt.Println("silent") }`, "no Test runs it"},
		"that nobody calls":       {`func unused() { fmt.Println("unused") }`, "no Test runs it"},
		"one used, one unused":    {"func used() { fmt.Println(\"used\") }\n\nfunc unused() { fmt.Println(\"unused\") }", "no Test runs it"},
		"no declaration":          {"package x", "no Test runs it"},
		"longer than the program": {strings.Repeat("\n", 100), "not in the tests"},
	} {
		t.Run(name, func(t *testing.T) {
			err := runs(block{1, strings.Split(test.code, "\n")}, files)
			if test.err == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, test.err)
		})
	}
	require.NoError(t, printed(block{1, []string{"used", "  loud"}}, files))
	require.ErrorContains(t, printed(block{1, []string{"used", "loud"}}, files), "no Example prints it")
	require.Equal(t, []block{{3, []string{"a", "b"}}, {10, []string{"c"}}},
		blocks("x\n```go\na\nb\n```\n```text\no\n```\n```go\nc\n```\n", "go"))
}
