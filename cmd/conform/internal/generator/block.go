package generator

import "github.com/ouro-loop/ouro/cmd/conform/internal/program"

// scope is where statements are being made: in which coroutine, and how deep inside it.
type scope struct {
	coro     int
	times    int // how often a statement here runs, by the repeats around it
	left     int // statements that the coroutine may still run
	depth    int // compound statements around this place
	callback bool
	yields   bool   // in an async generator function
	local    []name // what the coroutine has bound so far

	timeouts, groups []name // those around this place
	locks            []name // those held here
}

const maxDepth = 5

// choice is one move of the generator: a statement, or a few that belong together.
type choice struct {
	weight [3]int // by profile: All, Core, Sync
	make   func(*builder, *scope) []program.Stmt
	where  place
	risky  bool // often ends in an error, so that it stands inside a try more often than not
}

// place is where a move may stand.
type place uint8

const (
	anywhere   place = iota
	coroutines       // not in callbacks
	shallow          // in coroutines, unless the nesting is deep already
	agens            // in async generator functions, not deep inside
)

func (c *choice) fits(s *scope) bool {
	switch c.where {
	case coroutines:
		return !s.callback
	case agens:
		return s.yields && !s.callback && s.depth <= program.MaxYieldDepth-1
	case shallow:
		return !s.callback && s.depth < maxDepth
	}
	return true
}

// block makes a block of at least one statement, by that many moves.
func (b *builder) block(s *scope, moves int) []program.Stmt {
	var block []program.Stmt
	for len(block) == 0 || moves > 0 && s.left > 0 {
		block = append(block, b.move(s)...)
		moves--
	}
	if !s.callback && b.chance(7) {
		block = append(block, b.leaves(s))
	}
	return block
}

// move makes the statements of one move. What a move needs may not be there (a name, a lock), in which case it makes
// none and another is drawn.
func (b *builder) move(s *scope) []program.Stmt {
	for {
		c := b.draw(s)
		made := c.make(b, s)
		if len(made) == 0 {
			continue
		}
		s.left -= s.times * len(made)
		deeper := s.yields && c.where == shallow // a try around it could bring a yield too deep
		if c.risky && !deeper && !s.callback && s.depth < maxDepth && b.chance(45) {
			made = []program.Stmt{b.guard(s, made)}
		}
		return made
	}
}

// draw chooses a move by its weight.
func (b *builder) draw(s *scope) *choice {
	total := 0
	for i := range b.moves {
		if b.moves[i].fits(s) {
			total += b.moves[i].weight[b.profile]
		}
	}
	which := b.rng.IntN(total)
	for i := range b.moves {
		if !b.moves[i].fits(s) {
			continue
		}
		if which -= b.moves[i].weight[b.profile]; which < 0 {
			return &b.moves[i]
		}
	}
	panic("generator: the weights do not add up")
}

// inner makes a block one level further in.
func (b *builder) inner(s *scope) []program.Stmt {
	s.depth++
	defer func() { s.depth-- }()
	return b.block(s, 1+b.rng.IntN(max(2, 5-s.depth)))
}

// guard puts statements into a try that takes some of what they may raise.
func (b *builder) guard(s *scope, do []program.Stmt) program.Stmt {
	h := program.Handler{Kinds: oneOf(b, []string{"Exception"}, []string{"BaseException"}, b.kinds())}
	s.depth++
	h.Do = b.block(s, 1)
	s.depth--
	h.Reraise = b.chance(15)
	return program.Stmt{Op: program.OpTry, Do: do, Except: []program.Handler{h}}
}

// start chooses a coroutine that the scope may start, and pays for it.
func (b *builder) start(s *scope) (int32, bool) {
	return b.startAbove(s, s.coro)
}

// startAbove does so among the coroutines with a number higher than k.
func (b *builder) startAbove(s *scope, k int) (int32, bool) {
	var fits []int
	for i := k + 1; i < len(b.p.Coros); i++ {
		if !b.yields[i] && b.cost[i]*s.times <= s.left {
			fits = append(fits, i)
		}
	}
	if len(fits) == 0 {
		return 0, false
	}
	i := oneOf(b, fits...)
	s.left -= b.cost[i] * s.times
	return int32(i), true
}

// operand chooses what to hand to gather, shield, wait_for or as_completed, and says how far it reaches.
func (b *builder) operand(s *scope) (program.Operand, reach, bool) {
	if b.chance(40) {
		if k, ok := b.start(s); ok {
			return program.Operand{Coro: k}, reachOf(int(k)), true
		}
	}
	n, ok := b.awaited(s)
	return named(n), n.reach, ok
}

// operands chooses several of them and says how far they reach together.
func (b *builder) operands(s *scope) ([]program.Operand, reach) {
	var of []program.Operand
	r := nothing
	for range 1 + b.rng.IntN(3) {
		if o, far, ok := b.operand(s); ok {
			of = append(of, o)
			r = r.with(far)
		}
	}
	return b.perhapsTwice(of), r
}

// awaitedNames chooses several names to wait for.
func (b *builder) awaitedNames(s *scope) []program.Operand {
	var of []program.Operand
	for range 1 + b.rng.IntN(3) {
		if n, ok := b.awaited(s); ok {
			of = append(of, named(n))
		}
	}
	return b.perhapsTwice(of)
}

// perhapsTwice adds one of the names a second time, now and then.
func (b *builder) perhapsTwice(of []program.Operand) []program.Operand {
	if len(of) == 0 || !b.chance(6) {
		return of
	}
	o := oneOf(b, of...)
	if o.Fresh() {
		return of
	}
	return append(of, o)
}

func named(n name) program.Operand { return program.Operand{Name: n.id} }
