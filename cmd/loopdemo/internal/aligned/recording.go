package aligned

import (
	"bytes"
	"compress/gzip"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/watch"
	"github.com/ouro-loop/ouro/trace"
	"github.com/ouro-loop/ouro/trace/explain"
)

// Recording is a run of a program, with its lines in Go and in Python.
type Recording struct {
	Program  string
	Numbers  []float64 `json:",omitempty"` // the random numbers that it drew, in both languages
	Moments  []Moment  // in order
	Error    string    `json:",omitempty"` // what it failed with, in Go
	InPython []Event   // its run there
}

// Moment is an event of the trace of a Recording.
type Moment struct {
	trace.Event
	Detail   trace.Detail `json:",omitzero"`  // files in it have no directory
	Name     string       `json:",omitempty"` // of Spawn: the task's
	Function string       `json:",omitempty"` // of Spawn: the task's, in Go
	Coro     string       `json:",omitempty"` // of Spawn: the task's, in Python
	Args     []string     `json:",omitempty"` // of Spawn: what that is called with, as Python shows it

	Go     int  `json:",omitempty"` // the line at which the task was, or the callback; 0 for none
	Python int  `json:",omitempty"` // the same in Python
	Thread bool `json:",omitempty"` // a thread did it, while the loop waited
}

// Record makes a Recording of a run that was watched. Its lines in Python are not known yet,
// see Join.
func (p Program) Record(r *watch.Run) *Recording {
	rec := &Recording{Program: p.Name, Numbers: r.Numbers, Moments: make([]Moment, len(r.Trace.Events))}
	if r.Err != nil {
		rec.Error = shortPlaces(r.Err.Error())
	}
	for i, e := range r.Trace.Events {
		m := Moment{Event: e, Detail: r.Trace.Detail(i), Go: r.Places[i].Line, Thread: r.Places[i].Thread}
		m.Detail.Site, m.Detail.Text = shortPlaces(m.Detail.Site), shortPlaces(m.Detail.Text)
		if e.Kind == trace.Spawn {
			task := r.Trace.Task(uint32(e.Object))
			m.Name, m.Function = task.Name, task.Function
		}
		if line := lineIn(p.Go.File, m.Detail.Site); line != 0 && (e.Kind == trace.Spawn || e.Kind == trace.Push) {
			m.Go = line // a statement of several lines can create several tasks, each on its own
		}
		rec.Moments[i] = m
	}
	return rec
}

var longPlace = regexp.MustCompile(`[^\s("]*[/\\](\w+\.go:\d+)`)

// shortPlaces is a text in which files have no directory: that differs from machine to machine.
func shortPlaces(s string) string { return longPlace.ReplaceAllString(s, "$1") }

// lineIn is the line that site names, 0 if it is not in file.
func lineIn(file, site string) int {
	name, line, _ := strings.Cut(site, ":")
	if n, err := strconv.Atoi(line); err == nil && name == file {
		return n
	}
	return 0
}

// Join adds the run in Python, and the line there of each moment. It fails at the first thing
// that happens in one run and not in the other.
func (p Program) Join(rec *Recording, inPython []Event) error {
	lines, err := p.Align(rec.events(), inPython)
	if err != nil {
		return err
	}
	for i, line := range lines {
		rec.Moments[i].Python = line
	}
	rec.InPython = inPython
	if exceptions[p.Name].blocks == nil {
		rec.nameCoros()
	}
	return nil
}

// nameCoros says what the tasks run in Python, as long as the same tasks are created.
func (rec *Recording) nameCoros() {
	created := slices.DeleteFunc(slices.Clone(rec.InPython), func(e Event) bool { return e.At != Spawn })
	for i := range rec.Moments {
		m := &rec.Moments[i]
		if m.Kind != trace.Spawn {
			continue
		}
		if len(created) == 0 || created[0].Name != m.Name {
			return
		}
		m.Coro, m.Args = created[0].Coro, created[0].Args
		created = created[1:]
	}
}

// Trace is the trace of the run.
func (rec *Recording) Trace() *trace.Trace {
	var events []trace.Event
	var tasks []trace.Task
	details := map[int]trace.Detail{}
	for i, m := range rec.Moments {
		events = append(events, m.Event)
		details[i] = m.Detail
		if m.Kind == trace.Spawn {
			tasks = append(tasks, trace.Task{ID: uint32(m.Object), Name: m.Name, Function: m.Function})
		}
	}
	return trace.Make(events, tasks, details)
}

// Story is the story of the run.
func (rec *Recording) Story() *explain.Story {
	o := rec.Options()
	if rec.Error != "" {
		o.Error = errors.New(rec.Error)
	}
	return explain.Of(rec.Trace(), o)
}

// Options are what package explain has to know of the run besides its trace: the lines in
// Python, and what the tasks run there. They hold for the trace of another run, too, if that
// has the same events.
func (rec *Recording) Options() explain.Options {
	coros := map[uint32]string{}
	for _, m := range rec.Moments {
		if m.Kind == trace.Spawn {
			coros[uint32(m.Object)] = m.Coro
		}
	}
	return explain.Options{
		Go: func(event int) int {
			if event >= len(rec.Moments) {
				return 0
			}
			return rec.Moments[event].Go
		},
		Python: func(event int) int {
			if event >= len(rec.Moments) {
				return 0
			}
			return rec.Moments[event].Python
		},
		Function: func(t trace.Task) string { return coros[t.ID] },
	}
}

// Counterparts are the lines in Python by those in Go, each the one that it had most often:
// for a run with other events, as of another seed.
func (rec *Recording) Counterparts() map[int]int {
	times := map[[2]int]int{}
	lines := map[int]int{}
	for _, m := range rec.Moments {
		pair := [2]int{m.Go, m.Python}
		if m.Go == 0 || m.Python == 0 {
			continue
		}
		times[pair]++
		if times[pair] > times[[2]int{m.Go, lines[m.Go]}] {
			lines[m.Go] = m.Python
		}
	}
	return lines
}

// events are the moments as they are aligned.
func (rec *Recording) events() []Event {
	events := make([]Event, len(rec.Moments))
	calls := map[uint64]string{} // what the entries are that were pushed
	for i, m := range rec.Moments {
		if m.Kind == trace.Push {
			calls[m.Entry] = m.Detail.Text
		}
		events[i] = m.event(calls)
		events[i].Line, events[i].Thread = m.Go, m.Thread
	}
	return events
}

func (m Moment) event(calls map[uint64]string) Event {
	switch {
	case m.Kind == trace.Wait:
		return Event{At: Wait}
	case m.Kind == trace.Run && m.What == trace.Step:
		return Event{At: Run, Task: int(m.Task)}
	case m.Kind == trace.Run && m.What != trace.Eager:
		return Event{At: Run, Call: calls[m.Entry]}
	case m.Kind == trace.Spawn:
		return Event{At: Spawn, Task: int(m.Object), Name: m.Name}
	case m.Kind == trace.Await:
		return Event{At: Await}
	case m.Kind == trace.Done && m.Object != 0:
		return Event{At: End, How: m.What.String()}
	case m.Kind == trace.Note && m.What == trace.Print:
		return Event{At: Print, Text: m.Detail.Text}
	case m.Kind == trace.Note && m.What == trace.AtLine:
		return Event{At: Line}
	}
	return Event{At: Other}
}

//go:embed runs
var runs embed.FS

// ErrNotRecorded is returned by Load for a program of which there is no Recording.
var ErrNotRecorded = errors.New("aligned: no run of this program is recorded; renew them with go generate ./cmd/loopdemo")

// Load is the Recording of a program.
func Load(program string) (*Recording, error) {
	b, err := runs.ReadFile("runs/" + FileOf(program))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: %w", program, ErrNotRecorded)
	}
	if err != nil {
		return nil, err
	}
	return Decode(b)
}

// FileOf is the name of the file that a program's Recording is kept in.
func FileOf(program string) string {
	return strings.NewReplacer("-", "_", "/", "_").Replace(program) + ".json.gz"
}

// Encode is how a Recording is kept. The same gives the same bytes, with one version of Go.
func (rec *Recording) Encode() ([]byte, error) {
	var b bytes.Buffer
	zip, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if err := json.NewEncoder(zip).Encode(rec); err != nil {
		return nil, err
	}
	if err := zip.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// Decode reads what Encode has written.
func Decode(b []byte) (*Recording, error) {
	zip, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(zip)
	if err != nil {
		return nil, err
	}
	rec := new(Recording)
	return rec, json.Unmarshal(text, rec)
}
