package trace

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// WriteText writes a line for each event, for people to read: the loop's time, the
// iteration, counted from the first in the trace, who did it, what, and why. An entry of the
// ready queue is #n, with the number that it has in Event. Callbacks are called by that, the
// loop itself is loop. Where all is recorded a line ends with that of the program.
//
// Lines have up to 100 columns: what is too long for that is cut, at the sign …. The format
// may change; for programs there is WriteJSON.
func (t *Trace) WriteText(w io.Writer) error {
	out := bufio.NewWriter(w)
	if t.Lost > 0 {
		fmt.Fprintf(out, "%d events before these are not kept any more.\n", t.Lost)
	}
	p := textWriter{walk: t.walk(), out: out, wide: t.widestName(), pushers: map[uint64]string{}}
	p.columns("TIME", "ITER", "WHO", "WHAT", "")
	for i := range t.Events {
		p.next(i)
		p.line(i)
	}
	return out.Flush()
}

const (
	columns = 100
	widest  = 16 // of names
)

type textWriter struct {
	*walk
	out     *bufio.Writer
	wide    int               // the column of names
	pushers map[uint64]string // of an entry: who has pushed it
}

// widestName is how much room names take, in reason.
func (t *Trace) widestName() int {
	wide := len("outside")
	for _, task := range t.tasks {
		wide = max(wide, utf8.RuneCountInString(oneLine(task.Name)))
	}
	return min(wide, widest)
}

func (p *textWriter) line(i int) {
	e := p.t.Events[i]
	who, iteration := p.who(i), ""
	if e.Kind == Push {
		p.pushers[e.Entry] = who
	}
	if p.iteration > 0 {
		iteration = strconv.Itoa(p.iteration)
	}
	what, why := p.what(i)
	if why != "" {
		why = "  <- " + why
	}
	if site := p.t.details[i].Site; site != "" {
		why += "  at " + oneLine(filepath.Base(filepath.ToSlash(site)))
	}
	p.columns(e.Time.String(), iteration, who, what, why)
}

// columns writes a line. What is too long is cut, the last column only if there is no other
// way.
func (p *textWriter) columns(time, iteration, who, what, why string) {
	head := fmt.Sprintf("%12s %6s  %-*s  ", time, iteration, p.wide, cut(who, p.wide))
	room := columns - utf8.RuneCountInString(head)
	why = cut(why, room-min(20, utf8.RuneCountInString(what)))
	what = cut(what, room-utf8.RuneCountInString(why))
	fmt.Fprintln(p.out, strings.TrimRight(head+what+why, " "))
}

// what says what the i-th event is, and why it came.
func (p *textWriter) what(i int) (what, why string) {
	e, text := p.t.Events[i], p.text(i)
	switch e.Kind {
	case Iterate:
		return fmt.Sprintf("iteration of %d", e.Arg), ""
	case Wait:
		if e.Arg == math.MaxInt64 {
			return "wait, for no timer", ""
		}
		return fmt.Sprintf("wait until %v", time.Duration(e.Arg)), ""
	case Push:
		return fmt.Sprintf("push #%d, %s", e.Entry, p.entryOf(i)), p.why(i)
	case Run:
		if e.What == Eager {
			return "run at once, inside of its creator", ""
		}
		return fmt.Sprintf("run #%d, %s", e.Entry, p.entryOf(i)), p.pushedBy(e.Entry)
	case Spawn:
		return p.spawned(e), ""
	case Await:
		return p.awaited(e, text, p.t.details[i].Tasks), ""
	case Done:
		return p.doneWith(i, text), ""
	case Cancel:
		return p.canceled(i, text), ""
	case Timer:
		return with(fmt.Sprintf("timer %d for %v", e.Object, time.Duration(e.Arg)), function(text)), ""
	case Untimer:
		return fmt.Sprintf("timer %d is taken back", e.Object), ""
	case Hold:
		return p.state(p.t.details[i].State), ""
	case Note:
		return p.note(e, text), ""
	}
	return with(e.Kind.String(), text), ""
}

// pushedBy says where the entry comes from that runs.
func (p *textWriter) pushedBy(entry uint64) string {
	i, ok := p.pushes[entry]
	if !ok {
		return "not kept"
	}
	return cmp.Or(p.why(i), p.pushers[entry])
}

func (p *textWriter) spawned(e Event) string {
	id := uint32(e.Object)
	what := "create "
	if e.What == Existed {
		what = "there is "
	}
	return with(what+p.name(id), function(oneLine(p.t.Task(id).Function)))
}

func (p *textWriter) awaited(e Event, text string, holders []uint32) string {
	what := "wait for " + text
	switch {
	case e.What == Yield:
		return "yield"
	case e.What == OnTask:
		return "wait for " + p.name(uint32(e.Object))
	case e.What == Sleep && text == "":
		return "sleep"
	case e.What == Sleep:
		return text
	case e.What == Future:
		return "wait for a future"
	case text == "":
		return "wait for something shared"
	}
	if len(holders) > 0 {
		what += ", held by " + p.names(holders)
	}
	return what
}

func (p *textWriter) doneWith(i int, text string) string {
	e := p.t.Events[i]
	s := p.futureOf(i) + " is done: "
	if e.Object != 0 && uint32(e.Object) == e.Task {
		s = "end: "
	}
	s = with(s+e.What.String(), text)
	if e.Arg != 0 {
		s += ", which wakes " + p.name(uint32(e.Arg))
	}
	return s
}

func (p *textWriter) canceled(i int, text string) string {
	if e := p.t.Events[i]; e.What == Passed {
		return with(strings.Repeat("  ", int(min(max(e.Arg, 0), 8)))+"and so "+p.futureOf(i), text)
	}
	return with("cancel "+p.futureOf(i), text)
}

func (p *textWriter) note(e Event, text string) string {
	switch e.What {
	case Renamed:
		return with(p.name(uint32(e.Object))+" is named", text)
	case Cleanup:
		return "the run is over, and cleans up"
	case Closed:
		return "the loop is closed"
	case AtLine:
		return fmt.Sprintf("line %d", e.Arg)
	}
	return with(map[What]string{Text: "note", Print: "print", Report: "report"}[e.What], text)
}

// state shows what something that tasks share looks like.
func (p *textWriter) state(s *State) string {
	if s == nil {
		return "something shared has changed"
	}
	what := oneLine(s.Kind)
	if s.Name != "" {
		what += " " + strconv.Quote(s.Name)
	}
	switch s.Kind {
	case "semaphore", "barrier":
		what += fmt.Sprintf(" %d of %d", s.Value, s.Size)
	case "event":
		what += map[bool]string{false: " not set", true: " set"}[s.Value != 0]
	case "queue":
		what += fmt.Sprintf(" [%s]", oneLine(strings.Join(s.Items, " ")))
	}
	if s.Down {
		what += ", shut down"
	}
	if len(s.Holders) > 0 {
		what += ", held by " + p.names(s.Holders)
	}
	for _, line := range s.Waiters {
		what += ", " + strings.TrimSpace("waiting "+oneLine(line.For)) + ": " + p.names(line.Tasks)
	}
	return what
}

func (p *textWriter) names(ids []uint32) string {
	var names []string
	for _, id := range ids {
		names = append(names, p.name(id))
	}
	return strings.Join(names, ", ")
}

// with is what, and more about it, if there is more.
func with(what, more string) string {
	if more == "" {
		return what
	}
	return what + ": " + more
}

// oneLine is s in a form that does not disturb lines, and does nothing to a terminal.
func oneLine(s string) string {
	if strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) || !utf8.ValidString(s) {
		return strconv.Quote(s)
	}
	return s
}

// cut is s, cut to n characters.
func cut(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	if n <= 0 {
		return ""
	}
	return string([]rune(s)[:n-1]) + "…"
}
