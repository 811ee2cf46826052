package generator

import "github.com/ouro-loop/ouro/cmd/conform/internal/program"

// one is the result of a move of one statement.
func one(st program.Stmt) []program.Stmt { return []program.Stmt{st} }

// on makes a statement about a name, or none if there is no such name.
func on(op program.Op, n name, ok bool) []program.Stmt {
	if !ok {
		return nil
	}
	return one(program.Stmt{Op: op, On: named(n)})
}

func (b *builder) log(*scope) []program.Stmt {
	return one(program.Stmt{Op: program.OpLog, Text: oneOf(b, "one", "two", "three")})
}

func (b *builder) newFuture(s *scope) []program.Stmt {
	return one(program.Stmt{Op: program.OpFut, As: b.bind(s, future, nothing).id})
}

// settled chooses what to set a result or an error on: mostly a future, now and then a gather, a shield or a task.
func (b *builder) settled(s *scope) (name, bool) {
	if b.chance(85) {
		return b.some(s, future)
	}
	return b.touch(s)
}

func (b *builder) setResult(s *scope) []program.Stmt {
	n, ok := b.settled(s)
	if !ok {
		return nil
	}
	return one(program.Stmt{Op: program.OpSetResult, On: named(n), V: b.value()})
}

func (b *builder) setError(s *scope) []program.Stmt {
	n, ok := b.settled(s)
	if !ok {
		return nil
	}
	return one(program.Stmt{Op: program.OpSetError, On: named(n), Err: b.err()})
}

func (b *builder) cancel(s *scope) []program.Stmt {
	n, ok := b.touch(s)
	if !ok {
		return nil
	}
	return one(program.Stmt{Op: program.OpCancel, On: named(n), Msg: b.message()})
}

// ownTask chooses a task, and rather one that a coroutine has bound as its own.
func (b *builder) ownTask(s *scope) (name, bool) {
	if b.chance(50) {
		if n, ok := b.some(s, current); ok {
			return n, true
		}
	}
	if b.chance(10) {
		return b.touch(s)
	}
	return b.some(s, task)
}

func (b *builder) uncancel(s *scope) []program.Stmt {
	n, ok := b.ownTask(s)
	return on(program.OpUncancel, n, ok)
}

func (b *builder) cancelling(s *scope) []program.Stmt {
	n, ok := b.ownTask(s)
	return on(program.OpCancelling, n, ok)
}

func (b *builder) self(s *scope) []program.Stmt {
	bound := program.Stmt{Op: program.OpSelf, As: b.bindPlain(s, current).id}
	switch {
	case s.callback:
		return one(bound)
	case b.chance(15): // a task that cancels itself
		return []program.Stmt{bound, {Op: program.OpCancel, On: program.Operand{Name: bound.As}, Msg: b.message()}}
	case b.chance(4): // or awaits itself
		return []program.Stmt{bound, b.guard(s, one(program.Stmt{
			Op: program.OpAwait, On: program.Operand{Name: bound.As},
		}))}
	}
	return one(bound)
}

func (b *builder) state(s *scope) []program.Stmt {
	n, ok := b.touch(s)
	return on(program.OpState, n, ok)
}

func (b *builder) result(s *scope) []program.Stmt {
	n, ok := b.touch(s)
	return on(program.OpResult, n, ok)
}

func (b *builder) exception(s *scope) []program.Stmt {
	n, ok := b.touch(s)
	return on(program.OpError, n, ok)
}

func (b *builder) doneCallback(s *scope) []program.Stmt {
	n, ok := b.touch(s)
	if !ok {
		return nil
	}
	return one(program.Stmt{
		Op: program.OpDoneCB, On: named(n), Text: oneOf(b, "first", "second", "third"),
	})
}

func (b *builder) reschedule(s *scope) []program.Stmt {
	n, ok := b.scopeAround(s)
	if !ok {
		return nil
	}
	return one(program.Stmt{Op: program.OpReschedule, On: named(n), MS: b.limit()})
}

func (b *builder) expired(s *scope) []program.Stmt {
	n, ok := b.scopeAround(s)
	return on(program.OpExpired, n, ok)
}

// scopeAround chooses a timeout, and rather one that is open here.
func (b *builder) scopeAround(s *scope) (name, bool) {
	if len(s.timeouts) > 0 && b.chance(60) {
		return oneOf(b, s.timeouts...), true
	}
	return b.some(s, scopeOf)
}

func (b *builder) allTasks(*scope) []program.Stmt {
	return one(program.Stmt{Op: program.OpAllTasks})
}

func (b *builder) now(*scope) []program.Stmt { return one(program.Stmt{Op: program.OpNow}) }

func (b *builder) raise(*scope) []program.Stmt {
	return one(program.Stmt{Op: program.OpRaise, Err: b.err()})
}

func (b *builder) raiseCancelled(*scope) []program.Stmt {
	return one(program.Stmt{Op: program.OpRaiseCancelled, Msg: b.message()})
}

func (b *builder) returns(*scope) program.Stmt {
	return program.Stmt{Op: program.OpReturn, V: b.value()}
}

// leaves makes a statement that ends a block early.
func (b *builder) leaves(s *scope) program.Stmt {
	switch b.rng.IntN(5) {
	case 0:
		return b.raiseCancelled(s)[0]
	case 1, 2:
		return b.raise(s)[0]
	}
	return b.returns(s)
}

// callback makes what a callback runs.
func (b *builder) callback(s *scope) []program.Stmt {
	if s.callback { // nested: one statement, so that it ends
		return one(program.Stmt{Op: program.OpLog, Text: "called"})
	}
	s.callback = true
	defer func() { s.callback = false }()
	return b.block(s, 1+b.rng.IntN(3))
}

func (b *builder) callSoon(s *scope) []program.Stmt {
	do := b.callback(s)
	return one(program.Stmt{Op: program.OpCallSoon, As: b.bindPlain(s, handle).id, Do: do})
}

func (b *builder) callLater(s *scope) []program.Stmt {
	do := b.callback(s)
	return one(program.Stmt{Op: program.OpCallLater, As: b.bindPlain(s, handle).id, MS: b.delay(), Do: do})
}

func (b *builder) handleCancel(s *scope) []program.Stmt {
	n, ok := b.some(s, handle)
	if b.chance(4) {
		n, ok = b.touch(s)
	}
	return on(program.OpHandleCancel, n, ok)
}
