package shrink

import (
	"slices"

	"github.com/ouro-loop/ouro/cmd/conform/internal/program"
)

// editsOf lists what can be tried on a program, from what removes most to what removes least.
func editsOf(p *program.Program) []edit {
	var es []edit
	for i := range p.Coros {
		es = append(es, func(p *program.Program) { p.Main = i }, func(p *program.Program) { p.Coros[i].Body = nil })
	}
	blocks := blocksOf(p)
	for b := range blocks {
		es = append(es, removals(b, len(*blocks[b]))...)
	}
	for b, block := range blocks {
		for i := range *block {
			es = append(es, unwraps(b, i, &(*block)[i])...)
		}
	}
	for b, block := range blocks {
		for i := range *block {
			es = append(es, details(b, i, &(*block)[i])...)
		}
	}
	es = append(es, objects(p)...)
	es = append(es, picks(p.Picks)...)
	return append(es, pairs(blocks)...)
}

// maxPairs is the number of statements up to which all pairs of them are tried.
const maxPairs = 14

// pairs remove two statements at once, such as a cause and its cure, of which neither can go alone.
func pairs(blocks []*[]program.Stmt) []edit {
	type place struct{ block, i int }
	var all []place
	for b, block := range blocks {
		for i := range *block {
			all = append(all, place{b, i})
		}
	}
	if len(all) > maxPairs {
		return nil
	}
	var es []edit
	for second := range all {
		for first := range second {
			es = append(es, func(p *program.Program) {
				blocks := blocksOf(p)
				// The later one first: the earlier may hold it, or stand before it in the same block.
				for _, at := range []place{all[second], all[first]} {
					*blocks[at.block] = slices.Delete(*blocks[at.block], at.i, at.i+1)
				}
			})
		}
	}
	return es
}

// blocksOf returns every block of the program, in an order that depends on its shape alone, so that a block of a
// copy is found by its number.
func blocksOf(p *program.Program) []*[]program.Stmt {
	var blocks []*[]program.Stmt
	for i := range p.Coros {
		blocks = append(blocks, &p.Coros[i].Body)
		program.Walk(p.Coros[i].Body, func(st *program.Stmt) { blocks = append(blocks, st.Blocks()...) })
	}
	return blocks
}

// removals remove runs of statements from block b, which has n: first long ones, then shorter ones.
func removals(b, n int) []edit {
	var es []edit
	for length := n; length > 0; length /= 2 {
		for from := 0; from < n; from += length {
			to := min(from+length, n)
			es = append(es, func(p *program.Program) {
				block := blocksOf(p)[b]
				*block = slices.Delete(*block, from, to)
			})
		}
	}
	return es
}

// unwraps put what a statement holds, or starts, in its place.
func unwraps(b, i int, st *program.Stmt) []edit {
	var es []edit
	if len(st.Blocks()) > 1 {
		es = append(es, func(p *program.Program) {
			block := blocksOf(p)[b]
			var all []program.Stmt
			for _, inner := range (*block)[i].Blocks() {
				all = append(all, *inner...)
			}
			*block = slices.Replace(*block, i, i+1, all...)
		})
	}
	for inner := range st.Blocks() {
		es = append(es, func(p *program.Program) {
			block := blocksOf(p)[b]
			do := *(*block)[i].Blocks()[inner]
			*block = slices.Replace(*block, i, i+1, do...)
		})
	}
	st.EachCoro(func(id *int32) {
		coro := *id
		es = append(es, func(p *program.Program) {
			block := blocksOf(p)[b]
			do := program.CloneBlock(p.Coros[coro].Body)
			*block = slices.Replace(*block, i, i+1, do...)
		})
	})
	return es
}

// details make statement i of block b simpler.
func details(b, i int, st *program.Stmt) []edit {
	var es []edit
	add := func(change func(*program.Stmt)) {
		es = append(es, func(p *program.Program) { change(&(*blocksOf(p)[b])[i]) })
	}
	for o := range st.Of {
		add(func(st *program.Stmt) { st.Of = slices.Delete(st.Of, o, o+1) })
	}
	for h := range st.Except {
		add(func(st *program.Stmt) { st.Except = slices.Delete(st.Except, h, h+1) })
		add(func(st *program.Stmt) { st.Except[h].Reraise = false })
		for k := range st.Except[h].Kinds {
			add(func(st *program.Stmt) { st.Except[h].Kinds = st.Except[h].Kinds[k : k+1] })
		}
	}
	if len(st.Finally) > 0 {
		add(func(st *program.Stmt) { st.Finally = nil })
	}
	for _, off := range []func(*program.Stmt){
		func(st *program.Stmt) { st.Settle = false },
		func(st *program.Stmt) { st.Eager = false },
		func(st *program.Stmt) { st.Stop = false },
		func(st *program.Stmt) { st.Immediate = false },
		func(st *program.Stmt) { st.Msg = program.Maybe[string]{} },
		func(st *program.Stmt) { st.Name = program.Maybe[string]{} },
		func(st *program.Stmt) { st.When = program.WhenAll },
	} {
		add(off)
	}
	if st.Err != (program.Err{}) {
		add(func(st *program.Stmt) { st.Err = plainErr })
	}
	lower(st, add)
	return es
}

// lower makes the data of a statement smaller: none, 0, 1, half, one less.
func lower(st *program.Stmt, add func(func(*program.Stmt))) {
	if st.MS.Set {
		if st.Op != program.OpSleep && st.Op != program.OpCallLater {
			add(func(st *program.Stmt) { st.MS = program.Maybe[int64]{} })
		}
		for _, ms := range lowered(st.MS.V) {
			add(func(st *program.Stmt) { st.MS.V = ms })
		}
	}
	for _, n := range lowered(st.N) {
		add(func(st *program.Stmt) { st.N = n })
	}
	if st.V != nil {
		add(func(st *program.Stmt) { st.V = nil })
		add(func(st *program.Stmt) { st.V = int64(0) })
		add(func(st *program.Stmt) { st.V = int64(1) })
	}
	if len(st.Text) > 1 {
		add(func(st *program.Stmt) { st.Text = "a" })
	}
}

func lowered(n int64) []int64 {
	if n == 0 {
		return nil
	}
	return []int64{0, 1, n / 2, n - 1}
}

// objects make the objects simpler. Those that are not used go by themselves.
func objects(p *program.Program) []edit {
	var es []edit
	for o := range p.Objects {
		for _, n := range lowered(p.Objects[o].N) {
			if n < 0 || n == 0 && p.Objects[o].Kind == program.Barrier {
				continue
			}
			es = append(es, func(p *program.Program) { p.Objects[o].N = n })
		}
		if p.Objects[o].Default != nil {
			es = append(es, func(p *program.Program) { p.Objects[o].Default = nil })
		}
	}
	return es
}

// picks end them earlier, take some out, and put the default in the place of those that are something else.
func picks(all []int) []edit {
	var es []edit
	for length := len(all); length > 0; length /= 2 {
		es = append(es, func(p *program.Program) { p.Picks = p.Picks[:len(all)-length] })
	}
	for i, pick := range all {
		es = append(es, func(p *program.Program) { p.Picks = slices.Delete(p.Picks, i, i+1) })
		for _, lower := range lowered(int64(pick)) {
			es = append(es, func(p *program.Program) { p.Picks[i] = int(lower) })
		}
	}
	return es
}
