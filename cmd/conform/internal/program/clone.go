package program

import "slices"

// Clone returns a copy that shares nothing that an edit would change.
func (p *Program) Clone() *Program {
	c := &Program{
		Main:    p.Main,
		Objects: slices.Clone(p.Objects),
		Coros:   slices.Clone(p.Coros),
		Picks:   slices.Clone(p.Picks),
		Names:   slices.Clone(p.Names),
	}
	for i := range c.Coros {
		c.Coros[i].Body = CloneBlock(c.Coros[i].Body)
	}
	return c
}

// CloneBlock returns a copy of a block, with what is inside it.
func CloneBlock(block []Stmt) []Stmt {
	c := slices.Clone(block)
	for i := range c {
		st := &c[i]
		st.Of = slices.Clone(st.Of)
		st.Except = slices.Clone(st.Except)
		for j := range st.Except {
			st.Except[j].Kinds = slices.Clone(st.Except[j].Kinds)
		}
		for _, inner := range st.Blocks() {
			*inner = CloneBlock(*inner)
		}
	}
	return c
}

// Prune drops the coroutines that main does not lead to and the objects that no statement names.
func (p *Program) Prune() {
	used := make([]bool, len(p.Coros))
	names := make([]bool, len(p.Names))
	p.mark(p.Main, used, names)
	p.Objects = slices.DeleteFunc(p.Objects, func(o Object) bool { return !names[o.As] })
	moved := make([]int32, len(p.Coros))
	var kept []Coro
	for i := range p.Coros {
		if used[i] {
			moved[i] = int32(len(kept))
			kept = append(kept, p.Coros[i])
		}
	}
	p.Main = int(moved[p.Main])
	p.Coros = kept
	for i := range kept {
		Walk(kept[i].Body, func(st *Stmt) {
			st.EachCoro(func(ref *int32) { *ref = moved[*ref] })
		})
	}
}

// mark notes what coroutine id and those that it leads to use.
func (p *Program) mark(id int, used, names []bool) {
	if used[id] {
		return
	}
	used[id] = true
	Walk(p.Coros[id].Body, func(st *Stmt) {
		names[st.On.Name], names[st.As], names[st.Var] = true, true, true
		for _, o := range st.Of {
			names[o.Name] = true
		}
		st.EachCoro(func(ref *int32) { p.mark(int(*ref), used, names) })
	})
}

// EachCoro calls visit with each place where the statement itself says which coroutine it starts.
func (st *Stmt) EachCoro(visit func(*int32)) {
	sp := &specs[st.Op]
	if sp.need&fieldCoro != 0 {
		visit(&st.Coro)
	}
	if sp.need&fieldOn != 0 && st.On.Fresh() {
		visit(&st.On.Coro)
	}
	for i := range st.Of {
		if st.Of[i].Fresh() {
			visit(&st.Of[i].Coro)
		}
	}
}

// Number gives the statements new numbers, from 1 in the order of the text.
func (p *Program) Number() {
	i := 0
	for k := range p.Coros {
		Walk(p.Coros[k].Body, func(st *Stmt) {
			i++
			st.I = i
		})
	}
}
