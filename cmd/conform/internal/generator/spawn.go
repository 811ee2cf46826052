package generator

import "github.com/ouro-loop/ouro/cmd/conform/internal/program"

func (b *builder) spawn(s *scope) []program.Stmt {
	k, ok := b.start(s)
	if !ok {
		return nil
	}
	return one(b.spawnOf(s, k))
}

// spawnOf starts coroutine k as a task.
func (b *builder) spawnOf(s *scope, k int32) program.Stmt {
	return program.Stmt{
		Op: program.OpSpawn, As: b.bind(s, task, reachOf(int(k))).id, Coro: k, Name: b.taskName(), Eager: b.chance(25),
	}
}

func (b *builder) gather(s *scope) []program.Stmt {
	of, r := b.operands(s)
	if b.chance(4) {
		of, r = nil, nothing
	}
	if r.gathers >= maxGathers {
		return nil
	}
	st, _ := b.gatherOf(s, of, r)
	return one(st)
}

// gatherOf gathers operands that reach that far.
func (b *builder) gatherOf(s *scope, of []program.Operand, r reach) (program.Stmt, name) {
	r.gathers++
	n := b.bind(s, gather, r)
	return program.Stmt{Op: program.OpGather, As: n.id, Of: of, Settle: b.chance(40)}, n
}

func (b *builder) shield(s *scope) []program.Stmt {
	o, r, ok := b.operand(s)
	if !ok {
		return nil
	}
	return one(program.Stmt{Op: program.OpShield, As: b.bind(s, shield, r).id, On: o})
}

// someGroup chooses a group, and rather one that is open here.
func (b *builder) someGroup(s *scope) (name, bool) {
	if len(s.groups) > 0 && b.chance(70) {
		return oneOf(b, s.groups...), true
	}
	return b.some(s, group)
}

// groupSpawn starts a task in a group.
func (b *builder) groupSpawn(s *scope) []program.Stmt {
	n, ok := b.someGroup(s)
	if !ok {
		return nil
	}
	return b.spawnIn(s, n)
}

// groupCancel cancels a group.
func (b *builder) groupCancel(s *scope) []program.Stmt {
	n, ok := b.someGroup(s)
	return on(program.OpTGCancel, n, ok)
}

// spawnIn starts a task in group n.
func (b *builder) spawnIn(s *scope, n name) []program.Stmt {
	k, ok := b.startAbove(s, max(s.coro, n.level))
	if !ok {
		return nil
	}
	return one(program.Stmt{
		Op: program.OpTGSpawn, On: named(n), As: b.bind(s, task, reachOf(int(k))).id, Coro: k, Name: b.taskName(),
		Eager: b.chance(20),
	})
}

// cancelTwice cancels a task, and again at a later phase of its end.
func (b *builder) cancelTwice(s *scope) []program.Stmt {
	n, ok := b.some(s, task)
	if !ok {
		return nil
	}
	var made []program.Stmt
	for range 2 {
		made = append(made, program.Stmt{Op: program.OpCancel, On: named(n), Msg: b.message()})
		for range b.rng.IntN(3) {
			made = append(made, program.Stmt{Op: program.OpSleep, MS: program.Just(int64(0))})
		}
	}
	return made
}

// shieldOfGather shields a gather and waits for the shield with a time limit.
func (b *builder) shieldOfGather(s *scope) []program.Stmt {
	of, r := b.operands(s)
	if len(of) == 0 || r.gathers >= maxGathers {
		return nil
	}
	gathers, g := b.gatherOf(s, of, r)
	sh := b.bind(s, shield, g.reach)
	shields := program.Stmt{Op: program.OpShield, As: sh.id, On: named(g)}
	wait := program.Stmt{Op: program.OpWaitFor, On: named(sh), MS: b.limit()}
	return []program.Stmt{gathers, shields, b.guard(s, one(wait))}
}

// eagerInGroup opens a group and runs an eager task beside one of the group's own.
func (b *builder) eagerInGroup(s *scope) []program.Stmt {
	k, ok := b.start(s)
	if !ok {
		return nil
	}
	return b.groupWith(s, func(n name) []program.Stmt {
		eager := b.spawnOf(s, k)
		eager.Eager = true
		return append(b.spawnIn(s, n), eager)
	})
}

// earlyGroup opens a group with a task or two, which is canceled after a while: alone, or with the task around it.
func (b *builder) earlyGroup(s *scope) []program.Stmt {
	me := b.bindPlain(s, current)
	self := program.Stmt{Op: program.OpSelf, As: me.id}
	return append(one(self), b.groupWith(s, func(n name) []program.Stmt {
		var made []program.Stmt
		for range 1 + b.rng.IntN(2) {
			made = append(made, b.spawnIn(s, n)...)
		}
		do := one(program.Stmt{Op: program.OpTGCancel, On: named(n)})
		if b.chance(35) {
			do = append(do, program.Stmt{Op: program.OpCancel, On: named(me), Msg: b.message()})
			if b.chance(50) {
				do[0], do[1] = do[1], do[0]
			}
		}
		as := b.bindPlain(s, handle).id
		return append(made, program.Stmt{Op: program.OpCallLater, As: as, MS: b.delay(), Do: do})
	})...)
}

// stubborn goes on after a cancellation: it cleans up with suspensions, or takes the cancellation back.
func (b *builder) stubborn(s *scope) []program.Stmt {
	me := program.Stmt{Op: program.OpSelf, As: b.bindPlain(s, current).id}
	on := program.Operand{Name: me.As}
	handler := program.Handler{Kinds: []string{"CancelledError"}, Reraise: b.chance(40)}
	if b.chance(50) {
		handler.Do = append(handler.Do, program.Stmt{Op: program.OpUncancel, On: on})
	}
	handler.Do = append(handler.Do, program.Stmt{Op: program.OpSleep, MS: b.delay()},
		program.Stmt{Op: program.OpCancelling, On: on})
	do := append(b.inner(s), program.Stmt{Op: program.OpSleep, MS: b.delay()})
	st := program.Stmt{Op: program.OpTry, Do: do, Except: []program.Handler{handler}}
	if b.chance(40) {
		st.Finally = []program.Stmt{{Op: program.OpSleep, MS: b.delay()}}
	}
	return []program.Stmt{me, st}
}

// impatient starts a task that does not end at once when cancelled, and waits for it for hardly any time.
func (b *builder) impatient(s *scope) []program.Stmt {
	k, ok := b.start(s)
	if !ok || !b.resists[k] && b.chance(80) {
		return nil
	}
	t := b.spawnOf(s, k)
	wait := program.Stmt{
		Op: program.OpWaitFor, On: program.Operand{Name: t.As}, MS: program.Just(b.between(-1, 1)),
	}
	return []program.Stmt{t, {Op: program.OpSleep, MS: program.Just(int64(0))}, b.guard(s, one(wait))}
}

// again makes a coroutine start itself after a while, so that it goes on until it is cancelled or the runner closes. As
// a call it has a time limit: a stack that only grows says nothing.
func (b *builder) again(s *scope) []program.Stmt {
	k := int32(s.coro)
	pause := program.Stmt{Op: program.OpSleep, MS: program.Just(b.between(4, 9))}
	if b.chance(70) {
		return []program.Stmt{pause, b.spawnOf(s, k)}
	}
	limit := program.Stmt{
		Op: program.OpTimeout, As: b.bindPlain(s, scopeOf).id, MS: program.Just(b.between(5, 20)),
		Do: one(program.Stmt{Op: program.OpCall, Coro: k}),
	}
	return []program.Stmt{pause, limit}
}
