package loop

import (
	"bufio"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"

	"github.com/ouro-loop/ouro/internal/frames"
)

// WritePS writes a line on the loop and one on each task: what it does, what it waits for, who
// holds that, and where it stands, or what it runs if its stack was not asked for. A line
// below it is the nearest time limit of a block that it is in. Names and texts that would
// upset a terminal are quoted. The error is that of w.
//
// Semantics: python -m asyncio ps, CPython 3.14.
func (s *Snapshot) WritePS(w io.Writer) error {
	out := bufio.NewWriter(w)
	s.writeHead(out)
	var text strings.Builder
	tab := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	duration := func(string) string { return "" } // a column that is there if it is known
	if s.Recorded {
		duration = func(text string) string { return "\t" + text }
	}
	fmt.Fprintln(tab, "ID\tTASK\tSTATE"+duration("FOR")+"\tWAITS FOR\tHELD BY\tCANCELS\tAT")
	for i := range s.Tasks {
		t := &s.Tasks[i]
		fmt.Fprintf(tab, "%d\t%s\t%s%s\t%s\t%s\t%s\t%s\n",
			t.ID, plain(t.Name), t.State, duration(t.duration(s.Time)), t.waits(), t.heldBy(), s.cancelsText(t), t.at())
		if len(t.Timeouts) > 0 {
			fmt.Fprintf(tab, "\t\t%s\tunder timeout, %s left\t\t\t\n", duration(""), left(t.Timeouts[0]-s.Time))
		}
	}
	_ = tab.Flush() // never fails
	for line := range strings.Lines(text.String()) {
		fmt.Fprintln(out, strings.TrimRight(line, " \n")) // out keeps its error
	}
	s.writeFoot(out)
	return out.Flush()
}

func (s *Snapshot) writeHead(out *bufio.Writer) {
	clock := "real"
	if s.Virtual {
		clock = "virtual"
	}
	fmt.Fprintf(out, "loop  %s time %v  tasks %d  ready %d  timers %d  outside %s", clock, s.Time, len(s.Tasks), s.Ready, s.Timers, s.outsideText())
	if !s.Running {
		fmt.Fprint(out, "  not running")
	}
	fmt.Fprintln(out)
}

func (s *Snapshot) outsideText() string {
	n := 0
	var kinds []string
	for _, o := range s.Outside {
		n += o.N
		kinds = append(kinds, fmt.Sprintf("%d %s", o.N, o.Kind))
	}
	if n == 0 {
		return "0"
	}
	return fmt.Sprintf("%d (%s)", n, strings.Join(kinds, ", "))
}

func (s *Snapshot) writeFoot(out *bufio.Writer) {
	for _, c := range s.Circles {
		fmt.Fprintf(out, "circle: %s\n", s.circleText(c))
	}
	if s.MoreCircles > 0 {
		fmt.Fprintf(out, "and %d more circles\n", s.MoreCircles)
	}
	if s.Cut {
		fmt.Fprintln(out, "there is more to see of who waits for whom than was looked at")
	}
}

func (s *Snapshot) circleText(c CircleInfo) string {
	var b strings.Builder
	for _, id := range c.Tasks {
		b.WriteString(s.nameOf(id) + " → ")
	}
	if c.More > 0 {
		fmt.Fprintf(&b, "%d more → ", c.More)
	}
	b.WriteString(s.nameOf(c.Tasks[0]))
	return b.String()
}

func (s *Snapshot) nameOf(id uint32) string {
	if t := s.Task(id); t != nil {
		return plain(t.Name)
	}
	return "task " + strconv.Itoa(int(id))
}

// waits is what the task waits for, in its column.
func (t *TaskInfo) waits() string {
	if t.On == nil {
		if t.Place > 0 {
			return ordinal(t.Place) + " in the queue"
		}
		return "–"
	}
	text := plain(t.On.Text)
	if t.On.Until != 0 {
		if t.On.Kind == "sleep" {
			text = "sleep"
		}
		text += ", " + left(t.On.Left) + " left"
	}
	if t.On.Of > 1 {
		text += fmt.Sprintf(", %s of %d", ordinal(t.On.Place), t.On.Of)
	}
	return text
}

func (t *TaskInfo) heldBy() string {
	if len(t.Holders) == 0 {
		return "–"
	}
	var names []string
	for i, h := range t.Holders {
		if i == maxNamed {
			break
		}
		name := plain(h.Name)
		if h.Ended && h.ID > 0 {
			name += " (ended)"
		}
		names = append(names, name)
	}
	if more := len(t.Holders) + t.MoreHolders - len(names); more > 0 {
		names = append(names, fmt.Sprintf("%d more", more))
	}
	return strings.Join(names, ", ")
}

// duration is for how long the task has been in its state.
func (t *TaskInfo) duration(now time.Duration) string {
	if t.Since == nil {
		return "–"
	}
	return left(now - *t.Since)
}

func (s *Snapshot) cancelsText(t *TaskInfo) string {
	if t.Canceling == 0 && !t.CancelPending {
		return "–"
	}
	text := strconv.Itoa(t.Canceling)
	if n := len(t.CanceledBy); n > 0 {
		text += " by " + s.cancelText(&t.CanceledBy[n-1])
	}
	if t.CancelPending {
		text += ", not delivered"
	}
	return text
}

// cancelText says who made a request, and along which tasks it came.
func (s *Snapshot) cancelText(c *CancelInfo) string {
	var text string
	switch c.How {
	case "call":
		text = plain(c.ByName)
	case "end":
		text = "the end of " + plain(c.ByName)
	case "timeout":
		text = "a timeout"
	default:
		text = "a callback"
	}
	var way []string
	for i, id := range c.Via {
		if len(way) == maxNamed {
			way = append(way, fmt.Sprintf("and %d more", len(c.Via)-i+c.MoreVia))
			break
		}
		if id > 0 {
			way = append(way, s.nameOf(id))
		}
	}
	if len(way) > 0 {
		text += " via " + strings.Join(way, ", ")
	}
	return text
}

// at is the program's own line where the task stands, or else what it runs.
func (t *TaskInfo) at() string {
	for _, l := range t.Stack {
		if frames.IsUser(l.File) {
			return fmt.Sprintf("%s:%d %s", path.Base(l.File), l.Line, shortFunc(l.Func))
		}
	}
	return shortFunc(t.Func)
}

// shortFunc is a function's name without the path of its package.
func shortFunc(name string) string {
	end := len(name)
	if i := strings.IndexByte(name, '['); i >= 0 { // of type arguments, which have paths too
		end = i
	}
	return name[strings.LastIndexByte(name[:end], '/')+1:]
}

// ordinal is 1st, 2nd, 3rd, 4th.
func ordinal(n int) string {
	suffix := "th"
	if n/10%10 != 1 {
		switch n % 10 {
		case 1:
			suffix = "st"
		case 2:
			suffix = "nd"
		case 3:
			suffix = "rd"
		}
	}
	return strconv.Itoa(n) + suffix
}

// left is a time that is left, to the millisecond where it is longer.
func left(d time.Duration) string {
	if d >= time.Second {
		d = d.Round(time.Millisecond)
	}
	return max(0, d).String()
}

// maxPlain is how much is shown of a text that is the program's.
const maxPlain = 200

// plain is a name or text of the program's that is to stand in a line: quoted if it has
// what does not print, and not too long.
func plain(s string) string {
	if r := []rune(s); len(r) > maxPlain {
		s = string(r[:maxPlain]) + "…"
	}
	for _, r := range s {
		if !unicode.IsPrint(r) {
			return strconv.Quote(s)
		}
	}
	return s
}
