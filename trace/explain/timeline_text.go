package explain

import (
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// WriteTimeline writes a picture of the run in characters: a lane for each task, and a column
// for each step that changes one, with the iteration and the loop's time above.
//
//	iteration  1      2         3
//	time       0 s                       3 s
//	main       ███●───────────┄
//	Task-2       ░░░──█──░░░──┄
//
// What is wider than width goes on in bands below, of zero or less in none. At the end stands
// what the characters mean. A story without pictures has no time line; that is an error.
func (s *Story) WriteTimeline(w io.Writer, width int, opts ...TextOption) error {
	if !s.hasPictures() {
		return errNoPictures
	}
	t := s.timeline()
	p := newPen(w, optionsOf(opts))
	names := t.nameWidth(width)
	room := max(len(t.cols), 1)
	if width > 0 {
		room = max(width-names-len(nameGap), leastColumns)
	}
	for from := 0; from < len(t.cols); from += room {
		t.band(p, names, from, min(from+room, len(t.cols)))
		p.line(nil)
	}
	p.lines(wrap(t.legend(), width, 0))
	return p.flush()
}

var errNoPictures = errors.New("explain: a time line of a Story without pictures; leave Options.NoPictures out")

// hasPictures reports whether there are any; of a run without a task there never is one.
func (s *Story) hasPictures() bool {
	return len(s.Tasks) == 0 || slices.ContainsFunc(s.Steps, func(step Step) bool { return step.Picture.Tasks != nil })
}

const (
	nameGap      = "  "
	leastColumns = 8 // in a band, however narrow the terminal is
	ofIteration  = "iteration"
	ofTime       = "time"
)

// nameWidth is how much room the names take: no more than a third of the width.
func (t *timeline) nameWidth(width int) int {
	n := len(ofIteration)
	for _, task := range t.lanes {
		n = max(n, utf8.RuneCountInString(printable(t.story.name(task))))
	}
	if width > 0 {
		n = min(n, max(width/3, 1))
	}
	return n
}

// band writes the columns from and up to to, but for lanes that are empty there.
func (t *timeline) band(p *pen, names, from, to int) {
	p.line(append(label(ofIteration, plain, names), t.ruler(from, to, t.iterationOf)...))
	p.line(append(label(ofTime, plain, names), t.ruler(from, to, t.timeOf)...))
	for _, task := range t.lanes {
		lane := label(printable(t.story.name(task)), inColor(task), names)
		empty := true
		for _, c := range t.cols[from:to] {
			m := c.mark(task)
			empty = empty && m == absent
			lane = append(lane, glyph{marks[m].char, inColor(task)})
		}
		if !empty {
			p.line(lane)
		}
	}
}

func (t *timeline) iterationOf(i int) string {
	if t.cols[i].iteration == 0 {
		return ""
	}
	return strconv.Itoa(t.cols[i].iteration)
}

func (t *timeline) timeOf(i int) string { return seconds(t.cols[i].time) }

// label is a name, cut or filled up to width, and the gap behind it.
func label(name string, s style, width int) styled {
	text := in(s, name)
	if len(text) > width {
		text = append(text[:width-1:width-1], glyph{'…', s})
	}
	return append(text, plainly(strings.Repeat(" ", width-len(text))+nameGap)...)
}

// ruler has a text above each column at which it changes, as far as there is room.
func (t *timeline) ruler(from, to int, of func(i int) string) styled {
	line := plainly("")
	for i := from; i < to; i++ {
		text := of(i)
		at := i - from
		switch {
		case i > from && text == of(i-1), text == "":
		case at > 0 && at < len(line)+1, at+len(text) > to-from && at > 0: // no room
		default:
			line = append(line, plainly(strings.Repeat(" ", at-len(line))+text)...)
		}
	}
	return line
}

// legend says what the marks mean. What belongs together is not broken.
func (t *timeline) legend() styled {
	var text styled
	for _, m := range t.used() {
		if text != nil {
			text = append(text, plainly("  ")...)
		}
		means := strings.ReplaceAll(marks[m].means, " ", string(unbroken))
		text = append(text, plainly(string(marks[m].char)+string(unbroken)+means)...)
	}
	return text
}
