// Package corpus holds programs with the traces that CPython gave for them, so that
// they can be checked where there is no Python. The recorded corpus is chosen: each
// of its programs shows something that those before it do not, or fills it up.
package corpus

import (
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/ouro-loop/ouro/cmd/conform/internal/program"
	"github.com/ouro-loop/ouro/cmd/conform/internal/traces"
)

// Entry is a program and what CPython makes of it, as text.
type Entry struct {
	Program []byte
	Trace   []byte
}

// Write writes entries, compressed, after a line that says where they come from.
func Write(w io.Writer, origin string, entries []Entry) error {
	z, err := gzip.NewWriterLevel(w, gzip.BestCompression)
	if err != nil {
		return err
	}
	b := bufio.NewWriter(z)
	fmt.Fprintln(b, origin)
	for _, e := range entries {
		fmt.Fprintf(b, "%s\n%s\n", e.Program, e.Trace)
	}
	return errors.Join(b.Flush(), z.Close())
}

// Read reads what Write wrote.
func Read(r io.Reader) (origin string, entries []Entry, err error) {
	z, err := gzip.NewReader(r)
	if err != nil {
		return "", nil, err
	}
	text, err := io.ReadAll(z)
	if err != nil {
		return "", nil, err
	}
	lines := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	if len(lines)%2 == 0 {
		return "", nil, errors.New("corpus: a program without its trace")
	}
	for i := 1; i < len(lines); i += 2 {
		entries = append(entries, Entry{[]byte(lines[i]), []byte(lines[i+1])})
	}
	return lines[0], entries, nil
}

// Features are what a program and its trace show: each statement, each way in which
// it ended, each compound statement inside another, each kind of error.
func Features(p *program.Program, t traces.Trace) map[string]bool {
	features := map[string]bool{}
	ops := map[int]program.Op{}
	for i := range p.Coros {
		walk(p.Coros[i].Body, "", features, ops)
	}
	for _, e := range t {
		class, failed := errorClass(e.Outcome)
		switch {
		case e.I < 0:
			features[fmt.Sprintf("end %d %s", e.I, class)] = true
		case failed:
			features["error "+class] = true
			features[ops[e.I].String()+" fails with "+class] = true
		default:
			features[ops[e.I].String()+" ends"] = true
		}
	}
	return features
}

// walk notes the statements of a block, and what is inside of what.
func walk(block []program.Stmt, outer string, features map[string]bool, ops map[int]program.Op) {
	for i := range block {
		st := &block[i]
		ops[st.I] = st.Op
		word := st.Op.String()
		inner := outer
		if st.Op.Compound() || st.Op.Callback() {
			features[fmt.Sprintf("%s in %s", word, outer)] = true
			inner = word
		}
		for _, b := range st.Blocks() {
			walk(*b, inner, features, ops)
		}
	}
}

// errorClass is the class of error in an outcome, and whether the outcome is that of
// a failure; of others it is the word before the value.
func errorClass(outcome string) (class string, failed bool) {
	text, failed := strings.CutPrefix(outcome, "!")
	if rest, ok := strings.CutPrefix(outcome, "handler "); ok {
		text = rest
	} else if !failed {
		if strings.HasPrefix(outcome, "=") {
			return "value", false
		}
		return outcome, false
	}
	end := strings.IndexAny(text, ":[")
	if end < 0 {
		return text, failed
	}
	return text[:end], failed
}
