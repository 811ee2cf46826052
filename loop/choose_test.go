package loop_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/internal/sched"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/loop"
)

// A script chooses what it says, 0 when it is over, and notes what it was asked.
type script struct {
	picks []int
	asked []string
}

var letters = [...]string{sched.Tie: "tie", sched.Slow: "slow", sched.InSet: "set"}

func (s *script) Choose(c sched.Choice) (pick int) {
	if len(s.picks) > 0 {
		pick, s.picks = s.picks[0], s.picks[1:]
	}
	s.asked = append(s.asked, fmt.Sprintf("%s %d/%d", letters[c.Kind], pick, c.N))
	return pick
}

// chosen runs main under a script, and returns what it was asked.
func chosen(t *testing.T, picks []int, main func(co *coro.Co)) []string {
	t.Helper()
	s := &script{picks: picks}
	testkit.Run(t, func(co *coro.Co) {
		scheduler := (*sched.Scheduler)(co.Scheduler())
		scheduler.Chooser = s
		main(co)
		scheduler.Chooser = nil // the cleanup is not what is looked at
	})
	return s.asked
}

// sleepers are functions that sleep and then note their number with the iteration, counted
// from the first of them.
func sleepers(co *coro.Co, got *string, ds ...time.Duration) (fs []coro.Awaitable[coro.None]) {
	for i, d := range ds {
		fs = append(fs, coro.Do(func(co *coro.Co) error {
			err := coro.Sleep(co, d)
			if *got == "" || (*got)[len(*got)-1] == '|' {
				loop.Of(co).CallSoon(func() { *got += "|" })
			}
			*got += fmt.Sprint(i)
			return err
		}))
	}
	return fs
}

func TestChosenTimers(t *testing.T) {
	const s = time.Second
	for _, test := range []struct {
		name  string
		ds    []time.Duration
		picks []int
		want  string // what wakes up, and a bar behind each iteration of it
		asked []string
	}{
		{"the default is the order in which they were set", []time.Duration{s, s, s}, nil, "012|",
			[]string{"tie 0/3", "tie 0/3", "tie 0/2"}},
		{"another order", []time.Duration{s, s, s}, []int{2, 1}, "210|", []string{"tie 2/3", "tie 1/2"}},
		{"some come too late", []time.Duration{s, s, s}, []int{0, 2}, "0|12|",
			[]string{"tie 0/3", "tie 2/3", "tie 0/3", "tie 0/2"}},
		{"each comes too late", []time.Duration{s, s, s}, []int{0, 2, 0, 1}, "0|1|2|",
			[]string{"tie 0/3", "tie 2/3", "tie 0/3", "tie 1/2", "tie 0/2"}},
		{"what is too late was set after what is not", []time.Duration{s, s, s}, []int{1, 0, 1}, "10|2|",
			[]string{"tie 1/3", "tie 0/2", "tie 1/2", "tie 0/2"}},
		{"the clock had not gone on: none is too late", []time.Duration{s, 2 * s, 2 * s, s}, []int{1}, "30|12|",
			[]string{"tie 1/2", "slow 0/2", "slow 0/2", "slow 0/2", "tie 0/2"}},
		{"the clock had gone on: there is one order, and what is second may be late",
			[]time.Duration{2 * s, s, s, 2 * s}, []int{0, 1, 0, 0, 0, 0, 1}, "1|2|0|3|",
			[]string{"tie 0/2", "tie 1/2", "tie 0/2", "slow 0/2", "slow 0/2", "slow 0/2", "tie 1/2", "tie 0/2"}},
		{"time passes", []time.Duration{s, 2 * s, 3 * s}, []int{1}, "01|2|",
			[]string{"slow 1/2", "slow 0/2", "slow 0/2", "slow 0/2"}},
		{"and passes", []time.Duration{s, 2 * s, 3 * s}, []int{1, 1}, "012|", []string{"slow 1/2", "slow 1/2"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got string
			asked := chosen(t, test.picks, func(co *coro.Co) {
				_, err := coro.Gather(co, sleepers(co, &got, test.ds...)...).Await(co)
				require.NoError(t, err)
			})
			require.Equal(t, test.want, got)
			require.Equal(t, test.asked, asked)
		})
	}
}

func TestNoTimeIsNeverTooLate(t *testing.T) {
	var got string
	asked := chosen(t, []int{1}, func(co *coro.Co) {
		l := loop.Of(co)
		l.CallSoon(func() {}) // which is ready when the timers are looked at
		for i := range 2 {
			l.CallLater(0, func() { got += fmt.Sprint(i) })
		}
		require.NoError(t, coro.Sleep(co, 0))
		require.NoError(t, coro.Sleep(co, 0))
	})
	require.Equal(t, "10", got)
	require.Equal(t, []string{"tie 1/2"}, asked, "no clock reads less than it did when they were set")
}

func TestTooLateOnceIfATimerIsSet(t *testing.T) {
	var got string
	asked := chosen(t, []int{0, 2}, func(co *coro.Co) {
		l := loop.Of(co)
		l.CallLater(time.Second, func() { l.CallLater(time.Minute, func() {}) })
		for i := range 2 {
			l.CallLater(time.Second, func() { got += fmt.Sprint(i) })
		}
		require.NoError(t, coro.Sleep(co, 2*time.Second))
	})
	require.Equal(t, "01", got)
	require.Equal(t, []string{"tie 0/3", "tie 2/3", "tie 0/2"}, asked[:3], "the clock has been read behind the first")
}

func TestGivenTimesAreNeverTooLate(t *testing.T) {
	for _, test := range []struct {
		name string
		set  func(co *coro.Co, when time.Duration)
	}{
		{"CallAt", func(co *coro.Co, when time.Duration) { loop.Of(co).CallAt(when, func() {}) }},
		{"TimeoutAt", func(co *coro.Co, when time.Duration) {
			coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
				_ = coro.TimeoutAt(co, when, func(*coro.TimeoutScope) error { return coro.Sleep(co, coro.Forever) })
				return nil
			}))
		}},
		{"Reschedule", func(co *coro.Co, when time.Duration) {
			coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
				_ = coro.Timeout(co, coro.Forever, func(s *coro.TimeoutScope) error {
					require.NoError(t, s.Reschedule(when))
					return coro.Sleep(co, coro.Forever)
				})
				return nil
			}))
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			asked := chosen(t, []int{0}, func(co *coro.Co) {
				test.set(co, time.Second)
				test.set(co, time.Second)
				require.NoError(t, coro.Sleep(co, time.Minute))
			})
			require.Equal(t, []string{"tie 0/2"}, slices.DeleteFunc(asked, func(s string) bool { return strings.HasPrefix(s, "slow") }))
		})
	}
}

func TestTimeDoesNotPassOverWorkThatIsOut(t *testing.T) {
	asked := chosen(t, []int{1}, func(co *coro.Co) {
		release := loop.Of(co).Hold()
		loop.Of(co).CallLater(time.Second, func() {})
		require.NoError(t, coro.Sleep(co, 0))
		require.Zero(t, loop.Of(co).Time())
		release()
		require.NoError(t, coro.Sleep(co, 0))
		require.Equal(t, time.Second, loop.Of(co).Time())
	})
	require.Equal(t, []string{"slow 1/2"}, asked)
}

func TestChosenWalks(t *testing.T) {
	waiting := func(got *string, name string) coro.Func[coro.None] {
		return coro.Do(func(co *coro.Co) error {
			err := coro.Sleep(co, coro.Forever)
			*got += name
			return err
		})
	}
	t.Run("a group shuts down", func(t *testing.T) {
		var got string
		asked := chosen(t, []int{2, 0}, func(co *coro.Co) {
			require.NoError(t, coro.Group(co, func(g *coro.TaskGroup) error {
				for _, name := range []string{"a", "b", "c"} {
					coro.CreateTask(g, waiting(&got, name))
				}
				require.NoError(t, coro.Sleep(co, 0))
				g.Cancel()
				return nil
			}))
		})
		require.Equal(t, "cab", got)
		require.Equal(t, []string{"set 2/3", "set 0/2"}, asked)
	})
	t.Run("all tasks", func(t *testing.T) {
		var got string
		chosen(t, []int{1, 1}, func(co *coro.Co) {
			for _, name := range []string{"a", "b"} {
				coro.CreateTask(co, waiting(&got, name), coro.Name(name), coro.Quiet())
			}
			for range 2 { // the second time it is the same set
				for _, task := range coro.AllTasks(co) {
					got += " " + task.Name()
				}
			}
		})
		require.Equal(t, " a b Task-1 a b Task-1"+"ab", got)
	})
	t.Run("as completed", func(t *testing.T) {
		var got string
		asked := chosen(t, []int{1, 0, 1}, func(co *coro.Co) {
			done := func(name string) coro.Awaitable[coro.None] {
				return coro.Do(func(*coro.Co) error { got += name; return nil })
			}
			for next := range coro.AsCompleted(co, coro.Forever, done("a"), done("b"), done("c")) {
				_, err := next.Await(co)
				require.NoError(t, err)
			}
			f, g := loop.CreateFuture[string](loop.Of(co)), loop.CreateFuture[string](loop.Of(co))
			require.NoError(t, f.SetResult("f"))
			require.NoError(t, g.SetResult("g"))
			for next := range coro.AsCompleted(co, coro.Forever, coro.Awaitable[string](f), g) {
				name, err := next.Await(co)
				require.NoError(t, err)
				got += name
			}
		})
		require.Equal(t, "bac"+"gf", got)
		require.Equal(t, []string{"set 1/3", "set 0/2", "set 1/2", "set 0/2"}, asked)
	})
}

func TestAChoiceOutOfRangeIsRefused(t *testing.T) {
	testkit.Run(t, func(co *coro.Co) {
		s := (*sched.Scheduler)(co.Scheduler())
		s.Chooser = &script{picks: []int{2}}
		require.PanicsWithValue(t, "loop: a choice of 2 among 2", func() {
			sched.Walk(s, []int{1, 2})
		})
		s.Chooser = nil
	})
}
