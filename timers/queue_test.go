package timers_test

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/timers"
)

// named is what a test queues: a timer that knows what to be called in a trace.
type named struct {
	timers.Timer
	name string
}

func (n *named) Run() {}

func newNamed(name string) *named {
	n := &named{name: name}
	n.Timer.Run = n
	return n
}

// drain pops all that is due and returns the names in order.
func drain(q *timers.Queue, now time.Duration) []string {
	names := []string{}
	for t := q.PopDue(now); t != nil; t = q.PopDue(now) {
		names = append(names, t.Run.(*named).name)
	}
	return names
}

func TestOrder(t *testing.T) {
	type entry struct {
		name string
		when time.Duration
	}
	tests := []struct {
		name string
		add  []entry
		now  time.Duration
		due  []string
		left int
	}{
		{name: "empty", due: []string{}},
		{
			name: "by deadline",
			add:  []entry{{"c", 3}, {"a", 1}, {"b", 2}},
			now:  3,
			due:  []string{"a", "b", "c"},
		},
		{
			name: "equal deadlines in the order of Add",
			add:  []entry{{"a", 7}, {"b", 7}, {"c", 7}, {"d", 7}},
			now:  7,
			due:  []string{"a", "b", "c", "d"},
		},
		{
			name: "an earlier one does not disturb equal ones",
			add:  []entry{{"a", 7}, {"b", 7}, {"first", 6}, {"c", 7}, {"second", 6}},
			now:  7,
			due:  []string{"first", "second", "a", "b", "c"},
		},
		{
			name: "due is inclusive, later ones stay",
			add:  []entry{{"late", 11}, {"now", 10}, {"past", 9}},
			now:  10,
			due:  []string{"past", "now"},
			left: 1,
		},
		{
			name: "nothing due",
			add:  []entry{{"a", 1}},
			now:  0,
			due:  []string{},
			left: 1,
		},
		{
			name: "the whole range of deadlines",
			add:  []entry{{"max", math.MaxInt64}, {"zero", 0}, {"min", math.MinInt64}, {"minus", -1}},
			now:  math.MaxInt64,
			due:  []string{"min", "minus", "zero", "max"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var q timers.Queue
			for _, e := range tt.add {
				q.Add(&newNamed(e.name).Timer, e.when)
			}
			require.Equal(t, tt.due, drain(&q, tt.now))
			require.Equal(t, tt.left, q.Len())
			require.Equal(t, tt.left == 0, q.Next() == nil)
		})
	}
}

func TestZeroValues(t *testing.T) {
	var q timers.Queue
	var tm timers.Timer
	require.Nil(t, q.Next())
	require.Nil(t, q.PopDue(math.MaxInt64))
	require.Zero(t, q.Len())
	require.False(t, q.Remove(&tm))
	require.False(t, tm.Queued())
	require.Zero(t, tm.When())
	q.Clear()
}

func TestTimerKnowsItsQueue(t *testing.T) {
	var q, other timers.Queue
	a, b := newNamed("a"), newNamed("b")
	q.Add(&a.Timer, 5)
	q.Add(&b.Timer, 6)
	require.True(t, a.Queued())
	require.Equal(t, time.Duration(5), a.When())
	require.Same(t, &a.Timer, q.Next())

	require.False(t, other.Remove(&a.Timer), "queued, but not there")
	require.True(t, a.Queued())

	require.Same(t, &a.Timer, q.PopDue(5))
	require.False(t, a.Queued())
	require.Equal(t, time.Duration(5), a.When(), "the deadline outlives the queue")
	require.False(t, q.Remove(&a.Timer), "popped already")
	require.Same(t, &b.Timer, q.Next())
}

func TestAddTwicePanics(t *testing.T) {
	const message = "timers: Add of a timer that is queued already"
	var q, other timers.Queue
	var tm timers.Timer
	q.Add(&tm, 1)
	require.PanicsWithValue(t, message, func() { q.Add(&tm, 2) })
	require.PanicsWithValue(t, message, func() { other.Add(&tm, 2) })
	require.Equal(t, time.Duration(1), tm.When(), "the refused Add changed nothing")
	require.Equal(t, 1, q.Len())
	require.Zero(t, other.Len())
}

func TestRemove(t *testing.T) {
	names := []string{"a", "b", "c", "d", "e"}
	for i, name := range names {
		t.Run(name, func(t *testing.T) {
			var q timers.Queue
			var all []*named
			for j, name := range names {
				all = append(all, newNamed(name))
				q.Add(&all[j].Timer, time.Duration(j/2)) // a b at 0, c d at 1, e at 2
			}
			require.True(t, q.Remove(&all[i].Timer))
			require.False(t, all[i].Queued())
			require.False(t, q.Remove(&all[i].Timer), "removed already")
			require.Equal(t, len(names)-1, q.Len())

			want := append(append([]string{}, names[:i]...), names[i+1:]...)
			require.Equal(t, want, drain(&q, 2))
		})
	}
}

func TestAddAgain(t *testing.T) {
	t.Run("after PopDue", func(t *testing.T) {
		var q timers.Queue
		a, b := newNamed("a"), newNamed("b")
		q.Add(&a.Timer, 1)
		q.Add(&b.Timer, 2)
		require.Same(t, &a.Timer, q.PopDue(1))
		q.Add(&a.Timer, 2)
		require.Equal(t, []string{"b", "a"}, drain(&q, 2), "it queues up at the back")
	})
	t.Run("after Remove", func(t *testing.T) {
		var q timers.Queue
		a, b := newNamed("a"), newNamed("b")
		q.Add(&a.Timer, 1)
		q.Add(&b.Timer, 1)
		require.True(t, q.Remove(&a.Timer))
		q.Add(&a.Timer, 1)
		require.Equal(t, []string{"b", "a"}, drain(&q, 1), "it queues up at the back")
	})
	t.Run("in another queue", func(t *testing.T) {
		var q, other timers.Queue
		a := newNamed("a")
		q.Add(&a.Timer, 1)
		require.True(t, q.Remove(&a.Timer))
		other.Add(&a.Timer, 3)
		require.False(t, q.Remove(&a.Timer))
		require.Equal(t, []string{"a"}, drain(&other, 3))
	})
	t.Run("while popping", func(t *testing.T) {
		// A callback that reschedules itself at a deadline already past comes out
		// again: it is the loop that decides when to stop popping.
		var q timers.Queue
		a := newNamed("a")
		q.Add(&a.Timer, 1)
		for range 3 {
			require.Same(t, &a.Timer, q.PopDue(1))
			q.Add(&a.Timer, 1)
		}
		require.Equal(t, 1, q.Len())
	})
}

func TestClear(t *testing.T) {
	for _, n := range []int{0, 1, 2, 1000} {
		var q timers.Queue
		ts := make([]timers.Timer, n)
		for range 2 { // a cleared queue is as good as new
			for i := range ts {
				q.Add(&ts[i], time.Duration((n-i)<<20))
			}
			if n > 2 { // one slot is sorted, and has gaps
				q.PopDue(math.MaxInt64)
				q.Remove(&ts[n-4])
			}
			q.Clear()
			require.NoError(t, q.Check())
			require.Zero(t, q.Len())
			require.Nil(t, q.Next())
			require.Nil(t, q.PopDue(math.MaxInt64))
			for i := range ts {
				require.False(t, ts[i].Queued())
			}
		}
	}
}

// numbered knows which Add it was.
type numbered struct {
	timers.Timer
	place int
}

func (*numbered) Run() {}

func TestMany(t *testing.T) {
	tests := []struct {
		name string
		n    int
		when func(i int) time.Duration
	}{
		{"equal", 1_000_000, func(int) time.Duration { return 42 }},
		{"rising", 100_000, func(i int) time.Duration { return time.Duration(i) }},
		{"falling", 100_000, func(i int) time.Duration { return time.Duration(-i) }},
		{"random", 100_000, func(int) time.Duration { return rand.N[time.Duration](10_000) }},
		{"in many slots", 100_000, func(int) time.Duration { return rand.N(2*time.Second) - time.Second }},
		{"far apart", 100_000, func(int) time.Duration { return rand.N(10 * time.Hour) }},
		{"anywhere", 100_000, func(int) time.Duration { return time.Duration(rand.Uint64()) }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var q timers.Queue
			all := make([]numbered, tt.n)
			for i := range all {
				all[i].place, all[i].Timer.Run = i, &all[i]
				q.Add(&all[i].Timer, tt.when(i))
			}
			for i := 0; i < tt.n; i += 2 { // half of them, from anywhere in the middle
				if !q.Remove(&all[i].Timer) {
					t.Fatalf("timer %d was not queued", i)
				}
			}
			require.Equal(t, tt.n/2, q.Len())

			last := q.PopDue(math.MaxInt64).Run.(*numbered)
			for range tt.n/2 - 1 {
				next := q.PopDue(math.MaxInt64).Run.(*numbered)
				// Not require: a million calls of it take longer than the queue does.
				if next.When() < last.When() || next.When() == last.When() && next.place < last.place {
					t.Fatalf("timer %d at %d came after timer %d at %d",
						next.place, next.When(), last.place, last.When())
				}
				last = next
			}
			require.Zero(t, q.Len())
		})
	}
}
