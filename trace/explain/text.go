package explain

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// TextOption is an option of what is written as text.
type TextOption func(*textOptions)

type textOptions struct{ color, ascii bool }

// Color has tasks colored, each with the color that it has on the page, and what follows from
// what was said before faint, by the codes that terminals understand.
func Color() TextOption { return func(o *textOptions) { o.color = true } }

// ASCII has only characters of ASCII written, for what shows no others.
func ASCII() TextOption { return func(o *textOptions) { o.ascii = true } }

func optionsOf(opts []TextOption) (o textOptions) {
	for _, opt := range opts {
		if opt == nil {
			panic("explain: a nil TextOption; leave it out")
		}
		opt(&o)
	}
	return o
}

// WriteText writes the steps as text, a paragraph each, in lines of up to width columns (of
// zero or less, in lines as long as they are). Between iterations there is an empty line.
func (s *Story) WriteText(w io.Writer, width int, opts ...TextOption) error {
	p := newPen(w, optionsOf(opts))
	digits := len(fmt.Sprint(len(s.Steps)))
	n := 0
	for _, step := range s.Steps {
		if step.ByLine {
			continue
		}
		n++
		if step.Kind == Iterate && n > 1 {
			p.line(nil)
		}
		text := append(plainly(fmt.Sprintf("%*d  ", digits, n)), s.typeset(step.Says)...)
		p.lines(wrap(text, width, digits+2))
	}
	return p.flush()
}

// Plain is a sentence without its marks.
func (s *Story) Plain(parts []Part) string {
	var b strings.Builder
	for _, p := range parts {
		switch {
		case p.Task != nil:
			b.WriteString(s.name(*p.Task))
		case p.Code != "":
			b.WriteString(p.Code)
		default:
			b.WriteString(p.Text)
		}
	}
	return b.String()
}

func (s *Story) name(task int) string {
	if task < 0 || task >= len(s.Tasks) {
		return "nobody"
	}
	return s.Tasks[task].Name
}

// A pen writes lines.
type pen struct {
	b *bufio.Writer
	textOptions
}

func newPen(w io.Writer, o textOptions) *pen { return &pen{bufio.NewWriter(w), o} }

func (p *pen) lines(lines []styled) {
	for _, line := range lines {
		p.line(line)
	}
}

// line writes a line, without the spaces at its end.
func (p *pen) line(line styled) {
	for len(line) > 0 && line[len(line)-1].char == ' ' {
		line = line[:len(line)-1]
	}
	style := plain
	for _, g := range line {
		if g.style != style {
			p.turn(style, g.style)
			style = g.style
		}
		p.char(g.char)
	}
	p.turn(style, plain)
	_ = p.b.WriteByte('\n')
}

// quote writes what a program has printed, as it is, behind a bar.
func (p *pen) quote(text string, s style) {
	p.turn(plain, s)
	for _, c := range "  │" {
		p.char(c)
	}
	p.turn(s, plain)
	if text != "" {
		_, _ = p.b.WriteString(" " + text)
	}
	_ = p.b.WriteByte('\n')
}

func (p *pen) turn(from, to style) {
	if !p.color || from == to {
		return
	}
	if from != plain {
		_, _ = p.b.WriteString("\x1b[0m")
	}
	_, _ = p.b.WriteString(to.code())
}

func (p *pen) char(c rune) {
	if c == unbroken {
		c = ' '
	}
	if !p.ascii || c < 0x80 {
		_, _ = p.b.WriteRune(c)
		return
	}
	if plainer, ok := inASCII[c]; ok {
		_, _ = p.b.WriteString(plainer)
		return
	}
	_ = p.b.WriteByte('?')
}

func (p *pen) flush() error { return p.b.Flush() }
