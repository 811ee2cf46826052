package timers_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"
	"weak"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/timers"
)

// slot is the width of a slot.
const slot = 1 << 23

// fill queues n timers in each of so many slots, from the first on, each one earlier
// than the one before, by two.
func fill(q *timers.Queue, slots, n int) [][]*named {
	all := make([][]*named, slots)
	for s := range all {
		for i := range n {
			a := newNamed(fmt.Sprintf("%d.%d", s, n-1-i))
			q.Add(&a.Timer, time.Duration(s*slot+2*(n-1-i)))
			all[s] = append([]*named{a}, all[s]...)
		}
	}
	return all
}

// TestSlot follows one slot from its first timer to its last, and into its second
// life.
func TestSlot(t *testing.T) {
	var q timers.Queue
	all := fill(&q, 3, 100)
	slots, held := q.Slots()
	require.Equal(t, 3, slots)
	require.Greater(t, held, 200, "the others came before there were slots")
	require.NoError(t, q.Check())
	drain(&q, slot-1)

	// Removed from a slot that is not sorted yet.
	require.True(t, q.Remove(&all[2][50].Timer))
	require.True(t, q.Remove(&all[2][99].Timer))
	require.False(t, q.Remove(&all[2][99].Timer))
	require.NoError(t, q.Check())
	require.Equal(t, []string{"1.0", "1.1", "1.2", "1.3"}, drain(&q, slot+6))

	// Removed from one that is sorted, its end and its start among them.
	for _, i := range []int{50, 51, 4, 5, 6, 99, 98} {
		require.True(t, q.Remove(&all[1][i].Timer), i)
		require.False(t, all[1][i].Queued())
		require.NoError(t, q.Check(), i)
	}
	// Added to one that is sorted: between its timers, behind and before them all.
	for i, when := range []time.Duration{slot + 15, slot + 500, slot + 1} {
		q.Add(&all[0][i].Timer, when)
		require.NoError(t, q.Check(), i)
	}
	require.Equal(t, []string{"0.2", "1.7", "0.0", "1.8", "1.9"}, drain(&q, slot+18))
	// And again one that has left it.
	q.Add(&all[1][50].Timer, slot+100)
	drained := drain(&q, 2*slot-1)
	require.Equal(t, []string{"1.49", "1.50", "1.52"}, drained[39:42])
	require.Equal(t, "0.1", drained[len(drained)-1])

	// Emptied without its turn having come, used again, for another time.
	for _, a := range all[2] {
		q.Remove(&a.Timer)
		require.NoError(t, q.Check())
	}
	slots, _ = q.Slots()
	require.Zero(t, slots)
	require.Zero(t, q.Len())
	for i, a := range all[2] {
		q.Add(&a.Timer, time.Duration(7*slot-2*i))
	}
	require.NoError(t, q.Check())
	for i := len(all[2]) - 1; i >= 0; i-- {
		require.Same(t, &all[2][i].Timer, q.PopDue(7*slot))
		require.NoError(t, q.Check())
	}
}

// TestSlotsAreDense has deadlines too far apart for slots, and then ones that are not.
func TestSlotsAreDense(t *testing.T) {
	const n = 10_000
	var q timers.Queue
	ts := make([]timers.Timer, n)
	for i := range n / 2 {
		q.Add(&ts[i], time.Hour+time.Duration(i)*slot)
	}
	slots, held := q.Slots()
	require.Less(t, slots, n/50)
	require.Equal(t, slots, held)
	for i := n / 2; i < n; i++ {
		q.Add(&ts[i], time.Duration(i%50)*slot)
	}
	_, held = q.Slots()
	require.Greater(t, held, n/4)
	require.NoError(t, q.Check())
}

// TestLeftForGood has timers leave a queue from wherever they are, and nothing else
// that points to them.
func TestLeftForGood(t *testing.T) {
	const n = 5000
	var q timers.Queue
	var left []weak.Pointer[timers.Timer]
	kept := make([]*timers.Timer, 0, n)
	for i := range n {
		tm := new(timers.Timer)
		q.Add(tm, time.Duration(i%5*slot+i*7919%n))
		if i%3 == 0 {
			left = append(left, weak.Make(tm))
		} else {
			kept = append(kept, tm)
		}
	}
	for i, w := range left {
		if i%10 == 0 {
			q.PopDue(kept[0].When()) // so that a slot is sorted before the rest is removed
		}
		if tm := w.Value(); tm != nil {
			q.Remove(tm)
		}
	}
	runtime.GC()
	for _, w := range left {
		require.Nil(t, w.Value())
	}
	require.NoError(t, q.Check())
	runtime.KeepAlive(kept)
}

func TestNothingIsAllocated(t *testing.T) {
	const n = 1000
	for _, span := range []time.Duration{time.Microsecond, time.Second, 10 * time.Second, time.Hour} {
		random := rand.New(rand.NewPCG(1, 2))
		var q timers.Queue
		ts := make([]timers.Timer, n)
		for i := range ts {
			q.Add(&ts[i], time.Duration(random.Int64N(int64(span))))
		}
		now := time.Duration(0)
		later := func() time.Duration { return now + time.Duration(random.Int64N(int64(span))) }
		tests := []struct {
			name string
			do   func()
		}{
			{"timeouts that were not needed", func() {
				tm := &ts[random.IntN(n)]
				q.Remove(tm)
				q.Add(tm, later())
			}},
			{"sleeps that are over", func() {
				now = q.Next().When()
				q.Add(q.PopDue(now), later())
			}},
		}
		for _, tt := range tests {
			t.Run(fmt.Sprintf("%s/%v", tt.name, span), func(t *testing.T) {
				thousand := func() {
					for range 1000 {
						tt.do()
					}
				}
				for range 100 {
					thousand()
				}
				require.Zero(t, testing.AllocsPerRun(10, thousand), "for a thousand")
				require.Equal(t, n, q.Len())
				require.NoError(t, q.Check())
			})
		}
	}
}
