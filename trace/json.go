package trace

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// jsonVersion is that of the format.
const jsonVersion = 1

// jsonHeader is the first line.
type jsonHeader struct {
	Version int    `json:"ouro_trace"`
	Lost    uint64 `json:"lost"`
	Tasks   []Task `json:"tasks"`
}

// jsonEvent is each other line.
type jsonEvent struct {
	Event
	Detail
}

// WriteJSON writes the trace as JSON lines, for programs: first
//
//	{"ouro_trace":1,"lost":0,"tasks":[{"id":1,"name":"Task-1"}]}
//
// with the version of the format, and then a line for each event, as
//
//	{"kind":"push","what":"step","cause":"done","task":1,"entry":4,"object":2,"time":1000000000}
//
// with what Event and Detail have, times in nanoseconds; a field that is zero is left out,
// but kind and time. The same trace is the same bytes. What is not UTF-8 in a text is
// replaced.
func (t *Trace) WriteJSON(w io.Writer) error {
	out := bufio.NewWriter(w)
	lines := json.NewEncoder(out)
	lines.SetEscapeHTML(false)
	header := jsonHeader{Version: jsonVersion, Lost: t.Lost, Tasks: []Task{}}
	for _, id := range slices.Sorted(maps.Keys(t.tasks)) {
		header.Tasks = append(header.Tasks, t.tasks[id])
	}
	if err := lines.Encode(header); err != nil {
		return err
	}
	for i, e := range t.Events {
		if err := lines.Encode(jsonEvent{e, t.details[i]}); err != nil {
			return err
		}
	}
	return out.Flush()
}

// ReadJSON reads what WriteJSON has written, and gives an equal Trace. The error of what is
// none says in which line, and what it is. Everything is read into memory.
func ReadJSON(r io.Reader) (*Trace, error) {
	in := jsonReader{in: bufio.NewReader(r)}
	t, err := in.trace()
	if err != nil {
		return nil, fmt.Errorf("trace: line %d: %w", in.line, err)
	}
	return t, nil
}

type jsonReader struct {
	in   *bufio.Reader
	line int
}

func (r *jsonReader) trace() (*Trace, error) {
	header, err := r.header()
	if err != nil {
		return nil, err
	}
	t := &Trace{Events: []Event{}, Lost: header.Lost, tasks: map[uint32]Task{}, details: map[int]Detail{}}
	for _, task := range header.Tasks {
		if _, twice := t.tasks[task.ID]; twice || task.ID == 0 {
			return nil, fmt.Errorf("the task id %d is zero, or there twice", task.ID)
		}
		t.tasks[task.ID] = task
	}
	for {
		var e jsonEvent
		switch err := r.next(&e); {
		case err == io.EOF:
			return t, nil
		case err != nil:
			return nil, err
		case e.Kind == 0:
			return nil, errors.New(`an event without a "kind"`)
		}
		t.setDetail(len(t.Events), e.Detail)
		t.Events = append(t.Events, e.Event)
	}
}

func (r *jsonReader) header() (h jsonHeader, err error) {
	line, err := r.read()
	if err == io.EOF {
		return h, errors.New("empty: it should be what WriteJSON has written")
	}
	var version struct {
		Version int `json:"ouro_trace"`
	}
	switch {
	case err != nil:
		return h, err
	case json.Unmarshal(line, &version) != nil, version.Version == 0:
		return h, errors.New("not a trace: it should begin with a line as WriteJSON writes it")
	case version.Version != jsonVersion:
		return h, fmt.Errorf("a trace of version %d, and this reads %d: use the version of the module that has written it", version.Version, jsonVersion)
	}
	return h, decode(line, &h)
}

// next reads a line into v.
func (r *jsonReader) next(v any) error {
	line, err := r.read()
	if err != nil {
		return err
	}
	return decode(line, v)
}

func (r *jsonReader) read() ([]byte, error) {
	r.line++
	line, err := r.in.ReadBytes('\n')
	if err == io.EOF && len(line) > 0 {
		return nil, errors.New("cut off: it has no end")
	}
	return line, err
}

func decode(line []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(line))
	d.DisallowUnknownFields()
	var mistyped *json.UnmarshalTypeError
	switch err := d.Decode(into); {
	case err == io.EOF:
		return errors.New("empty")
	case errors.As(err, &mistyped) && mistyped.Field != "":
		return fmt.Errorf("%q cannot be a %s", mistyped.Field[strings.LastIndexByte(mistyped.Field, '.')+1:], mistyped.Value)
	case err != nil:
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("more than one value")
	}
	return nil
}
