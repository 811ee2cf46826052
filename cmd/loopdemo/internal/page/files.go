package page

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"strings"
)

// contentTypes are those of the files that the page consists of.
var contentTypes = map[string]string{
	".html": "text/html; charset=utf-8",
	".css":  "text/css; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".json": "application/json",
	".svg":  "image/svg+xml",
	".wasm": "application/wasm",
}

// contentType does not ask the system, where the same file has another type on each machine.
func contentType(name string) string { return contentTypes[path.Ext(name)] }

// staticFiles are the page's own files, by their path below its address.
func staticFiles() map[string][]byte {
	files := map[string][]byte{}
	err := fs.WalkDir(static, "static", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := static.ReadFile(name)
		files[strings.TrimPrefix(name, "static/")] = content
		return err
	})
	if err != nil { // they are part of this program
		panic(err)
	}
	return files
}

// liveFiles are the files of live runs.
var liveFiles = []string{"ouro.wasm", "wasm_exec.js"}

// indexJSON is the index as the page reads it: that of the library, and whether there are live runs.
func indexJSON(lib Library) ([]byte, error) {
	_, live := lib.(LiveLibrary)
	return json.Marshal(struct {
		Index
		Live bool `json:"live,omitempty"`
	}{lib.Index(), live})
}

// program is a program's document, without needless space. What is no JSON is an error.
func program(lib Library, name string) ([]byte, error) {
	document, err := lib.Program(name)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := json.Compact(&b, document); err != nil {
		return nil, fmt.Errorf("the document of %s: %w", name, err)
	}
	return b.Bytes(), nil
}
