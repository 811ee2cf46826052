package traces

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// Side is one of two traces to be shown beside each other, and who left it.
type Side struct {
	Who   string
	Trace Trace
}

// WriteSideBySide shows two traces next to each other: the entries around the first in which they differ, context of
// them before it and as many after it. Rows that differ are marked.
func WriteSideBySide(w io.Writer, left, right Side, context int) error {
	first := FirstDifference(left.Trace, right.Trace)
	if first < 0 {
		_, err := fmt.Fprintln(w, "the traces are equal")
		return err
	}
	from := max(0, first-context)
	to := min(max(len(left.Trace), len(right.Trace)), first+context+1)
	width := utf8.RuneCountInString(left.Who)
	for i := from; i < to; i++ {
		width = max(width, utf8.RuneCountInString(cell(left.Trace, i)))
	}
	p := printer{w: w}
	p.printf("  %5s  %-*s | %s\n", "", width, left.Who, right.Who)
	if from > 0 {
		p.printf("  %5s  %d equal entries\n", "…", from)
	}
	for i := from; i < to; i++ {
		a, b := cell(left.Trace, i), cell(right.Trace, i)
		mark := ' '
		if a != b {
			mark = '>'
		}
		p.printf("%s\n", strings.TrimRight(fmt.Sprintf("%c %5d  %-*s | %s", mark, i, width, a, b), " "))
	}
	if rest := max(len(left.Trace), len(right.Trace)) - to; rest > 0 {
		p.printf("  %5s  %d more rows\n", "…", rest)
	}
	return p.err
}

// cell shows one entry of a trace, which may have ended before it.
func cell(t Trace, i int) string {
	if i >= len(t) {
		return ""
	}
	return t[i].String()
}

// String shows the entry as the side-by-side view does: at what time, in which task, which statement, what.
func (e Entry) String() string {
	what := fmt.Sprintf("#%d", e.I)
	switch e.I {
	case Handler:
		what = "loop"
	case End:
		what = "main"
	case Closed:
		what = "runner"
	case Choice:
		what = "open"
	}
	return fmt.Sprintf("%4d ms  %-8s %5s  %s", e.Time, e.Task, what, e.Outcome)
}

// printer keeps the first error of a series of writes.
type printer struct {
	w   io.Writer
	err error
}

func (p *printer) printf(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.w, format, args...)
	}
}
