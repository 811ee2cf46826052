package generator

import "github.com/ouro-loop/ouro/cmd/conform/internal/program"

func (b *builder) put(s *scope) []program.Stmt {
	return b.perhapsWithin(s, b.putItem(program.OpPut))
}

// putItem puts something into a queue that the queue can hold.
func (b *builder) putItem(op program.Op) []program.Stmt {
	o, ok := b.object(queue)
	if !ok {
		return nil
	}
	return one(program.Stmt{Op: op, On: program.Operand{Name: o.As}, V: b.item(o.Kind)})
}

// ofQueue makes a statement about a queue.
func (b *builder) ofQueue(op program.Op) []program.Stmt {
	o, ok := b.object(queue)
	if !ok {
		return nil
	}
	return one(program.Stmt{Op: op, On: program.Operand{Name: o.As}})
}

func (b *builder) get(s *scope) []program.Stmt {
	made := b.perhapsWithin(s, b.ofQueue(program.OpGet))
	if len(made) > 0 && b.chance(40) {
		made = append(made, b.ofQueue(program.OpTaskDone)...)
	}
	return made
}

// queueNow asks something of a queue that needs no waiting.
func (b *builder) queueNow(*scope) []program.Stmt {
	switch b.rng.IntN(5) {
	case 0, 1:
		return b.putItem(program.OpPutNowait)
	case 2:
		return b.ofQueue(program.OpQsize)
	}
	return b.ofQueue(program.OpGetNowait)
}

func (b *builder) taskDone(*scope) []program.Stmt { return b.ofQueue(program.OpTaskDone) }

func (b *builder) join(s *scope) []program.Stmt {
	return b.perhapsWithin(s, b.ofQueue(program.OpJoin))
}

func (b *builder) shutdown(*scope) []program.Stmt {
	made := b.ofQueue(program.OpShutdown)
	if len(made) > 0 {
		made[0].Immediate = b.chance(50)
	}
	return made
}

func (b *builder) variable(s *scope) []program.Stmt {
	n, ok := b.some(s, variable)
	if !ok {
		return nil
	}
	if b.chance(50) {
		return one(program.Stmt{Op: program.OpVarGet, Var: n.id})
	}
	return one(program.Stmt{Op: program.OpVarSet, Var: n.id, V: b.value()})
}

// workers puts items into a queue, takes as many out and waits until they are done with.
func (b *builder) workers(s *scope) []program.Stmt {
	o, ok := b.object(queue)
	if !ok {
		return nil
	}
	on := program.Operand{Name: o.As}
	n := b.between(1, 3)
	put := program.Stmt{Op: program.OpRepeat, N: n, Do: one(program.Stmt{Op: program.OpPut, On: on, V: b.item(o.Kind)})}
	take := program.Stmt{Op: program.OpRepeat, N: n, Do: []program.Stmt{
		{Op: program.OpGet, On: on}, {Op: program.OpSleep, MS: b.delay()}, {Op: program.OpTaskDone, On: on},
	}}
	switch b.rng.IntN(3) {
	case 0:
		return one(b.within(s, put, 60))
	case 1:
		return one(b.within(s, take, 60))
	}
	return []program.Stmt{b.within(s, put, 60), b.within(s, program.Stmt{Op: program.OpJoin, On: on}, 80)}
}
