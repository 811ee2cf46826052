package page

import (
	"net/http"
	"slices"
	"strings"
	"sync"
)

// New makes the handler of the page. It answers what is asked under one of the hosts: the page at /, its files,
// /index.json, and /programs/NAME.json. For what there is not it names what was probably meant.
func New(lib Library, hosts Hosts) http.Handler {
	return guarded(hosts, newSite(lib))
}

// site is what there is, by its path. What the library gives is asked for when it is first needed.
type site struct {
	index Index
	files map[string]func() (*content, error)
}

func newSite(lib Library) *site {
	s := &site{index: lib.Index(), files: map[string]func() (*content, error){}}
	for name, body := range staticFiles() {
		s.add(name, func() ([]byte, error) { return body, nil })
	}
	s.files["/"] = s.files["/index.html"]
	s.add("index.json", func() ([]byte, error) { return indexJSON(lib) })
	for _, name := range s.index.programs() {
		s.add("programs/"+name+".json", func() ([]byte, error) { return program(lib, name) })
	}
	if live, ok := lib.(LiveLibrary); ok {
		for _, name := range liveFiles {
			s.add(name, func() ([]byte, error) { return live.Live(name) })
		}
	}
	return s
}

func (s *site) add(name string, read func() ([]byte, error)) {
	s.files["/"+name] = sync.OnceValues(func() (*content, error) {
		body, err := read()
		if err != nil {
			return nil, err
		}
		return newContent(name, body), nil
	})
}

func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	file, ok := s.files[r.URL.Path]
	if !ok {
		s.missing(w, r)
		return
	}
	c, err := file()
	if err != nil {
		sayError(w, http.StatusInternalServerError, problem{Error: err.Error()})
		return
	}
	c.ServeHTTP(w, r)
}

// wanted is the name that a path was probably meant to have, without what makes it a path.
func wanted(path string) string {
	name := strings.Trim(path, "/")
	name = strings.TrimPrefix(name, "programs/")
	for _, end := range []string{".json", ".html", ".js"} {
		name = strings.TrimSuffix(name, end)
	}
	return name
}

// isDocument reports whether a path is that of a document, or was meant to be.
func isDocument(path string) bool {
	return strings.HasSuffix(path, ".json") || slices.Contains(strings.Split(path, "/"), "programs")
}
