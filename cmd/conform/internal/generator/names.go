package generator

import (
	"fmt"

	"github.com/ouro-loop/ouro/cmd/conform/internal/program"
)

// kind is what a name is meant to be bound to.
type kind uint8

const (
	task kind = iota + 1
	future
	gather
	shield
	current // a task bound by self: whose, depends on who calls the coroutine
	handle
	scopeOf // a timeout
	group
	agen
	lock
	semaphore
	condition
	event
	barrier
	queue
	variable
)

var prefixes = [...]string{
	task: "t", future: "f", gather: "g", shield: "s", current: "me", handle: "h", scopeOf: "to", group: "tg", agen: "ag",
	lock: "lock", semaphore: "sem", condition: "cond", event: "ev", barrier: "bar", queue: "q", variable: "var",
}

// reach says what something waits for.
type reach struct {
	level   int // the lowest number of a coroutine in it
	gathers int // how many gathers stand inside each other in it
}

// maxGathers bounds how deep gathers nest: their results, which nest as well, can double in size at each level.
const maxGathers = 2

// nothing is the reach of a future that nobody but the program settles.
var nothing = reach{level: 100}

// reachOf is the reach of a task that runs coroutine k.
func reachOf(k int) reach { return reach{level: k} }

// with is the reach of what waits for both.
func (r reach) with(other reach) reach {
	return reach{min(r.level, other.level), max(r.gathers, other.gathers)}
}

// name is what the generator knows of a name. Whatever a name that can be awaited is bound to reaches at most as
// far as the name itself. The level of a group is the highest number of a coroutine that opens a group of this
// name: its children must have higher ones.
type name struct {
	id   program.Name
	kind kind
	reach
}

func (n name) awaitable() bool { return n.kind <= current }

// contended reports whether tasks stand in line for what the name is bound to.
func (n name) contended() bool { return n.kind >= lock && n.kind <= queue }

// fresh makes a new name.
func (b *builder) fresh(k kind, r reach) name {
	count := 1
	for _, n := range b.names {
		if n.kind == k {
			count++
		}
	}
	n := name{program.Name(len(b.p.Names)), k, r}
	b.p.Names = append(b.p.Names, fmt.Sprintf("%s%d", prefixes[k], count))
	b.names = append(b.names, n)
	return n
}

// bind chooses the name under which a statement of the scope binds something new that reaches that far: often one
// that is in use, so that coroutines share names and bind them again.
func (b *builder) bind(s *scope, k kind, r reach) name {
	anyKind := k <= shield && b.chance(8)
	n, ok := b.among(b.names, func(n name) bool {
		if n.kind != k && !(anyKind && n.awaitable()) {
			return false
		}
		if k == group {
			return n.level >= r.level
		}
		return n.level <= r.level && n.gathers >= r.gathers
	})
	if !ok || b.chance(40) {
		n = b.fresh(k, r)
	}
	s.local = append(s.local, n)
	return n
}

// bindPlain does so for what cannot be awaited.
func (b *builder) bindPlain(s *scope, k kind) name { return b.bind(s, k, reach{}) }

// pick chooses one of the names that fit, and prefers one that the coroutine itself has bound.
func (b *builder) pick(s *scope, fits func(name) bool) (name, bool) {
	if b.chance(60) {
		if n, ok := b.among(s.local, fits); ok {
			return n, true
		}
	}
	return b.among(b.names, fits)
}

func (b *builder) among(names []name, fits func(name) bool) (name, bool) {
	count := 0
	for _, n := range names {
		if fits(n) {
			count++
		}
	}
	if count == 0 {
		return name{}, false
	}
	which := b.rng.IntN(count)
	for _, n := range names {
		if fits(n) {
			if which == 0 {
				return n, true
			}
			which--
		}
	}
	return name{}, false
}

// some chooses a name of that kind.
func (b *builder) some(s *scope, k kind) (name, bool) {
	return b.pick(s, func(n name) bool { return n.kind == k })
}

// touch chooses a name to cancel, ask or watch: anything that could be awaited.
func (b *builder) touch(s *scope) (name, bool) { return b.pick(s, name.awaitable) }

// awaited chooses a name that the coroutine can wait for without closing a circle, but for once in a few hundred
// times: a program that overflows CPython's stack must be survived too.
func (b *builder) awaited(s *scope) (name, bool) {
	level := s.coro
	if b.rng.IntN(400) == 0 {
		level = -1
	}
	return b.pick(s, func(n name) bool { return n.awaitable() && n.level > level })
}

// planNames makes the names that any coroutine may use, before there are statements that bind them. main will.
func (b *builder) planNames() {
	for k := 1; k < len(b.p.Coros); k++ {
		if !b.yields[k] && b.chance(70) {
			b.fresh(task, reachOf(k))
		}
	}
	for range b.rng.IntN(3) {
		b.fresh(future, nothing)
	}
	if b.chance(50) {
		b.fresh(current, reachOf(0))
	}
	for k := range b.yields {
		if b.yields[k] {
			b.fresh(agen, reachOf(k))
		}
	}
}

// makeObjects makes the objects of the program's profile.
func (b *builder) makeObjects() {
	b.objects = map[kind][]int{}
	if b.profile == Core {
		return
	}
	for _, o := range []struct {
		kind  kind
		often int
		make  func() program.Object
	}{
		{lock, 60, func() program.Object { return program.Object{Kind: program.Lock} }},
		{semaphore, 50, b.semaphore},
		{condition, 60, func() program.Object { return program.Object{Kind: program.Cond} }},
		{event, 60, func() program.Object { return program.Object{Kind: program.Event} }},
		{barrier, 50, func() program.Object { return program.Object{Kind: program.Barrier, N: b.between(1, 3)} }},
		{queue, 80, b.queue},
		{queue, 30, b.queue},
		{variable, 70, func() program.Object { return program.Object{Kind: program.ContextVar, Default: b.value()} }},
	} {
		if !b.chance(o.often) {
			continue
		}
		made := o.make()
		made.As = b.fresh(o.kind, nothing).id
		b.objects[o.kind] = append(b.objects[o.kind], len(b.p.Objects))
		b.p.Objects = append(b.p.Objects, made)
	}
}

func (b *builder) semaphore() program.Object {
	return program.Object{Kind: oneOf(b, program.Semaphore, program.BoundedSemaphore), N: b.between(0, 2)}
}

func (b *builder) queue() program.Object {
	kind := oneOf(b, program.Queue, program.Queue, program.LifoQueue, program.PriorityQueue)
	if kind == program.PriorityQueue { // the more it holds, the more its order says
		return program.Object{Kind: kind, N: oneOf[int64](b, 0, 0, 0, 2)}
	}
	return program.Object{Kind: kind, N: oneOf[int64](b, 0, 1, 1, 2, 3)}
}

// object chooses an object of that kind.
func (b *builder) object(k kind) (*program.Object, bool) {
	of := b.objects[k]
	if len(of) == 0 {
		return nil, false
	}
	return &b.p.Objects[oneOf(b, of...)], true
}
