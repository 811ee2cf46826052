package generator

import "github.com/ouro-loop/ouro/cmd/conform/internal/program"

func (b *builder) sleep(*scope) []program.Stmt {
	return one(program.Stmt{Op: program.OpSleep, MS: b.delay()})
}

func (b *builder) await(s *scope) []program.Stmt {
	n, ok := b.awaited(s)
	return on(program.OpAwait, n, ok)
}

func (b *builder) call(s *scope) []program.Stmt {
	k, ok := b.start(s)
	if !ok {
		return nil
	}
	return one(program.Stmt{Op: program.OpCall, Coro: k})
}

func (b *builder) wait(s *scope) []program.Stmt {
	of := b.awaitedNames(s)
	if len(of) == 0 {
		return nil
	}
	st := program.Stmt{
		Op: program.OpWait, Of: of, When: oneOf(b, program.WhenAll, program.WhenFirst, program.WhenError),
	}
	if b.chance(50) {
		st.MS = b.limit()
	}
	return one(st)
}

func (b *builder) waitFor(s *scope) []program.Stmt {
	o, _, ok := b.operand(s)
	if !ok {
		return nil
	}
	return one(program.Stmt{Op: program.OpWaitFor, On: o, MS: b.limit()})
}

func (b *builder) asCompleted(s *scope) []program.Stmt {
	of, _ := b.operands(s)
	st := program.Stmt{Op: program.OpAsCompleted, Of: of, Stop: b.chance(40)}
	if b.chance(60) {
		st.MS = b.limit()
	}
	return one(st)
}

func (b *builder) timeout(s *scope) []program.Stmt {
	n := b.bindPlain(s, scopeOf)
	st := program.Stmt{Op: program.OpTimeout, As: n.id, MS: b.limit()}
	around := s.timeouts
	s.timeouts = append(around, n)
	st.Do = b.inner(s)
	s.timeouts = around
	return one(st)
}

func (b *builder) group(s *scope) []program.Stmt {
	return b.groupWith(s, func(n name) []program.Stmt {
		var made []program.Stmt
		for range b.rng.IntN(3) {
			made = append(made, b.spawnIn(s, n)...)
		}
		return made
	})
}

// groupWith opens a group whose block begins with what first makes.
func (b *builder) groupWith(s *scope, first func(name) []program.Stmt) []program.Stmt {
	n := b.bind(s, group, reachOf(s.coro))
	st := program.Stmt{Op: program.OpGroup, As: n.id}
	around := s.groups
	s.groups = append(around, n)
	st.Do = append(first(n), b.inner(s)...)
	s.groups = around
	return one(st)
}

func (b *builder) try(s *scope) []program.Stmt {
	st := program.Stmt{Op: program.OpTry, Do: b.inner(s)}
	for len(st.Except) == 0 || b.chance(25) {
		st.Except = append(st.Except, program.Handler{Kinds: b.kinds(), Do: b.inner(s), Reraise: b.chance(25)})
	}
	if b.chance(35) {
		st.Finally = b.inner(s)
		if b.chance(30) {
			st.Except = nil
		}
	}
	return one(st)
}

func (b *builder) repeat(s *scope) []program.Stmt {
	n := 2 + b.rng.IntN(2)
	if s.left < 20*s.times {
		return nil
	}
	s.times *= n
	st := program.Stmt{Op: program.OpRepeat, N: int64(n), Do: b.inner(s)}
	s.times /= n
	return one(st)
}
