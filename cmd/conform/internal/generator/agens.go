package generator

import "github.com/ouro-loop/ouro/cmd/conform/internal/program"

// generator makes the body of an async generator function: a few yields, and something between them; often with a
// cleanup that awaits, now and then with one that goes on.
func (b *builder) generator(s *scope) []program.Stmt {
	var body []program.Stmt
	for range 1 + b.rng.IntN(3) {
		if b.chance(60) {
			body = append(body, program.Stmt{Op: program.OpSleep, MS: b.delay()})
		}
		body = append(body, b.yield(s)...)
	}
	s.left -= len(body)
	if b.chance(50) {
		return body
	}
	st := program.Stmt{Op: program.OpTry, Do: body}
	s.depth++
	switch {
	case b.chance(60):
		st.Finally = b.cleanup(s)
	default:
		h := program.Handler{Kinds: b.agenKinds(), Do: b.cleanup(s), Reraise: b.chance(50)}
		st.Except = []program.Handler{h}
	}
	s.depth--
	return one(st)
}

// cleanup makes what a generator does at its end, which may be to yield once more.
func (b *builder) cleanup(s *scope) []program.Stmt {
	var made []program.Stmt
	if b.chance(70) {
		made = append(made, program.Stmt{Op: program.OpSleep, MS: b.delay()})
	}
	switch b.rng.IntN(8) {
	case 0:
		made = append(made, b.yield(s)...)
	case 1:
		made = append(made, b.raise(s)...)
	case 2, 3:
		made = append(made, b.move(s)...)
	}
	if len(made) == 0 {
		return b.log(s)
	}
	return made
}

// agenKinds are what an except clause around a yield takes.
func (b *builder) agenKinds() []string {
	if b.chance(50) {
		return []string{oneOf(b, "GeneratorExit", "BaseException", "CancelledError")}
	}
	return b.kinds()
}

// newAgen makes a generator.
func (b *builder) newAgen(s *scope) []program.Stmt {
	var fits []int
	for k := s.coro + 1; k < len(b.yields); k++ {
		if b.yields[k] && b.cost[k]*s.times <= s.left {
			fits = append(fits, k)
		}
	}
	if len(fits) == 0 {
		return nil
	}
	k := oneOf(b, fits...)
	s.left -= b.cost[k] * s.times
	return one(program.Stmt{Op: program.OpAgen, As: b.bind(s, agen, reachOf(k)).id, Coro: int32(k)})
}

// drawn chooses a generator that the coroutine may draw from: one of a function with a higher number, so that it
// neither draws from itself nor waits for what waits for it; but for once in a while.
func (b *builder) drawn(s *scope) (name, bool) {
	level := s.coro
	if b.rng.IntN(100) == 0 {
		level = -1
	}
	return b.pick(s, func(n name) bool { return n.kind == agen && n.level > level })
}

func (b *builder) yield(*scope) []program.Stmt {
	return one(program.Stmt{Op: program.OpYield, V: b.value()})
}

func (b *builder) anext(s *scope) []program.Stmt {
	n, ok := b.drawn(s)
	return on(program.OpAnext, n, ok)
}

func (b *builder) athrow(s *scope) []program.Stmt {
	n, ok := b.drawn(s)
	if !ok {
		return nil
	}
	return one(program.Stmt{Op: program.OpAthrow, On: named(n), Err: b.err()})
}

func (b *builder) aclose(s *scope) []program.Stmt {
	n, ok := b.drawn(s)
	return on(program.OpAclose, n, ok)
}

// drawer makes the body of a coroutine that draws from a generator which others draw from as well: it goes on after an
// error, or closes the generator in the end.
func (b *builder) drawer(s *scope) []program.Stmt {
	n, ok := b.drawn(s)
	if !ok {
		return nil
	}
	at := named(n)
	draw := program.Stmt{Op: program.OpAnext, On: at}
	switch b.rng.IntN(4) {
	case 0:
		draw = program.Stmt{Op: program.OpAsyncFor, On: at, N: b.between(1, 3), Do: b.sleep(s)}
	case 1:
		draw = program.Stmt{Op: program.OpAthrow, On: at, Err: b.err()}
	}
	do := []program.Stmt{b.guard(s, one(draw)), {Op: program.OpSleep, MS: b.delay()}}
	st := program.Stmt{Op: program.OpRepeat, N: b.between(1, 3), Do: do}
	s.left -= 4 * int(st.N)
	if b.chance(40) {
		return one(program.Stmt{Op: program.OpTry, Do: one(st), Finally: one(program.Stmt{Op: program.OpAclose, On: at})})
	}
	return one(st)
}

// asyncFor draws several values, which the generator may or may not have.
func (b *builder) asyncFor(s *scope) []program.Stmt {
	n, ok := b.drawn(s)
	if !ok || s.left < 5*s.times {
		return nil
	}
	count := b.between(1, 4)
	times := s.times
	s.times *= int(count)
	st := program.Stmt{Op: program.OpAsyncFor, On: named(n), N: count, Do: b.inner(s)}
	s.times = times
	return one(st)
}
