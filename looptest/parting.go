package looptest

import (
	"fmt"
	"strings"

	"github.com/ouro-loop/ouro/trace"
)

// A happening is an event of a run as far as another run has to have it too.
type happening struct {
	event trace.Event
	text  string // a note, a name or a function
	site  string
	at    int // among the events of the trace
}

// happeningsOf are those of a trace. What the program calls its errors, and what its values look
// like, is left out: addresses are in them.
func happeningsOf(t *trace.Trace) []happening {
	happened := make([]happening, 0, len(t.Events))
	for i, e := range t.Events {
		d := t.Detail(i)
		h := happening{event: e, site: d.Site, at: i}
		switch {
		case e.Kind == trace.Wait, e.Kind == trace.Hold, e.Kind == trace.Note && e.What != trace.Text:
			continue
		case e.Kind == trace.Spawn:
			h.text = t.Task(uint32(e.Object)).Name
		case e.Kind == trace.Push, e.Kind == trace.Timer, e.Kind == trace.Note:
			h.text = d.Text
		}
		happened = append(happened, h)
	}
	return happened
}

func (h happening) like(other happening) bool {
	return h.event == other.event && h.text == other.text && h.site == other.site
}

// parting is the first of the happenings of two runs that is not alike, -1 if they are.
func parting(a, b []happening) int {
	for i := range min(len(a), len(b)) {
		if !a[i].like(b[i]) {
			return i
		}
	}
	if len(a) == len(b) {
		return -1
	}
	return min(len(a), len(b))
}

// writeParting shows where the n-th run parts from the first: what came before that, and what
// comes then in each.
func writeParting(b *strings.Builder, first, other *trace.Trace, n int) {
	const before, after = 2, 4
	mine, theirs := happeningsOf(first), happeningsOf(other)
	at := parting(mine, theirs)
	if at < 0 {
		fmt.Fprintf(b, "The same has happened in it.\n")
		return
	}
	head, lines := linesOfText(first)
	fmt.Fprintf(b, "%10s %s\n", "", head)
	from := max(0, at-before)
	if from > 0 {
		fmt.Fprintf(b, "%10s … %s alike\n", "", count(from, "event", "events"))
	}
	writeHappenings(b, "", mine[from:at], lines)
	writeHappenings(b, "first", mine[at:min(len(mine), at+after)], lines)
	_, lines = linesOfText(other)
	writeHappenings(b, fmt.Sprintf("run %d", n), theirs[at:min(len(theirs), at+after)], lines)
}

func writeHappenings(b *strings.Builder, whose string, happened []happening, lines []string) {
	mark := ""
	if whose != "" {
		mark = "!"
	}
	if len(happened) == 0 && whose != "" {
		fmt.Fprintf(b, "%8s %s it is over\n", whose, mark)
	}
	for _, h := range happened {
		fmt.Fprintf(b, "%8s %1s %s\n", whose, mark, lines[h.at])
		whose = "" // said once
	}
}

// linesOfText has a line for each event.
func linesOfText(t *trace.Trace) (head string, lines []string) {
	var text strings.Builder
	_ = t.WriteText(&text) // a Builder takes everything
	lines = strings.Split(text.String(), "\n")
	return lines[0], lines[1:]
}
