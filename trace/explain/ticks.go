package explain

import (
	"io"
	"strconv"
)

// WriteTicks writes the steps from the from-th on, in short: each iteration with its number and
// the loop's time, who runs in it and why, and what the program prints, behind a bar. It is to
// be read instead of what the program prints, in lines of up to width columns (of zero or less,
// in lines as long as they are); what is printed is not wrapped.
//
// The steps of a trace that ends with a [trace.Wait] are, as far as they are written, those of
// the trace that it becomes: so a run can be written while it goes on.
func (s *Story) WriteTicks(w io.Writer, from, width int, opts ...TextOption) error {
	p := newPen(w, optionsOf(opts))
	for _, step := range s.Steps[min(max(from, 0), len(s.Steps)):] {
		switch step.Kind {
		case Iterate:
			p.lines(wrap(in(strong, tickHead(step)), width, 2))
		case Print:
			p.quote(printed(step), inColor(step.Task))
		case Run, Cancel, Report, Wait, Cleanup, End:
			p.lines(wrap(append(plainly("  "), s.typeset(step.Says)...), width, 4))
		}
	}
	return p.flush()
}

// printed is what is printed, or noted, in a step of the kind Print.
func printed(step Step) string {
	if last := len(step.Says) - 1; last > 0 && step.Says[last].Text == "." {
		return step.Says[last-1].Code
	}
	return "" // an empty line
}

func tickHead(step Step) string {
	return "Iteration " + strconv.Itoa(step.Iteration) + ", at " + seconds(step.Time)
}
