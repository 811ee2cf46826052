// Package generator makes random conformance programs.
//
// A random program is worth running if it does something: its names are bound, its waits end, its errors meet
// handlers and its cancellations come while something is under way. So the programs are not drawn statement by
// statement from a hat. Three rules keep them going, each of which is broken now and then on purpose:
//
//   - Coroutines form a hierarchy: one starts only those with a higher number. So every program ends.
//   - Every name that can be awaited has a level, the lowest number of a coroutine that it waits for. A coroutine
//     awaits only names of a higher level than its own number. So tasks do not await each other in a circle.
//   - main first binds the names that the other coroutines use, and sets callbacks that later cancel what is still
//     waiting. So few programs end in a deadlock.
//
// Times are small whole numbers, so that many things happen at the same moment.
package generator

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/ouro-loop/ouro/cmd/conform/internal/program"
)

// Profile is what programs are made of.
type Profile uint8

// The profiles.
const (
	All  Profile = iota // everything
	Core                // futures, tasks, groups and timeouts: no locks, queues or context variables
	Sync                // above all locks, queues and context variables
)

var profileWords = [...]string{All: "all", Core: "core", Sync: "sync"}

// String returns the word for the profile that ParseProfile takes.
func (p Profile) String() string { return profileWords[p] }

// ParseProfile finds a profile by its word.
func ParseProfile(word string) (Profile, error) {
	i := slices.Index(profileWords[:], word)
	if i < 0 {
		return 0, fmt.Errorf("no profile %q: it is one of %v", word, profileWords)
	}
	return Profile(i), nil
}

// Program returns program number n of a seed. It depends on nothing else, so that any program of a long run can be
// made again alone.
func Program(seed, n uint64, profile Profile) *program.Program {
	b := &builder{
		rng:     rand.New(rand.NewPCG(seed, n)),
		profile: profile,
		moves:   moves(),
		p:       &program.Program{Names: []string{""}},
	}
	b.build()
	return b.p
}

// builder makes one program.
type builder struct {
	rng     *rand.Rand
	profile Profile
	moves   []choice
	p       *program.Program
	names   []name         // what is known of p.Names, except of the first
	cost    []int          // statements that each coroutine runs, with those that it starts
	wants   []name         // what a coroutine waits for first, if it is a contender
	resists []bool         // coroutines that do not end at once when cancelled
	yields  []bool         // those that are async generator functions
	objects map[kind][]int // indices into p.Objects
}

// maxCost bounds the statements that a program runs, by an estimate that counts no statement as left out.
const maxCost = 350

func (b *builder) build() {
	count := 2 + b.rng.IntN(6)
	size := 4 + b.rng.IntN(10)
	if b.chance(25) {
		count, size = 2+b.rng.IntN(2), 3+b.rng.IntN(6)
	}
	b.p.Coros = make([]program.Coro, count)
	for k := range b.p.Coros {
		b.p.Coros[k].Name = fmt.Sprintf("c%d", k)
	}
	b.cost = make([]int, count)
	b.wants = make([]name, count)
	b.resists = make([]bool, count)
	b.yields = make([]bool, count)
	for k := 1; k < count; k++ {
		b.yields[k] = b.chance(22)
	}
	b.makeObjects()
	b.planNames()
	for k := count - 1; k > 0; k-- {
		b.coroutine(k, size)
	}
	b.main(size)
	b.p.Number()
}

// coroutine fills in coroutine k. Those that it may start, which have higher numbers, are there already.
func (b *builder) coroutine(k, size int) {
	s := &scope{coro: k, times: 1, left: maxCost / 2, yields: b.yields[k]}
	var body []program.Stmt
	switch {
	case s.yields:
		body = b.generator(s)
	case b.chance(15):
		body = b.drawer(s)
	case b.chance(30):
		body = b.contender(s)
	case b.chance(12):
		body = b.stubborn(s)
		b.resists[k] = true
	}
	if len(body) == 0 || b.chance(40) {
		body = append(body, b.block(s, 1+b.rng.IntN(size))...)
	}
	switch {
	case b.chance(40):
		body = append(body, b.returns(s))
	case b.chance(5) && !s.yields:
		body = append(body, b.again(s)...)
	}
	b.p.Coros[k].Body = body
	b.cost[k] = maxCost/2 - s.left
}

// chance reports true in that many of a hundred cases.
func (b *builder) chance(percent int) bool { return b.rng.IntN(100) < percent }

// oneOf picks an element; all are as likely.
func oneOf[T any](b *builder, of ...T) T { return of[b.rng.IntN(len(of))] }
