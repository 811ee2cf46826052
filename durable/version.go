package durable

import (
	"fmt"

	"github.com/ouro-loop/ouro/coro"
)

// Version guards a change of a program's code, of which some have begun before: it is n, from 1 on, in programs that come here for the first
// time, and what it was then in all others: 0 for those that were here before there was this call. It
// is the same in the whole program.
//
//	if v, err := durable.Version(co, "ask the bank first", 1); err != nil {
//		return err
//	} else if v == 1 {
//		// the new way
//	} else {
//		// the old one, until no program needs it
//	}
//
// Semantics: workflow.GetVersion of Temporal.
func Version(co *coro.Co, name string, n int) (int, error) {
	if n < 1 {
		panic(fmt.Sprintf("durable: version %d of %q; they begin at 1, and 0 is for what there was before", n, name))
	}
	p, err := programOf(co)
	if err != nil {
		return 0, err
	}
	if v, ok := p.versions[name]; ok {
		return int(v), nil
	}
	v := uint64(n)
	if p.isReplaying() && p.err == nil {
		switch next, err := p.peek(); {
		case err != nil:
		case next.Kind == Versioned && next.Name == name:
			v = next.N
		default:
			p.versions[name] = 0
			return 0, nil
		}
	}
	if err := p.command(co, Record{Kind: Versioned, Name: name, N: v}); err != nil {
		return 0, err
	}
	if v > uint64(n) {
		return 0, fmt.Errorf("durable: program %q is of version %d of %q, which this code does not know", p.id, v, name)
	}
	p.versions[name] = v
	p.needed = true
	return int(v), nil
}
