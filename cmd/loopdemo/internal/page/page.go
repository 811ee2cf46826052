// Package page is the teaching page: it shows recorded runs step by step, in a browser.
//
// What the page shows comes from a [Library]. [New] serves it over HTTP, [Export] writes it as files that any web
// server serves, and that also open from a disk. The page itself is in static: no build step, no code of others,
// and nothing that is fetched from elsewhere. Its scripts are modules, one a concept; main.js says who draws.
package page

import "embed"

// Library is what the page can show. Its methods may be called by any goroutine.
type Library interface {
	// Index lists all programs, in the order in which they are shown.
	Index() Index

	// Program is the document of a program of the index, as JSON: its sources and the story of its run. It is
	// asked for once, when the page first needs it.
	Program(name string) ([]byte, error)
}

// LiveLibrary is a Library whose programs can also be run in the browser.
type LiveLibrary interface {
	Library

	// Live is one of the two files that make that possible: "ouro.wasm", a program for Go's js/wasm that sets the
	// global function ouroRun(name, {seed, scale}) and goes on, and "wasm_exec.js" of the Go that built it.
	// ouroRun's promise is for a document as Program's.
	Live(file string) ([]byte, error)
}

// Index is a list of programs.
type Index struct {
	Groups []Group `json:"groups"`
}

// Group is a part of an Index, with a title.
type Group struct {
	Title string `json:"title"`
	Items []Item `json:"items"`
}

// Item is an entry of an Index: a demo, which is one program, or an exhibit, which is several.
type Item struct {
	Name     string   `json:"name"`     // in links
	Topic    string   `json:"topic"`    // of asyncio
	About    string   `json:"about"`    // in one line
	Programs []string `json:"programs"` // their names, in order; an exhibit's are NAME/trap and NAME/cure
}

// programs are the names of all programs of the index.
func (ix Index) programs() []string {
	var names []string
	for _, g := range ix.Groups {
		for _, item := range g.Items {
			names = append(names, item.Programs...)
		}
	}
	return names
}

// names are what a link can be to: items and programs.
func (ix Index) names() []string {
	var names []string
	for _, g := range ix.Groups {
		for _, item := range g.Items {
			names = append(names, item.Name)
			names = append(names, item.Programs...)
		}
	}
	return names
}

//go:embed static
var static embed.FS
