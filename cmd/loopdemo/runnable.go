package main

import (
	"fmt"
	"go/ast"
	"go/format"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/demos"
	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/py"
)

// showRunnable prints a demo as a program that needs nothing but this module.
func showRunnable(w io.Writer, d demos.Demo) error {
	text, err := runnable(d)
	if err != nil {
		return &demoError{name: d.Name, err: err}
	}
	fmt.Fprint(w, text)
	return nil
}

const runnableBegin = `// The demo %s of loopdemo: %s.
//
// In a directory of its own it runs with
//
//	go mod init demo
//	go mod tidy
//	go run .
package main

import (
%s)

func main() {
	if err := %s; err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
`

const runnablePython = `
// The rest is for printing as Python does.
`

// runnable is a demo's source as a program of its own: with a main function, and with
// the declarations that it needs of package py, which nobody else can import.
func runnable(d demos.Demo) (string, error) {
	inGo, _, err := d.Sources()
	if err != nil {
		return "", err
	}
	demo, err := parseGo(inGo.Text)
	if err != nil {
		return "", err
	}
	python, err := parseGo(py.Source())
	if err != nil {
		return "", err
	}

	var body strings.Builder
	var ofPython []string
	imports := []string{"fmt", "os"}
	for _, decl := range demo.decls {
		fmt.Fprintf(&body, "\n%s\n", demo.source(decl, "py"))
		ofPython = append(ofPython, demo.from("py", decl)...)
		imports = append(imports, demo.imported(decl)...)
	}
	imports = slices.DeleteFunc(imports, func(p string) bool { return p == demo.imports["py"] })
	if ofPython != nil {
		body.WriteString(runnablePython)
	}
	for _, decl := range python.needed(ofPython) {
		fmt.Fprintf(&body, "\n%s\n", python.source(decl, ""))
		imports = append(imports, python.imported(decl)...)
	}

	head := fmt.Sprintf(runnableBegin, d.Name, d.About, importLines(imports), callOf(demo))
	text, err := format.Source([]byte(head + body.String()))
	return string(text), err
}

// importLines are the lines of an import declaration, with our packages behind the
// others.
func importLines(paths []string) string {
	slices.Sort(paths)
	var std, ours strings.Builder
	for _, p := range slices.Compact(paths) {
		b := &std
		if strings.HasPrefix(p, modulePath+"/") {
			b = &ours
		}
		b.WriteString("\t" + strconv.Quote(p) + "\n")
	}
	return std.String() + "\n" + ours.String()
}

// callOf is the call of the file's function, which takes random numbers or not.
func callOf(f *goFile) string {
	for _, decl := range f.decls {
		fn, ok := decl.(*ast.FuncDecl)
		if !ok {
			continue
		}
		if fn.Type.Params.NumFields() == 2 {
			return fn.Name.Name + "(rand.New(rand.NewPCG(rand.Uint64(), 0)))"
		}
		return fn.Name.Name + "()"
	}
	return ""
}
