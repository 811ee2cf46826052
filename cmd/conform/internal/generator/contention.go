package generator

import (
	"slices"

	"github.com/ouro-loop/ouro/cmd/conform/internal/program"
)

// What locks and queues do when several tasks want the same thing, and one of those in line is cancelled just as its
// turn comes, is what is easiest to get wrong about them, and what statements drawn one by one hardly ever reach.

// contender makes the body of a coroutine that wants something of which there is not enough.
func (b *builder) contender(s *scope) []program.Stmt {
	n, ok := b.pick(s, name.contended)
	if !ok {
		return nil
	}
	b.wants[s.coro] = n
	at := named(n)
	pause := program.Stmt{Op: program.OpSleep, MS: b.delay()}
	switch n.kind {
	case condition:
		do := []program.Stmt{{Op: program.OpCondWait, On: at}, pause}
		return one(program.Stmt{Op: program.OpWith, On: at, Do: do})
	case event:
		return one(program.Stmt{Op: program.OpEvWait, On: at})
	case barrier:
		return one(program.Stmt{Op: program.OpBarWait, On: at})
	case queue:
		o, _ := b.objectOf(n)
		if b.chance(50) {
			return one(program.Stmt{Op: program.OpPut, On: at, V: b.item(o.Kind)})
		}
		return one(program.Stmt{Op: program.OpGet, On: at})
	}
	if b.chance(50) {
		return one(program.Stmt{Op: program.OpWith, On: at, Do: b.holding(s, n)})
	}
	return one(program.Stmt{Op: program.OpWith, On: at, Do: one(pause)})
}

// objectOf returns the object that a name is bound to.
func (b *builder) objectOf(n name) (*program.Object, bool) {
	for i := range b.p.Objects {
		if b.p.Objects[i].As == n.id {
			return &b.p.Objects[i], true
		}
	}
	return nil, false
}

// crowd starts one coroutine several times, and then cancels some of the tasks and gives others what they want, with
// little or no time between.
func (b *builder) crowd(s *scope) []program.Stmt {
	k, ok := b.start(s)
	if !ok {
		return nil
	}
	var made []program.Stmt
	var tasks []program.Operand
	for range 2 + b.rng.IntN(3) {
		st := b.spawnOf(s, k)
		st.Eager = false // so that they come one after the other
		t := program.Operand{Name: st.As}
		if slices.Contains(tasks, t) {
			t = named(b.fresh(task, reachOf(int(k))))
			st.As = t.Name
		}
		made = append(made, st)
		tasks = append(tasks, t)
		s.left -= b.cost[k] * s.times
	}
	pause := func() { made = append(made, program.Stmt{Op: program.OpSleep, MS: program.Just(b.between(0, 1))}) }
	cancel := func(t program.Operand) {
		made = append(made, program.Stmt{Op: program.OpCancel, On: t, Msg: b.message()})
	}
	for range b.between(1, 3) {
		pause()
	}
	for range 2 + b.rng.IntN(4) {
		switch b.rng.IntN(6) {
		case 0:
			cancel(oneOf(b, tasks...))
		case 1, 2:
			made = append(made, b.poke(s, k)...)
		case 3: // the first in line goes just as its turn comes
			made = append(made, b.poke(s, k)...)
			cancel(tasks[0])
		case 4:
			cancel(tasks[0])
			made = append(made, b.poke(s, k)...)
		default:
			pause()
		}
	}
	return made
}

// poke gives one of those who wait for an object what they wait for: mostly those that run coroutine k.
func (b *builder) poke(s *scope, k int32) []program.Stmt {
	n := b.wants[k]
	if n.id == 0 || b.chance(20) {
		var ok bool
		if n, ok = b.pick(s, name.contended); !ok {
			return nil
		}
	}
	at := named(n)
	switch n.kind {
	case condition:
		return one(program.Stmt{Op: program.OpWith, On: at, Do: b.pokeCondition(s, at)})
	case event:
		made := one(program.Stmt{Op: program.OpEvSet, On: at})
		if b.chance(50) {
			made = append(made, program.Stmt{Op: program.OpEvClear, On: at})
		}
		return made
	case barrier:
		return one(b.within(s, program.Stmt{Op: program.OpBarWait, On: at}, 70))
	case queue:
		o, _ := b.objectOf(n)
		made := program.Stmt{Op: program.OpPutNowait, On: at, V: b.item(o.Kind)}
		if b.chance(40) {
			made = program.Stmt{Op: program.OpGetNowait, On: at}
		}
		return one(b.guard(s, one(made)))
	}
	made := one(program.Stmt{Op: program.OpRelease, On: at})
	for b.chance(40) {
		made = append(made, program.Stmt{Op: oneOf(b, program.OpRelease, program.OpLocked), On: at})
	}
	if b.chance(30) {
		made = append(made, b.within(s, program.Stmt{Op: program.OpAcquire, On: at}, 70))
	}
	return one(b.guard(s, made))
}

// pokeCondition notifies while the condition is held, or cancels a task that may be waiting to hold it again.
func (b *builder) pokeCondition(s *scope, at program.Operand) []program.Stmt {
	var made []program.Stmt
	t, ok := b.some(s, task)
	for ok && b.chance(40) {
		made = append(made, program.Stmt{Op: program.OpCancel, On: named(t), Msg: b.message()},
			program.Stmt{Op: program.OpSleep, MS: program.Just(int64(0))})
	}
	return append(made, program.Stmt{Op: program.OpNotify, On: at, N: b.between(1, 2)})
}

// burst fills a queue and empties it again, which shows in what order it hands things out.
func (b *builder) burst(s *scope) []program.Stmt {
	o, ok := b.object(queue)
	if !ok {
		return nil
	}
	at := program.Operand{Name: o.As}
	n := 2 + b.rng.IntN(6)
	if o.N > 0 {
		n = int(o.N)
	}
	var do []program.Stmt
	for range n {
		do = append(do, program.Stmt{Op: program.OpPutNowait, On: at, V: b.item(o.Kind)})
	}
	do = append(do, program.Stmt{Op: program.OpRepeat, N: int64(n), Do: one(program.Stmt{Op: program.OpGetNowait, On: at})})
	return one(b.guard(s, do))
}
