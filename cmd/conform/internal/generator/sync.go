package generator

import "github.com/ouro-loop/ouro/cmd/conform/internal/program"

// lockable chooses a lock, semaphore or condition.
func (b *builder) lockable(s *scope) (name, bool) {
	return b.pick(s, func(n name) bool { return n.kind == lock || n.kind == semaphore || n.kind == condition })
}

// held reports whether the scope is inside a statement that holds n.
func (s *scope) held(n name) bool {
	for _, h := range s.locks {
		if h.id == n.id {
			return true
		}
	}
	return false
}

// lockableFree chooses something lockable that is not held here, but for a few times: taking a lock twice waits for ever.
func (b *builder) lockableFree(s *scope) (name, bool) {
	n, ok := b.lockable(s)
	if ok && s.held(n) && !b.chance(3) {
		return name{}, false
	}
	return n, ok
}

// holding makes a block that runs while n is held.
func (b *builder) holding(s *scope, n name) []program.Stmt {
	around := s.locks
	s.locks = append(around, n)
	defer func() { s.locks = around }()
	var first []program.Stmt
	if n.kind == condition && b.chance(60) {
		first = b.aboutCondition(s, n)
	}
	return append(first, b.inner(s)...)
}

// aboutCondition waits for a condition or notifies it.
func (b *builder) aboutCondition(s *scope, n name) []program.Stmt {
	at := named(n)
	switch b.rng.IntN(4) {
	case 0:
		return one(program.Stmt{Op: program.OpNotifyAll, On: at})
	case 1:
		return one(program.Stmt{Op: program.OpNotify, On: at, N: b.between(0, 2)})
	}
	return one(b.within(s, program.Stmt{Op: program.OpCondWait, On: at}, 50))
}

func (b *builder) with(s *scope) []program.Stmt {
	n, ok := b.lockableFree(s)
	if !ok {
		return nil
	}
	return one(program.Stmt{Op: program.OpWith, On: named(n), Do: b.holding(s, n)})
}

// acquireRelease writes out what async with does.
func (b *builder) acquireRelease(s *scope) []program.Stmt {
	n, ok := b.lockableFree(s)
	if !ok {
		return nil
	}
	at := named(n)
	return []program.Stmt{
		{Op: program.OpAcquire, On: at},
		{Op: program.OpTry, Do: b.holding(s, n), Finally: one(program.Stmt{Op: program.OpRelease, On: at})},
	}
}

func (b *builder) acquire(s *scope) []program.Stmt {
	n, ok := b.lockableFree(s)
	if !ok {
		return nil
	}
	return one(b.within(s, program.Stmt{Op: program.OpAcquire, On: named(n)}, 50))
}

func (b *builder) release(s *scope) []program.Stmt {
	n, ok := b.lockable(s)
	return on(program.OpRelease, n, ok)
}

func (b *builder) locked(s *scope) []program.Stmt {
	n, ok := b.lockable(s)
	return on(program.OpLocked, n, ok)
}

func (b *builder) eventSet(s *scope) []program.Stmt {
	n, ok := b.some(s, event)
	return on(program.OpEvSet, n, ok)
}

func (b *builder) eventClear(s *scope) []program.Stmt {
	n, ok := b.some(s, event)
	return on(program.OpEvClear, n, ok)
}

func (b *builder) eventWait(s *scope) []program.Stmt {
	n, ok := b.some(s, event)
	return b.perhapsWithin(s, on(program.OpEvWait, n, ok))
}

// conditionWait waits for a condition or notifies it while it is held, or, now and then, while it is not.
func (b *builder) conditionWait(s *scope) []program.Stmt {
	n, ok := b.some(s, condition)
	if !ok {
		return nil
	}
	if !s.held(n) && (s.depth >= maxDepth || b.chance(90)) {
		around := s.locks
		s.locks = append(around, n)
		do := b.aboutCondition(s, n)
		s.locks = around
		return one(program.Stmt{Op: program.OpWith, On: named(n), Do: do})
	}
	return b.aboutCondition(s, n)
}

func (b *builder) notify(s *scope) []program.Stmt {
	n, ok := b.some(s, condition)
	if !ok {
		return nil
	}
	made := one(program.Stmt{Op: program.OpNotify, On: named(n), N: b.between(1, 3)})
	if s.callback || s.held(n) || b.chance(10) {
		return made
	}
	return one(program.Stmt{Op: program.OpWith, On: named(n), Do: made})
}

func (b *builder) barrierWait(s *scope) []program.Stmt {
	n, ok := b.some(s, barrier)
	return b.perhapsWithin(s, on(program.OpBarWait, n, ok))
}

func (b *builder) barrierBreak(s *scope) []program.Stmt {
	n, ok := b.some(s, barrier)
	return on(oneOf(b, program.OpBarAbort, program.OpBarReset), n, ok)
}

func (b *builder) barrierState(s *scope) []program.Stmt {
	n, ok := b.some(s, barrier)
	return on(program.OpBarState, n, ok)
}

// perhapsWithin gives a time limit to two in three statements that could wait for ever.
func (b *builder) perhapsWithin(s *scope, made []program.Stmt) []program.Stmt {
	if len(made) == 0 {
		return nil
	}
	return one(b.within(s, made[0], 65))
}

// within puts a statement into a timeout, in that many of a hundred cases.
func (b *builder) within(s *scope, st program.Stmt, percent int) program.Stmt {
	if !b.chance(percent) {
		return st
	}
	return program.Stmt{
		Op: program.OpTimeout, As: b.bindPlain(s, scopeOf).id, MS: program.Just(b.between(0, 6)), Do: one(st),
	}
}
