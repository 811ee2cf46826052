package docs

import (
	"flag"
	"fmt"
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the list of exported names anew")

// TestFace: what godoc shows of each package is what testdata/face.txt lists, so that it
// changes on purpose only. To accept a change:
//
//	go test ./docs -run TestFace -update
func TestFace(t *testing.T) {
	const golden = "testdata/face.txt"
	var got []string
	for _, pkg := range packages {
		got = append(got, face(t, pkg)...)
	}
	if *update {
		require.NoError(t, os.WriteFile(golden, []byte(strings.Join(got, "\n")+"\n"), 0o644))
	}
	want := strings.Fields(read(t, golden))
	require.Empty(t, without(got, want), "exported, and not in %s", golden)
	require.Empty(t, without(want, got), "in %s, and not exported", golden)
}

// without are the names that are in the one list and not in the other.
func without(names, others []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return slices.Contains(others, name) })
}

// face are the names that godoc shows of a package: package.Name, package.Type.Method
// and package.Type.Field.
func face(t *testing.T, pkg string) []string {
	t.Helper()
	fset := token.NewFileSet()
	paths, err := filepath.Glob(filepath.Join("..", pkg, "*.go"))
	require.NoError(t, err)
	var files []*ast.File
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(fset, path, nil, parser.ParseComments|parser.SkipObjectResolution)
		require.NoError(t, err)
		files = append(files, file)
	}
	p, err := doc.NewFromFiles(fset, files, "github.com/ouro-loop/ouro/"+pkg)
	require.NoError(t, err)
	var names []string
	add := func(format string, args ...any) { names = append(names, pkg+"."+fmt.Sprintf(format, args...)) }
	values := func(vs []*doc.Value) {
		for _, v := range vs {
			for _, name := range v.Names {
				if token.IsExported(name) {
					add("%s", name)
				}
			}
		}
	}
	funcs := func(prefix string, fs []*doc.Func) {
		for _, f := range fs {
			add("%s%s", prefix, f.Name)
		}
	}
	values(p.Consts)
	values(p.Vars)
	funcs("", p.Funcs)
	for _, typ := range p.Types {
		add("%s", typ.Name)
		values(typ.Consts)
		values(typ.Vars)
		funcs("", typ.Funcs)
		funcs(typ.Name+".", typ.Methods)
		for _, member := range members(typ) {
			add("%s.%s", typ.Name, member)
		}
	}
	slices.Sort(names)
	return slices.Compact(names) // a name may be there once for each platform
}

// members are the exported fields of a struct type, or the methods of an interface type.
func members(typ *doc.Type) []string {
	var names []string
	for _, spec := range typ.Decl.Specs {
		spec := spec.(*ast.TypeSpec)
		var list *ast.FieldList
		switch s := spec.Type.(type) {
		case *ast.StructType:
			list = s.Fields
		case *ast.InterfaceType:
			list = s.Methods
		}
		if list == nil || spec.Name.Name != typ.Name {
			continue
		}
		for _, field := range list.List {
			for _, name := range field.Names {
				if name.IsExported() {
					names = append(names, name.Name)
				}
			}
		}
	}
	return names
}
