// Package shrink makes a program on which two sides differ as small as it can be.
//
// It tries every way in which the program could be a little simpler (a statement less, a block without what is
// around it, a lower number) and takes the first that leaves a difference, until none does. Every step makes the
// program smaller by one measure, so that it ends.
package shrink

import (
	"context"

	"github.com/ouro-loop/ouro/cmd/conform/internal/program"
)

// Judge says of each program whether the two sides still differ on it.
type Judge func(ctx context.Context, programs []*program.Program) ([]bool, error)

// batch is how many candidates are judged together: enough to keep both sides busy, few enough that little is done
// for nothing when the first is taken.
const batch = 24

// Program returns the smallest program that it finds on the way down from p, on which the sides must differ.
func Program(ctx context.Context, p *program.Program, judge Judge) (*program.Program, error) {
	p = p.Clone()
	edits := editsOf(p)
	// at is the edit to try next. After one is taken the others are tried from the same place on, not from the
	// start: what failed before it will mostly fail again.
	for at, failed := 0, 0; failed < len(edits); {
		var candidates []*program.Program
		tried := 0
		for ; len(candidates) < batch && failed+tried < len(edits); tried++ {
			if c := edits[(at+tried)%len(edits)].apply(p); c != nil {
				candidates = append(candidates, c)
			}
		}
		taken, err := first(ctx, candidates, judge)
		if err != nil {
			return p, err
		}
		if taken == nil {
			at, failed = (at+tried)%len(edits), failed+tried
			continue
		}
		p, failed = taken, 0
		if edits = editsOf(p); at >= len(edits) {
			at = 0
		}
	}
	return numbered(ctx, p, judge)
}

// first returns the first of the candidates on which the sides differ, or nil.
func first(ctx context.Context, candidates []*program.Program, judge Judge) (*program.Program, error) {
	if len(candidates) == 0 {
		return nil, nil
	}
	differ, err := judge(ctx, candidates)
	if err != nil {
		return nil, err
	}
	for i, c := range candidates {
		if differ[i] {
			return c, nil
		}
	}
	return nil, nil
}

// numbered gives the statements numbers from 1 on, which should not matter to anybody.
func numbered(ctx context.Context, p *program.Program, judge Judge) (*program.Program, error) {
	c := p.Clone()
	c.Number()
	taken, err := first(ctx, []*program.Program{c}, judge)
	if err != nil || taken == nil {
		return p, err
	}
	return taken, nil
}

// edit is one way to make a program simpler.
type edit func(*program.Program)

// apply returns an edited copy, or nil if that is no smaller or no program.
func (e edit) apply(p *program.Program) *program.Program {
	c := p.Clone()
	e(c)
	c.Prune()
	if !sizeOf(c).less(sizeOf(p)) || !callbacksFit(c) || !c.GeneratorsFit() {
		return nil
	}
	return c
}

// callbacksFit reports whether callbacks hold only what they may: an edit may have put a coroutine's statements there.
func callbacksFit(p *program.Program) bool {
	fit := true
	for i := range p.Coros {
		program.Walk(p.Coros[i].Body, func(st *program.Stmt) {
			if !st.Op.Callback() {
				return
			}
			for _, in := range st.Do {
				fit = fit && !in.Op.Suspends() && in.Op != program.OpReturn
			}
		})
	}
	return fit
}

// size measures a program. What comes first counts more than all that follows.
type size struct {
	parts   int   // statements, coroutines, objects
	details int   // operands, handlers, flags, texts
	numbers int64 // the sum of all numbers
}

func (s size) less(t size) bool {
	switch {
	case s.parts != t.parts:
		return s.parts < t.parts
	case s.details != t.details:
		return s.details < t.details
	}
	return s.numbers < t.numbers
}

func sizeOf(p *program.Program) size {
	s := size{parts: len(p.Coros) + len(p.Objects)}
	for i := range p.Objects {
		s.numbers += p.Objects[i].N
		s.value(p.Objects[i].Default)
	}
	for i := range p.Coros {
		program.Walk(p.Coros[i].Body, s.stmt)
	}
	for _, pick := range p.Picks {
		s.numbers += 1 + int64(pick)
		if pick > 0 {
			s.details++
		}
	}
	return s
}

func (s *size) stmt(st *program.Stmt) {
	s.parts++
	s.details += len(st.Of) + len(st.Except)
	for _, flag := range []bool{
		st.Settle, st.Eager, st.Stop, st.Immediate, st.Msg.Set, st.Name.Set, st.MS.Set, st.When != program.WhenAll,
		len(st.Finally) > 0, st.Err != program.Err{} && st.Err != plainErr,
	} {
		if flag {
			s.details++
		}
	}
	for i := range st.Except {
		s.details += len(st.Except[i].Kinds)
		if st.Except[i].Reraise {
			s.details++
		}
	}
	s.numbers += max(st.MS.V, -st.MS.V) + max(st.N, -st.N) + int64(len(st.Text))
	s.value(st.V)
}

// value counts a number by its size and all other data as more than any number that the generator makes.
func (s *size) value(v program.Value) {
	switch v := v.(type) {
	case nil:
	case int64:
		s.numbers += 1 + max(v, -v)
	default:
		s.details++
	}
}

// plainErr is the simplest error.
var plainErr = program.Err{Kind: program.Kinds()[0], Msg: "a"}
