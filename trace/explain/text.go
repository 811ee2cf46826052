package explain

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// WriteText writes the steps as text, a paragraph each, in lines of up to width columns (of
// zero or less, in lines as long as they are). Iterations have a heading.
func (s *Story) WriteText(w io.Writer, width int) error {
	b := bufio.NewWriter(w)
	digits := len(fmt.Sprint(len(s.Steps)))
	n := 0
	for i, step := range s.Steps {
		if step.ByLine {
			continue
		}
		n++
		if step.Kind == Iterate && n > 1 {
			fmt.Fprintln(b)
		}
		text := fmt.Sprintf("%*d  %s", digits, n, s.quoted(s.Steps[i].Says))
		fmt.Fprintln(b, wrap(text, width, digits+2))
	}
	return b.Flush()
}

// quoted is a sentence in which code stands in backquotes.
func (s *Story) quoted(parts []Part) string {
	var b strings.Builder
	for _, p := range parts {
		if p.Code != "" {
			b.WriteString("`" + p.Code + "`")
		} else {
			b.WriteString(s.Plain([]Part{p}))
		}
	}
	return b.String()
}

// wrap breaks text into lines of up to width columns, with an indent from the second on.
func wrap(text string, width, indent int) string {
	var b strings.Builder
	column := 0
	for i, word := range strings.Split(text, " ") {
		length := len([]rune(word))
		switch {
		case i == 0:
		case width > 0 && column+1+length > width && column > indent:
			b.WriteString("\n" + strings.Repeat(" ", indent))
			column = indent
		default:
			b.WriteByte(' ')
			column++
		}
		b.WriteString(word)
		column += length
	}
	return b.String()
}
