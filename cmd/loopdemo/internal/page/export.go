package page

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// listFile is in every export: the names of its files. It tells the next export that the directory is its own.
const listFile = "ouro-export.txt"

const listHead = "# loopdemo export has made these files, and will replace them."

// Export writes the page into a directory, for any web server. It also opens from a disk, without one: its scripts are
// one, and documents are scripts too, because a browser fetches nothing for such a page. Live runs need a server.
//
// The directory is made if there is none. One that is not empty has to be an earlier export, which is replaced; what
// else is in it stays. All is written before the first file is replaced, so that after a failure the directory is as it
// was. The same library gives the same bytes.
func Export(dir string, lib Library) error {
	files, err := exported(lib)
	if err != nil {
		return err
	}
	older, err := earlier(dir)
	if err != nil {
		return err
	}
	_, err = os.Stat(dir)
	isNew := errors.Is(err, fs.ErrNotExist)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if err := replace(dir, files); err != nil {
		if isNew {
			_ = os.Remove(dir) // if nothing is in it
		}
		return err
	}
	for _, name := range older {
		if _, ok := files[name]; !ok {
			_ = os.Remove(filepath.Join(dir, filepath.FromSlash(name))) // a leftover harms nobody
		}
	}
	return nil
}

// exported are the files of an export, by their names with slashes.
func exported(lib Library) (map[string][]byte, error) {
	sources := staticFiles()
	script, err := bundle(sources, "js/main.js")
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{"page.js": script, "index.html": exportedHTML(sources["index.html"])}
	for name, body := range sources {
		if name != "index.html" && !strings.HasPrefix(name, "js/") {
			files[name] = body
		}
	}
	index, err := indexJSON(lib)
	if err != nil {
		return nil, err
	}
	files["index.js"] = asScript("index", index)
	for _, name := range lib.Index().programs() {
		document, err := program(lib, name)
		if err != nil {
			return nil, err
		}
		files["programs/"+name+".js"] = asScript("programs/"+name, document)
	}
	if live, ok := lib.(LiveLibrary); ok {
		for _, name := range liveFiles {
			if files[name], err = live.Live(name); err != nil {
				return nil, err
			}
		}
	}
	for name := range files {
		if !filepath.IsLocal(filepath.FromSlash(name)) {
			return nil, fmt.Errorf("the library has a program named %q, which is no name for a file", name)
		}
	}
	files[listFile] = []byte(listHead + "\n" + strings.Join(slices.Sorted(maps.Keys(files)), "\n") + "\n")
	return files, nil
}

// asScript is a document as a script, which hands it over.
func asScript(name string, document []byte) []byte {
	quoted, _ := json.Marshal(name) // a string can be
	return fmt.Appendf(nil, "ouroDocument(%s, %s);\n", quoted, document)
}

// exportedHTML is the page with the one script. A server may send no policy, so it has its own; "file:" is what a
// browser takes for its own files there.
func exportedHTML(html []byte) []byte {
	text := string(html)
	for _, change := range [][2]string{
		{`<html lang="en">`, `<html lang="en" data-library="scripts">`},
		{`<meta charset="utf-8">`, `<meta charset="utf-8">` + "\n" + `<meta http-equiv="Content-Security-Policy" content="` + exportedPolicy + `">`},
		{`<script type="module" src="js/main.js"></script>`, `<script src="page.js" defer></script>`},
	} {
		if strings.Count(text, change[0]) != 1 { // it is part of this program
			panic("index.html has not one " + change[0])
		}
		text = strings.Replace(text, change[0], change[1], 1)
	}
	return []byte(text)
}

const exportedPolicy = "default-src 'none'; style-src 'self' file:; script-src 'self' file: 'wasm-unsafe-eval'; " +
	"worker-src 'self'; img-src 'self' file:; connect-src 'self'; base-uri 'none'; form-action 'none'"

// earlier are the files of the export that is in a directory. The error says that something else is.
func earlier(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(entries) == 0 {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	list, err := os.ReadFile(filepath.Join(dir, listFile))
	head, names, _ := strings.Cut(string(list), "\n")
	if err != nil || head != listHead {
		return nil, fmt.Errorf("%s is not empty, and is no earlier export: nothing is written", dir)
	}
	var files []string
	for name := range strings.Lines(names) {
		name = strings.TrimSuffix(name, "\n")
		if filepath.IsLocal(filepath.FromSlash(name)) { // whoever has written into the list
			files = append(files, name)
		}
	}
	return files, nil
}

// replace writes all files into a directory beside those that are to be replaced, and then moves them.
func replace(dir string, files map[string][]byte) (err error) {
	draft, err := os.MkdirTemp(dir, ".export-")
	if err != nil {
		return err
	}
	defer func() {
		if e := os.RemoveAll(draft); err == nil {
			err = e
		}
	}()
	names := slices.Sorted(maps.Keys(files))
	for _, name := range names {
		if err := write(draft, name, files[name]); err != nil {
			return err
		}
	}
	slices.SortStableFunc(names, func(a, b string) int { return order(a) - order(b) })
	for _, name := range names {
		to := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return err
		}
		if err := os.Rename(filepath.Join(draft, filepath.FromSlash(name)), to); err != nil {
			return err
		}
	}
	return nil
}

// order is when a file is moved: the list first, so that whatever happens the next export knows the directory, and the
// page last.
func order(name string) int {
	switch name {
	case listFile:
		return 0
	case "index.html":
		return 2
	}
	return 1
}

func write(dir, name string, content []byte) error {
	file := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	return os.WriteFile(file, content, 0o644)
}
