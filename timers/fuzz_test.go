package timers_test

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/timers"
)

// model does what Queue promises in the most obvious way.
type model struct {
	queued []*timers.Timer // sorted by deadline, equal ones in the order of add
	when   map[*timers.Timer]time.Duration
}

func (m *model) add(t *timers.Timer, when time.Duration) {
	m.when[t] = when
	at := len(m.queued)
	for at > 0 && m.when[m.queued[at-1]] > when {
		at--
	}
	m.queued = slices.Insert(m.queued, at, t)
}

func (m *model) remove(t *timers.Timer) bool {
	at := slices.Index(m.queued, t)
	if at < 0 {
		return false
	}
	m.queued = slices.Delete(m.queued, at, at+1)
	return true
}

func (m *model) next() *timers.Timer {
	if len(m.queued) == 0 {
		return nil
	}
	return m.queued[0]
}

func (m *model) earliest() []*timers.Timer {
	n := 0
	for n < len(m.queued) && m.when[m.queued[n]] == m.when[m.queued[0]] {
		n++
	}
	return m.queued[:n]
}

func (m *model) popDue(now time.Duration) *timers.Timer {
	t := m.next()
	if t == nil || m.when[t] > now {
		return nil
	}
	m.queued = m.queued[1:]
	return t
}

// What compare does.
const add, remove, pop, again = 0, 1, 2, 3 // and again with an even argument: clear

// compare reads the input two bytes at a time and compares the queue with the
// model after each pair: two bits say what to do, six bits how often, the second
// byte at what deadline or to which timers. Every pair means something, so that
// no input is wasted, and a short input reaches a tree of several levels.
func compare(t *testing.T, data []byte) {
	var q timers.Queue
	m := model{when: map[*timers.Timer]time.Duration{}}
	var all []*timers.Timer

	for ; len(data) >= 2; data = data[2:] {
		op, times, arg := data[0]&3, int(data[0]>>2)+1, data[1]
		if op == again && arg%2 == 0 {
			q.Clear()
			m.queued = nil
		}
		for i := range times {
			when := deadline(arg, i)
			switch op {
			case add:
				tm := new(timers.Timer)
				all = append(all, tm)
				q.Add(tm, when)
				m.add(tm, when)
			case remove, again:
				if len(all) == 0 {
					break
				}
				tm := all[(int(arg)*13+i*3)%len(all)]
				check(t, m.remove(tm), q.Remove(tm))
				check(t, false, tm.Queued())
				if op == again {
					q.Add(tm, when)
					m.add(tm, when)
				}
			case pop:
				want, got := m.popDue(when), q.PopDue(when)
				check(t, want, got)
				check(t, false, got != nil && got.Queued())
			}
		}
		check(t, len(m.queued), q.Len())
		check(t, m.next(), q.Next())
		check(t, true, slices.Equal(m.earliest(), q.AppendEarliest(nil)))
		check(t, nil, q.Check())
	}

	queued := 0
	for _, tm := range all {
		check(t, m.when[tm], tm.When())
		if tm.Queued() {
			queued++
		}
	}
	check(t, len(m.queued), queued)
	for want := m.next(); want != nil; want = m.next() {
		check(t, m.popDue(m.when[want]), q.PopDue(want.When()))
	}
	check(t, 0, q.Len())
}

// deadline returns the i-th deadline that a byte stands for: few values, so that many
// are equal; some of them close together, and some as far apart as can be.
func deadline(arg byte, i int) time.Duration {
	base := time.Duration(int8(arg) >> 2)
	switch arg & 3 {
	case 0:
		return base
	case 1:
		return base<<20 + time.Duration(i*13%64) // eight to a slot
	case 2:
		return (base + time.Duration(i*5%16)) << 22 // several slots
	default:
		return base << 58 // the whole range
	}
}

func TestRandomOperations(t *testing.T) {
	random := rand.NewChaCha8([32]byte{1})
	for range 100 {
		data := make([]byte, 200)
		_, _ = random.Read(data)
		compare(t, data)
	}
}

func FuzzQueue(f *testing.F) {
	many := func(op byte) byte { return op | 63<<2 }
	repeat := func(n int, pairs ...byte) []byte { return bytes.Repeat(pairs, n) }

	f.Add([]byte{})
	f.Add([]byte{add, 5, add, 5, add, 4, remove, 1, pop, 5, again, 1, pop, 9})
	f.Add(repeat(40, many(add), 7))                                       // three levels of equal deadlines
	f.Add(repeat(40, many(add), 8, many(add), 0x88, many(remove), 11))    // removed from the middle
	f.Add(repeat(30, many(add), 3, many(add), 1, many(pop), 2, pop, 127)) // popped by halves
	f.Add(repeat(9, many(add), 1, many(pop), 127, many(again), 3, again, 0))
	f.Add(repeat(9, many(add), 6, many(add), 1, pop, 3, many(remove), 5, many(add), 2, many(again), 6)) // slots

	f.Fuzz(compare)
}

// check is require.Equal for values that == compares, at a price that a fuzzer
// can pay a million times a second.
func check[T comparable](t *testing.T, want, got T) {
	t.Helper()
	if want != got {
		require.Equal(t, want, got)
		t.Fatalf("%v is not the same as %v", got, want) // equal, but another one
	}
}
