package fuzz

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ouro-loop/ouro/cmd/conform/internal/oracle"
	"github.com/ouro-loop/ouro/cmd/conform/internal/program"
	"github.com/ouro-loop/ouro/cmd/conform/internal/traces"
)

// Summary is what came of a run.
type Summary struct {
	Programs    uint64
	Entries     uint64 // of all traces
	Differences uint64
	Choices     uint64 // in programs with picks
	Departures  uint64 // those of them that are not the default
	Deadlocks   uint64 // traces that end in one
	Limits      uint64 // traces that are full
	Undefined   uint64 // programs that CPython does not survive
	TimedOut    uint64 // programs without an answer from CPython
	Elapsed     time.Duration
	// Ended counts, for each statement, how often one ended and was logged.
	Ended [256]uint64
}

// count adds one program.
func (s *Summary) count(p *program.Program, t traces.Trace, answer oracle.Answer, differs bool) {
	s.Programs++
	s.Entries += uint64(len(t))
	if differs {
		s.Differences++
	}
	if answer.TimedOut {
		s.TimedOut++
	}
	if string(answer.Line) == undefinedLine {
		s.Undefined++
	}
	switch t.Ended() {
	case traces.Deadlock:
		s.Deadlocks++
	case traces.Limit:
		s.Limits++
	}
	ops := []program.Op{0} // by the numbers of their statements, which the generator gives from 1 on
	for i := range p.Coros {
		program.Walk(p.Coros[i].Body, func(st *program.Stmt) { ops = append(ops, st.Op) })
	}
	for _, pick := range t.Picks() {
		s.Choices++
		if pick > 0 {
			s.Departures++
		}
	}
	for i := range t {
		if n := t[i].I; n > 0 && n < len(ops) {
			s.Ended[ops[n]]++
		}
	}
}

var undefinedLine = string(traces.AppendJSON(nil, traces.Only(traces.Undefined)))

// Missing lists the statements that never ended.
func (s *Summary) Missing() []program.Op {
	return slices.DeleteFunc(program.Ops(), func(op program.Op) bool { return s.Ended[op] > 0 })
}

// Brief is one line, for progress.
func (s *Summary) Brief() string {
	rate := float64(s.Programs) / max(s.Elapsed.Seconds(), 1e-3)
	return fmt.Sprintf("%s programs, %s entries, %d differences, %.0f programs/s",
		grouped(s.Programs), grouped(s.Entries), s.Differences, rate)
}

// String is the summary at the end.
func (s *Summary) String() string {
	var b strings.Builder
	all := len(program.Ops())
	missing := s.Missing()
	fmt.Fprintf(&b, "programs            %s\n", grouped(s.Programs))
	fmt.Fprintf(&b, "trace entries       %s\n", grouped(s.Entries))
	fmt.Fprintf(&b, "differences         %s\n", grouped(s.Differences))
	if s.Choices > 0 {
		fmt.Fprintf(&b, "choices             %s\n", grouped(s.Choices))
		fmt.Fprintf(&b, "  not the default   %s\n", grouped(s.Departures))
	}
	fmt.Fprintf(&b, "statements covered  %d of %d\n", all-len(missing), all)
	if len(missing) > 0 {
		fmt.Fprintf(&b, "  never ended       %s\n", words(missing))
	}
	fmt.Fprintf(&b, "ended in deadlock   %s\n", grouped(s.Deadlocks))
	fmt.Fprintf(&b, "filled the trace    %s\n", grouped(s.Limits))
	fmt.Fprintf(&b, "undefined           %s\n", grouped(s.Undefined))
	if s.TimedOut > 0 {
		fmt.Fprintf(&b, "no answer in time   %s\n", grouped(s.TimedOut))
	}
	fmt.Fprintf(&b, "took                %s\n", s.Elapsed.Round(time.Millisecond))
	return b.String()
}

// words lists statements.
func words(ops []program.Op) string {
	all := make([]string, len(ops))
	for i, op := range ops {
		all[i] = op.String()
	}
	return strings.Join(all, ", ")
}

// grouped writes a number with its thousands apart.
func grouped(n uint64) string {
	digits := fmt.Sprint(n)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}
