package generator

import "github.com/ouro-loop/ouro/cmd/conform/internal/program"

// main fills in coroutine 0: it binds what the others use, sets the callbacks that end what would wait for ever,
// starts every coroutine that nobody else starts, and then goes its own way.
func (b *builder) main(size int) {
	s := &scope{times: 1, left: maxCost}
	planned := b.names
	body := b.prelude(s)
	if b.chance(88) {
		body = append(body, b.rescue(s, planned)...)
	}
	body = append(body, b.block(s, 2+b.rng.IntN(size))...)
	if b.chance(50) { // give the others time
		body = append(body, program.Stmt{Op: program.OpSleep, MS: program.Just(b.between(0, 12))})
	}
	if b.chance(20) {
		body = append(body, b.returns(s))
	}
	b.p.Coros[0].Body = body
}

// prelude binds most of the names that the other coroutines use.
func (b *builder) prelude(s *scope) []program.Stmt {
	var made []program.Stmt
	used := b.started()
	spawn := func(n name, k int) {
		used[k] = true
		made = append(made, b.spawnAs(s, n, int32(k)))
	}
	for _, n := range b.names {
		if b.chance(15) {
			continue
		}
		switch n.kind {
		case future:
			made = append(made, program.Stmt{Op: program.OpFut, As: n.id})
		case current:
			if b.chance(50) {
				continue
			}
			made = append(made, program.Stmt{Op: program.OpSelf, As: n.id})
		case agen:
			if !used[n.level] || b.chance(70) {
				used[n.level] = true
				s.left -= b.cost[n.level]
				made = append(made, program.Stmt{Op: program.OpAgen, As: n.id, Coro: int32(n.level)})
			}
		case task:
			if n.level < len(used) && (!used[n.level] || b.chance(50)) {
				spawn(n, n.level)
			}
		default:
			continue
		}
		s.local = append(s.local, n)
	}
	for k := 1; k < len(used); k++ {
		switch {
		case used[k]:
		case b.yields[k]:
			made = append(made, program.Stmt{Op: program.OpAgen, As: b.fresh(agen, reachOf(k)).id, Coro: int32(k)})
		default:
			spawn(b.fresh(task, reachOf(k)), k)
		}
	}
	b.rng.Shuffle(len(made), func(i, j int) { made[i], made[j] = made[j], made[i] })
	return made
}

// started says of each coroutine whether another one starts it.
func (b *builder) started() []bool {
	used := make([]bool, len(b.p.Coros))
	for i := range b.p.Coros {
		program.Walk(b.p.Coros[i].Body, func(st *program.Stmt) {
			st.EachCoro(func(k *int32) { used[*k] = used[*k] || int(*k) != i })
		})
	}
	return used
}

func (b *builder) spawnAs(s *scope, n name, k int32) program.Stmt {
	s.left -= b.cost[k]
	st := b.spawnOf(s, k)
	st.As = n.id
	return st
}

// rescue sets callbacks for much later, when whatever still waits would wait for ever: they set the events, shut the
// queues down, settle the futures and cancel main.
func (b *builder) rescue(s *scope, names []name) []program.Stmt {
	me := b.bindPlain(s, current)
	after := b.between(15, 30)
	made := one(program.Stmt{Op: program.OpSelf, As: me.id})
	later := func(do ...program.Stmt) {
		as, at := b.bindPlain(s, handle).id, program.Just(after)
		made = append(made, program.Stmt{Op: program.OpCallLater, As: as, MS: at, Do: do})
		after += b.between(0, 2)
	}
	cancel := program.Stmt{Op: program.OpCancel, On: named(me), Msg: b.message()}
	var all []program.Stmt
	for _, n := range names {
		switch n.kind {
		case future:
			if b.chance(50) {
				later(program.Stmt{Op: program.OpSetResult, On: named(n), V: b.value()})
			}
		case event:
			all = append(all, program.Stmt{Op: program.OpEvSet, On: named(n)})
		case queue:
			if b.chance(60) {
				all = append(all, program.Stmt{Op: program.OpShutdown, On: named(n), Immediate: true})
			}
		}
	}
	later(append(all, cancel)...)
	later(cancel)
	return made
}
