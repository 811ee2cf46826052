// Package fuzz runs random programs on both sides, CPython and this library, and compares the traces.
package fuzz

import (
	"bytes"
	"context"
	"errors"
	"time"

	"github.com/ouro-loop/ouro/cmd/conform/internal/generator"
	"github.com/ouro-loop/ouro/cmd/conform/internal/oracle"
	"github.com/ouro-loop/ouro/cmd/conform/internal/program"
	"github.com/ouro-loop/ouro/cmd/conform/internal/shrink"
	"github.com/ouro-loop/ouro/cmd/conform/internal/traces"
)

// Replay runs a program on this library and returns its trace.
type Replay func(*program.Program) traces.Trace

// Oracle judges programs: an [oracle.Oracle], or in tests what stands for one.
type Oracle interface {
	Judge(ctx context.Context, programs [][]byte) ([]oracle.Answer, error)
}

// Fuzzer compares the two sides.
type Fuzzer struct {
	Replay  Replay
	Oracle  Oracle
	Profile generator.Profile
	Seed    uint64
	Skip    uint64 // programs of the seed to leave out, from its beginning
	Count   uint64

	// Pick, if set, settles what CPython leaves open in a program of that number: of each program there are so many
	// Schedules, with numbers that follow each other.
	Pick      func(p *program.Program, number uint64) ([]int, error)
	Schedules uint64

	// Found, if set, is called for every difference, in the order in which they are found.
	Found func(*Difference) error
	// Progress, if set, is called with the summary so far whenever Every has passed.
	Progress func(Summary)
	Every    time.Duration

	guard *Guard
}

// Difference is a program on which the two sides do not agree.
type Difference struct {
	Number  uint64 // of the program, within its seed
	Program *program.Program
	CPython traces.Trace
	Library traces.Trace
}

// batch is how many programs go to the oracle at a time.
const batch = 200

// Run runs the programs and returns what came of it. It ends early, with an error, when the oracle fails, when Found
// returns an error or when the context ends; the summary is then about what was run.
func (f *Fuzzer) Run(ctx context.Context) (Summary, error) {
	f.guard = NewGuard(f.Replay)
	defer f.guard.Close()
	sum := Summary{}
	started, told := time.Now(), time.Now()
	for done := uint64(0); done < f.Count; {
		n := min(batch, f.Count-done)
		if err := f.batch(ctx, f.Skip+done, n, &sum); err != nil {
			return sum, err
		}
		done += n
		sum.Elapsed = time.Since(started)
		if f.Progress != nil && time.Since(told) >= f.Every {
			told = time.Now()
			f.Progress(sum)
		}
	}
	return sum, nil
}

// batch runs n programs, the library in this goroutine while CPython works in its process.
func (f *Fuzzer) batch(ctx context.Context, first, n uint64, sum *Summary) error {
	programs := make([]*program.Program, n)
	for i := range programs {
		var err error
		if programs[i], err = f.program(first + uint64(i)); err != nil {
			return err
		}
	}
	left, right, err := f.both(ctx, programs)
	if err != nil {
		return err
	}
	for i, p := range programs {
		d, err := compare(left[i], right[i])
		if err != nil {
			return err
		}
		sum.count(p, right[i], left[i], d != nil)
		if d == nil {
			continue
		}
		d.Number, d.Program = first+uint64(i), p
		if f.Found != nil {
			if err := f.Found(d); err != nil {
				return err
			}
		}
	}
	return nil
}

func (f *Fuzzer) program(number uint64) (*program.Program, error) {
	if f.Pick == nil {
		return generator.Program(f.Seed, number, f.Profile), nil
	}
	p := generator.Program(f.Seed, number/f.Schedules, f.Profile)
	picks, err := f.Pick(p, number)
	p.Picks = picks
	return p, err
}

// both runs programs on both sides at once.
func (f *Fuzzer) both(ctx context.Context, programs []*program.Program) ([]oracle.Answer, []traces.Trace, error) {
	lines := make([][]byte, len(programs))
	for i, p := range programs {
		lines[i] = program.AppendJSON(nil, p)
	}
	type judged struct {
		answers []oracle.Answer
		err     error
	}
	asked := make(chan judged, 1)
	go func() {
		answers, err := f.Oracle.Judge(ctx, lines)
		asked <- judged{answers, err}
	}()
	replayed := make([]traces.Trace, len(programs))
	for i, line := range lines {
		replayed[i] = f.replay(line)
	}
	j := <-asked
	return j.answers, replayed, j.err
}

// replay runs the program as it is read from its text, as the replay command does, so that what is compared is the
// whole way.
func (f *Fuzzer) replay(line []byte) traces.Trace {
	p, err := program.Parse(line)
	if err != nil {
		return traces.Only("the program's own text is refused: " + err.Error())
	}
	if f.guard == nil {
		f.guard = NewGuard(f.Replay)
	}
	return f.guard.Run(p)
}

// compare returns the difference between an oracle's answer and the library's trace, without its program, or nil.
// That CPython gave no answer in time is no difference.
func compare(left oracle.Answer, right traces.Trace) (*Difference, error) {
	if left.TimedOut || bytes.Equal(left.Line, traces.AppendJSON(nil, right)) {
		return nil, nil
	}
	trace, err := traces.Parse(left.Line)
	if err != nil {
		return nil, err
	}
	if traces.Agree(trace, right) {
		return nil, nil
	}
	return &Difference{CPython: trace, Library: right}, nil
}

// Shrink returns the smallest program found on which the two sides still differ, with what they make of it.
func (f *Fuzzer) Shrink(ctx context.Context, d *Difference) (*Difference, error) {
	small, err := shrink.Program(ctx, d.Program, func(ctx context.Context, programs []*program.Program) ([]bool, error) {
		left, right, err := f.both(ctx, programs)
		if err != nil {
			return nil, err
		}
		differ := make([]bool, len(programs))
		for i := range programs {
			found, err := compare(left[i], right[i])
			if err != nil {
				return nil, err
			}
			differ[i] = found != nil
		}
		return differ, nil
	})
	if err != nil {
		return nil, err
	}
	left, right, err := f.both(ctx, []*program.Program{small})
	if err != nil {
		return nil, err
	}
	found, err := compare(left[0], right[0])
	if err == nil && found == nil {
		err = errors.New("the difference comes and goes: one of the sides is not deterministic")
	}
	if err != nil {
		return nil, err
	}
	found.Number, found.Program = d.Number, small
	return found, nil
}
