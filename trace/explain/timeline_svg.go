package explain

import (
	"bufio"
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// WriteSVG writes the time line that WriteTimeline writes as a picture, in one band. It can
// be read on light and on dark, as whoever looks at it prefers, and has a title and a
// description of each lane for those who hear it.
func (s *Story) WriteSVG(w io.Writer) error {
	if !s.hasPictures() {
		return errNoPictures
	}
	t := s.timeline()
	p := &svgWriter{timeline: t, b: bufio.NewWriter(w), left: svgMargin + svgChar*(t.nameWidth(0)+1)}
	p.write()
	return p.b.Flush()
}

// Lengths in an SVG, in pixels.
const (
	svgMargin = 16
	svgChar   = 8 // a character of a name
	svgColumn = 12
	svgLane   = 26
	svgHead   = 48 // the two rulers
)

// svgLight and svgDark are the colors of tasks, as the page has them.
var (
	svgLight = [...]string{"#1f5fbf", "#a84d05", "#6f3bb0", "#0a7068", "#ad1f63", "#64640a", "#a8321f", "#44546c"}
	svgDark  = [...]string{"#86b4ff", "#ffb372", "#cba9ff", "#5fd9cd", "#ff93c1", "#d7d468", "#ff9f8e", "#b3c4df"}
)

type svgWriter struct {
	*timeline
	b    *bufio.Writer
	left int // where the columns begin
}

func (p *svgWriter) printf(format string, args ...any) { _, _ = fmt.Fprintf(p.b, format, args...) }

func (p *svgWriter) write() {
	width := max(p.x(len(p.cols)), svgMargin+svgChar*p.legendLength()) + svgMargin
	height := p.y(len(p.lanes)) + svgLane + svgMargin
	p.printf(`<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" role="img" aria-labelledby="title desc">`+"\n",
		width, height, width, height)
	p.printf("<title id=\"title\">%s</title>\n<desc id=\"desc\">%s</desc>\n", escaped(p.title()), escaped(p.describe()))
	p.style()
	p.printf(`<rect class="paper" width="%d" height="%d"/>`+"\n", width, height)
	p.ruler(svgMargin+8, ofIteration, p.iterationOf)
	p.ruler(svgMargin+24, ofTime, p.timeOf)
	for i, task := range p.lanes {
		p.lane(i, task)
	}
	p.legend()
	p.printf("</svg>\n")
}

func (p *svgWriter) x(column int) int { return p.left + svgColumn*column }
func (p *svgWriter) y(lane int) int   { return svgMargin + svgHead + svgLane*lane }

func (p *svgWriter) title() string {
	return "Time line of " + count(len(p.lanes), "task") + " of an event loop"
}

// describe says of each lane when its task was there.
func (p *svgWriter) describe() string {
	text := []string{"A lane for each task, from left to right: when it was ready, ran, printed and waited."}
	for _, task := range p.lanes {
		text = append(text, p.laneText(task))
	}
	return strings.Join(text, " ")
}

// laneText is what becomes of a task, as a sentence.
func (p *svgWriter) laneText(task int) string {
	begun, end := "", " and has not ended"
	for _, c := range p.cols {
		switch m := c.mark(task); {
		case m == absent:
		case begun == "":
			begun = seconds(c.time)
		case m == ended:
			end = " and is done at " + seconds(c.time)
		case m == stopped:
			end = " and has failed or was canceled at " + seconds(c.time)
		}
	}
	return fmt.Sprintf("%s is created at %s%s.", p.story.name(task), begun, end)
}

func (p *svgWriter) style() {
	p.printf("<style>\ntext { font: 13px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; fill: #1c211d }\n" +
		".paper { fill: #fffefb } .small { font-size: 11px; fill: #5a6259 }\n")
	p.colors(svgLight[:])
	p.printf("@media (prefers-color-scheme: dark) {\ntext { fill: #e7ece8 } .paper { fill: #191f1b } .small { fill: #a0aca3 }\n")
	p.colors(svgDark[:])
	p.printf("}\n</style>\n")
}

func (p *svgWriter) colors(colors []string) {
	for i, c := range colors {
		p.printf(".c%d { stroke: %s; fill: %s } text.c%d { stroke: none }\n", i, c, c, i)
	}
}

func (p *svgWriter) text(x, y int, class, text string) {
	p.printf(`<text x="%d" y="%d" class="%s">%s</text>`+"\n", x, y, class, escaped(text))
}

// ruler writes the texts of a ruler where they change, and where there is room.
func (p *svgWriter) ruler(y int, name string, of func(i int) string) {
	p.text(svgMargin, y, "small", name)
	free := 0
	for i := range p.cols {
		text := of(i)
		if text == "" || i > 0 && text == of(i-1) || p.x(i) < free {
			continue
		}
		p.text(p.x(i), y, "small", text)
		free = p.x(i) + svgChar*(utf8.RuneCountInString(text)+1)
	}
}

// lane draws what a task does, equal neighbors in one piece.
func (p *svgWriter) lane(i, task int) {
	class := fmt.Sprintf("c%d", inColor(task))
	p.printf("<g><title>%s</title>\n", escaped(p.laneText(task)))
	p.text(svgMargin, p.y(i)+17, class, p.story.name(task))
	for from := 0; from < len(p.cols); {
		to := from + 1
		m := p.cols[from].mark(task)
		for m != prints && to < len(p.cols) && p.cols[to].mark(task) == m {
			to++
		}
		p.mark(m, class, p.x(from), p.y(i), svgColumn*(to-from))
		from = to
	}
	p.printf("</g>\n")
}

// mark draws a mark at x, in the lane that is at y.
func (p *svgWriter) mark(m mark, class string, x, y, width int) {
	switch m {
	case ready:
		p.printf(`<rect class="%s" x="%d" y="%d" width="%d" height="8" fill-opacity="0.25" stroke-opacity="0.6"/>`+"\n", class, x, y+9, width)
	case runs, prints:
		p.printf(`<rect class="%s" x="%d" y="%d" width="%d" height="18"/>`+"\n", class, x, y+4, width)
		if m == prints {
			p.printf(`<circle class="paper" cx="%d" cy="%d" r="4"/>`+"\n", x+width/2, y+13)
		}
	case waits:
		p.printf(`<path class="%s" d="M%d %dh%d" stroke-width="2"/>`+"\n", class, x, y+13, width)
	case sleeps:
		p.printf(`<path class="%s" d="M%d %dh%d" stroke-width="2" stroke-dasharray="2 4"/>`+"\n", class, x, y+13, width)
	case ended, stopped:
		p.text(x+2, y+18, class, string(marks[m].char))
	}
}

// legend says below the lanes what the marks mean.
func (p *svgWriter) legend() {
	x, y := svgMargin, p.y(len(p.lanes))+8
	for _, m := range p.used() {
		p.mark(m, "c7", x, y, svgColumn)
		p.text(x+svgColumn+6, y+17, "small", marks[m].means)
		x += svgChar * legendPart(m)
	}
}

// legendPart is how many characters there are from a mark in the legend to the next.
func legendPart(m mark) int { return len(marks[m].means) + 4 }

func (p *svgWriter) legendLength() (n int) {
	for _, m := range p.used() {
		n += legendPart(m)
	}
	return n
}

func escaped(s string) string {
	var b bytes.Buffer
	_ = xml.EscapeText(&b, []byte(s))
	return b.String()
}
