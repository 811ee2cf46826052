// Package library is what the teaching page of loopdemo shows: every demo and every exhibit of
// the museum, with its sources, and the story of its recorded run.
package library

import (
	"encoding/json"
	"fmt"

	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/aligned"
	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/demos"
	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/museum"
	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/page"
	"github.com/ouro-loop/ouro/trace/explain"
)

// Library is a [page.Library].
type Library struct{}

// Index lists the demos and the exhibits.
func (Library) Index() page.Index {
	tutorials := page.Group{Title: "Tutorials"}
	for _, d := range demos.All() {
		tutorials.Items = append(tutorials.Items, page.Item{Name: d.Name, Topic: d.Topic, About: d.About, Programs: []string{d.Name}})
	}
	traps := page.Group{Title: "Museum of traps"}
	for _, x := range museum.All() {
		traps.Items = append(traps.Items, page.Item{
			Name: x.Slug, Topic: x.Topic, About: x.Title,
			Programs: []string{x.TrapProgram.Name, x.CureProgram.Name},
		})
	}
	return page.Index{Groups: []page.Group{tutorials, traps}}
}

// Program is the document of one of them.
func (Library) Program(name string) ([]byte, error) {
	d, x, ok := Find(name)
	if !ok {
		return nil, fmt.Errorf("library: there is no program %q", name)
	}
	rec, err := aligned.Load(name)
	if err != nil {
		return nil, err
	}
	return Document(d, x, len(rec.Numbers) > 0, rec.Story())
}

// Find is the program of that name, and the exhibit that it is of, nil for a demo.
func Find(name string) (demos.Demo, *museum.Exhibit, bool) {
	for _, d := range demos.All() {
		if d.Name == name {
			return d, nil, true
		}
	}
	for _, x := range museum.All() {
		for _, d := range []demos.Demo{x.TrapProgram, x.CureProgram} {
			if d.Name == name {
				return d, &x, true
			}
		}
	}
	return demos.Demo{}, nil, false
}

// Document is what the page is given of a run of d, as JSON.
func Document(d demos.Demo, x *museum.Exhibit, random bool, story *explain.Story) ([]byte, error) {
	inGo, inPython, err := d.Sources()
	if err != nil {
		return nil, err
	}
	doc := document{
		Name: d.Name, Topic: d.Topic, About: d.About, Random: random,
		Go:     source{inGo.File, inGo.Text},
		Python: source{inPython.File, inPython.Text},
		Story:  story,
	}
	if x != nil {
		doc.Topic, doc.About = x.Topic, x.Title
		doc.Exhibit = exhibitOf(d, x)
	}
	return json.Marshal(doc)
}

// document is written as the page reads it, see its story.js.
type document struct {
	Name    string         `json:"name"`
	Topic   string         `json:"topic"`
	About   string         `json:"about"`
	Random  bool           `json:"random,omitempty"`
	Exhibit *exhibit       `json:"exhibit,omitempty"`
	Go      source         `json:"go"`
	Python  source         `json:"python"`
	Story   *explain.Story `json:"story"`
}

type source struct {
	File string `json:"file"`
	Text string `json:"text"`
}

type exhibit struct {
	Title    string    `json:"title"`
	Expect   string    `json:"expect"`
	Happens  string    `json:"happens"`
	Why      string    `json:"why"`
	Cure     string    `json:"cure"`
	Here     string    `json:"here"`
	Refs     []ref     `json:"refs,omitempty"`
	Versions []version `json:"versions,omitempty"`
}

type ref struct {
	Text string `json:"text"`
	URL  string `json:"url"`
}

type version struct {
	Version string `json:"version"`
	Output  string `json:"output"`
}

// exhibitOf is what the page says of x beside its program d. There are versions to choose
// from if CPython has changed what d prints, or if d prints something else here.
func exhibitOf(d demos.Demo, x *museum.Exhibit) *exhibit {
	e := &exhibit{Title: x.Title, Expect: x.Expect, Happens: x.Happens, Why: x.Why, Cure: x.Cure, Here: x.Here}
	for _, r := range x.Refs {
		e.Refs = append(e.Refs, ref(r))
	}
	trap := d.Name == x.TrapProgram.Name
	for _, v := range x.Versions {
		output := v.Cure
		if trap {
			output = v.Trap
		}
		if last := len(e.Versions) - 1; last >= 0 && e.Versions[last].Output == output {
			continue
		}
		e.Versions = append(e.Versions, version{v.Python, output})
	}
	if len(e.Versions) == 1 && !(trap && x.TrapDiffers) {
		e.Versions = nil
	}
	return e
}
