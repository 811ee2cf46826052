// Package sample has a library of a few programs whose stories are written by hand, for tests.
package sample

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"

	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/page"
)

// Files is the library that a directory holds: index.json, and programs/NAME.json for each program of it.
type Files struct {
	fs.FS
	index page.Index
}

// Open reads the index of a directory.
func Open(fsys fs.FS) (*Files, error) {
	text, err := fs.ReadFile(fsys, "index.json")
	if err != nil {
		return nil, err
	}
	f := &Files{FS: fsys}
	if err := json.Unmarshal(text, &f.index); err != nil {
		return nil, fmt.Errorf("index.json: %w", err)
	}
	return f, nil
}

// Index lists the programs.
func (f *Files) Index() page.Index { return f.index }

// Program is the document of one.
func (f *Files) Program(name string) ([]byte, error) {
	return fs.ReadFile(f, "programs/"+name+".json")
}

//go:embed index.json programs
var files embed.FS

// Library is the library of this package.
func Library() *Files {
	f, err := Open(files)
	if err != nil { // it is part of this program
		panic(err)
	}
	return f
}
