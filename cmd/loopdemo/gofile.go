package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// goFile is a parsed Go file, of which parts can be taken.
type goFile struct {
	text    string
	fset    *token.FileSet
	decls   []ast.Decl        // but for the imports
	imports map[string]string // the path of each, by its name
}

func parseGo(text string) (*goFile, error) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "", text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	f := &goFile{text: text, fset: fset, imports: map[string]string{}}
	for _, spec := range file.Imports {
		p, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return nil, err
		}
		f.imports[importName(p)] = p
	}
	for _, decl := range file.Decls {
		if d, ok := decl.(*ast.GenDecl); !ok || d.Tok != token.IMPORT {
			f.decls = append(f.decls, decl)
		}
	}
	return f, nil
}

var majorVersion = regexp.MustCompile(`/v\d+$`)

// importName is the name of the package with this path, as far as packages are named
// as they should be.
func importName(p string) string { return path.Base(majorVersion.ReplaceAllString(p, "")) }

// qualified calls f with all that looks like pkg.Name below node.
func qualified(node ast.Node, f func(pkg, name *ast.Ident)) {
	ast.Inspect(node, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			if pkg, ok := s.X.(*ast.Ident); ok {
				f(pkg, s.Sel)
			}
		}
		return true
	})
}

// imported are the paths of the packages that decl uses.
func (f *goFile) imported(decl ast.Decl) []string {
	var paths []string
	qualified(decl, func(pkg, _ *ast.Ident) {
		if p, ok := f.imports[pkg.Name]; ok {
			paths = append(paths, p)
		}
	})
	return paths
}

// from are the names that decl uses of the package pkg.
func (f *goFile) from(pkg string, decl ast.Decl) []string {
	var names []string
	qualified(decl, func(p, name *ast.Ident) {
		if p.Name == pkg {
			names = append(names, name.Name)
		}
	})
	return names
}

// source is decl as it stands there, with its comment; what is qualified by pkg loses
// that.
func (f *goFile) source(decl ast.Decl, pkg string) string {
	at := func(p token.Pos) int { return f.fset.Position(p).Offset }
	begin := at(decl.Pos())
	if doc := docOf(decl); doc != nil {
		begin = at(doc.Pos())
	}
	var b strings.Builder
	qualified(decl, func(p, name *ast.Ident) {
		if p.Name == pkg {
			b.WriteString(f.text[begin:at(p.Pos())])
			begin = at(name.Pos())
		}
	})
	b.WriteString(f.text[begin:at(decl.End())])
	return b.String()
}

func docOf(decl ast.Decl) *ast.CommentGroup {
	switch d := decl.(type) {
	case *ast.FuncDecl:
		return d.Doc
	case *ast.GenDecl:
		return d.Doc
	}
	return nil
}

// needed are the declarations of names, the methods of those that are types, and what
// these need in turn: all in the order of the file.
func (f *goFile) needed(names []string) []ast.Decl {
	wanted := map[string]bool{}
	for _, name := range names {
		wanted[name] = true
	}
	chosen := make([]bool, len(f.decls))
	for again := true; again; {
		again = false
		for i, decl := range f.decls {
			if chosen[i] || !slices.ContainsFunc(declared(decl), func(name string) bool { return wanted[name] }) {
				continue
			}
			chosen[i], again = true, true
			ast.Inspect(decl, func(n ast.Node) bool {
				if id, ok := n.(*ast.Ident); ok {
					wanted[id.Name] = true
				}
				return true
			})
		}
	}
	var decls []ast.Decl
	for i, decl := range f.decls {
		if chosen[i] {
			decls = append(decls, decl)
		}
	}
	return decls
}

// declared are the names whose use needs decl. For a method that is its receiver's
// type.
func declared(decl ast.Decl) []string {
	switch d := decl.(type) {
	case *ast.FuncDecl:
		if d.Recv == nil {
			return []string{d.Name.Name}
		}
		of := d.Recv.List[0].Type
		if pointer, ok := of.(*ast.StarExpr); ok {
			of = pointer.X
		}
		if id, ok := of.(*ast.Ident); ok {
			return []string{id.Name}
		}
	case *ast.GenDecl:
		var names []string
		for _, spec := range d.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				names = append(names, spec.Name.Name)
			case *ast.ValueSpec:
				for _, id := range spec.Names {
					names = append(names, id.Name)
				}
			}
		}
		return names
	}
	return nil
}
