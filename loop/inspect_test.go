package loop_test

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/locks"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/queues"
)

// asked puts a question to l from another goroutine, and returns when it waits for its
// answer. The caller is on the loop's goroutine, which cannot answer meanwhile.
func asked(l *loop.Loop) (answer func() (*loop.Snapshot, error)) {
	type result struct {
		s   *loop.Snapshot
		err error
	}
	results := make(chan result, 1)
	ctx, cancel := context.WithCancel(context.Background()) // which ends some time, as far as Inspect can see
	go func() {
		s, err := loop.Inspect(ctx, l)
		results <- result{s, err}
	}()
	for !l.Asked() {
		runtime.Gosched()
	}
	return func() (*loop.Snapshot, error) {
		defer cancel()
		r := <-results
		return r.s, r.err
	}
}

// seen runs main on a virtual clock, and is what a callback at the time of 500 ms sees.
func seen(t *testing.T, main func(co *coro.Co) error, opts ...loop.Option) (s *loop.Snapshot) {
	t.Helper()
	noLeak(t)
	err := loop.Main(func(co *coro.Co) error {
		l := loop.Of(co)
		l.CallLater(time.Second/2, func() {
			s = l.Snapshot()
			for _, task := range coro.AllTasks(l) {
				task.Cancel()
			}
		})
		return main(co)
	}, append([]loop.Option{loop.VirtualTime(true)}, opts...)...)
	require.NotNil(t, s)
	require.ErrorIs(t, err, future.ErrCanceled)
	return s
}

func spawn(s coro.Spawner, name string, f func(co *coro.Co) error) *coro.Task[coro.None] {
	return coro.CreateTask(s, coro.Do(f), coro.Name(name))
}

func sleeping(d time.Duration) func(co *coro.Co) error {
	return func(co *coro.Co) error { return coro.Sleep(co, d) }
}

// Every kind of wait, as data.
func TestInspectKinds(t *testing.T) {
	lock, semaphore := new(locks.Lock), locks.NewSemaphore(1)
	lock.SetName("cache")
	semaphore.SetName("slots")
	var condition locks.Condition
	condition.SetName("changed")
	var event locks.Event
	event.SetName("ready")
	queue := queues.New[int](1)
	queue.SetName("outbox")
	empty := queues.New[int](0)
	var child *coro.Task[coro.None]

	for _, c := range []struct {
		name  string
		wait  func(co *coro.Co) error
		on    loop.WaitInfo
		holds string // the names of who holds it
	}{
		{"sleep", sleeping(time.Second), loop.WaitInfo{Kind: "sleep", Text: "sleep until 1s", Until: time.Second, Left: time.Second / 2}, ""},
		{"sleep for ever", sleeping(coro.Forever), loop.WaitInfo{Kind: "sleep", Text: "sleep without end"}, ""},
		{"future", func(co *coro.Co) error { return coro.Await(co, coro.NewFuture[int](co)) },
			loop.WaitInfo{Kind: "future", Text: "a future"}, ""},
		{"task", func(co *coro.Co) error { return coro.Await(co, child) },
			loop.WaitInfo{Kind: "task", Name: "child", Text: `task "child"`}, "child"},
		{"gather", func(co *coro.Co) error {
			return coro.Await(co, coro.Gather(co, coro.Awaitable[coro.None](child), coro.Bind0(forever)))
		}, loop.WaitInfo{Kind: "gather", Text: "gather of 2 (0 done)"}, "child Task-2"},
		{"gather of a shield", func(co *coro.Co) error {
			return coro.Await(co, coro.Gather(co, coro.Awaitable[coro.None](coro.Shield(co, child))))
		}, loop.WaitInfo{Kind: "gather", Text: "gather of 1 (0 done)"}, "child"},
		{"shield", func(co *coro.Co) error { return coro.Await(co, coro.Shield(co, child)) },
			loop.WaitInfo{Kind: "shield", Text: `a shield of task "child"`}, "child"},
		{"wait", func(co *coro.Co) error {
			_, _, err := coro.Wait(co, []*coro.Task[coro.None]{child}, coro.TimeLimit(time.Second))
			return err
		}, loop.WaitInfo{Kind: "wait", Text: "wait for 1 (0 done)", Until: time.Second, Left: time.Second / 2}, "child"},
		{"as completed", func(co *coro.Co) error {
			for _, err := range coro.AsCompletedFutures(co, coro.Forever, coro.Awaitable[coro.None](child)) {
				return err
			}
			return nil
		}, loop.WaitInfo{Kind: "as completed", Text: "the next of AsCompleted (1 of 1 not done)", Place: 1, Of: 1}, "child"},
		{"task group", func(co *coro.Co) error {
			return coro.Group(co, func(g *coro.TaskGroup) error {
				spawn(g, "a", sleeping(time.Hour))
				spawn(g, "b", sleeping(time.Hour))
				return nil
			})
		}, loop.WaitInfo{Kind: "task group", Text: "task group (2 of 2 unfinished)"}, "a b"},
		{"wait for", func(co *coro.Co) error {
			stubborn := spawn(co, "stubborn", func(co *coro.Co) error {
				_ = coro.Sleep(co, time.Hour)
				return coro.Sleep(co, time.Hour)
			})
			if err := coro.Sleep(co, 0); err != nil {
				return err
			}
			_, err := coro.WaitFor(co, stubborn, 0)
			return err
		}, loop.WaitInfo{Kind: "wait for", Text: "the end of what timed out"}, "stubborn"},
		{"lock", lock.Acquire, loop.WaitInfo{Kind: "lock", Name: "cache", Text: `lock "cache"`, Place: 1, Of: 1}, "child"},
		{"semaphore", semaphore.Acquire,
			loop.WaitInfo{Kind: "semaphore", Name: "slots", Text: `semaphore "slots"`, Place: 1, Of: 1}, "child"},
		{"condition", func(co *coro.Co) error {
			return condition.With(co, func() error { return condition.Wait(co) })
		}, loop.WaitInfo{Kind: "condition", Name: "changed", Text: `a notification of condition "changed"`, Place: 1, Of: 1}, ""},
		{"event", event.Wait, loop.WaitInfo{Kind: "event", Name: "ready", Text: `event "ready"`, Place: 1, Of: 1}, ""},
		{"barrier", func(co *coro.Co) error { _, err := locks.NewBarrier(2).Wait(co); return err },
			loop.WaitInfo{Kind: "barrier", Text: "barrier (filling, 1 of 2)", Place: 1, Of: 1}, ""},
		{"queue get", func(co *coro.Co) error { _, err := empty.Get(co); return err },
			loop.WaitInfo{Kind: "queue get", Text: "an item of queue", Place: 1, Of: 1}, ""},
		{"queue put", func(co *coro.Co) error { return queue.Put(co, 2) },
			loop.WaitInfo{Kind: "queue put", Name: "outbox", Text: `room in queue "outbox" (1 of 1)`, Place: 1, Of: 1}, ""},
		{"queue join", queue.Join,
			loop.WaitInfo{Kind: "queue join", Name: "outbox", Text: `the end of the work on queue "outbox" (1 unfinished)`, Place: 1, Of: 1}, ""},
		{"in a generator", func(co *coro.Co) error {
			g := coro.NewGenerator(func(y *coro.Yielder[int]) error { return coro.Sleep(y.Co(), time.Second) })
			_, err := g.Next(co)
			return err
		}, loop.WaitInfo{Kind: "sleep", Text: "sleep until 1s", Until: time.Second, Left: time.Second / 2}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			*queue = *queues.New[int](1)
			queue.SetName("outbox")
			*lock, condition, event = locks.Lock{}, locks.Condition{}, locks.Event{}
			lock.SetName("cache")
			condition.SetName("changed")
			event.SetName("ready")
			*semaphore = *locks.NewSemaphore(1)
			semaphore.SetName("slots")
			empty = queues.New[int](0)
			require.NoError(t, queue.PutNowait(1))
			s := seen(t, func(co *coro.Co) error {
				child = spawn(co, "child", func(co *coro.Co) error {
					return lock.With(co, func() error {
						return semaphore.With(co, func() error { return coro.Sleep(co, time.Hour) })
					})
				})
				if err := coro.Sleep(co, 0); err != nil {
					return err
				}
				return c.wait(co)
			})
			main := s.Tasks[0]
			require.Equal(t, loop.TaskWaiting, main.State)
			require.Equal(t, &c.on, main.On)
			require.Equal(t, "run", main.AwaitedFrom)
			var holds []string
			for _, h := range main.Holders {
				holds = append(holds, h.Name)
				held := s.Task(h.ID)
				require.Equal(t, h.Name, held.Name)
				if c.on.Kind == "lock" || c.on.Kind == "semaphore" {
					require.Empty(t, held.AwaitedBy, "who holds a lock is not awaited")
				} else {
					require.Equal(t, []uint32{1}, held.AwaitedBy)
				}
			}
			require.Equal(t, c.holds, strings.Join(holds, " "))
		})
	}
}

func texts(t *testing.T, s *loop.Snapshot) (ps, tree string) {
	t.Helper()
	var a, b strings.Builder
	require.NoError(t, s.WritePS(&a))
	require.NoError(t, s.WritePSTree(&b))
	return a.String(), b.String()
}

func serveAll(co *coro.Co) error {
	var cache locks.Lock
	cache.SetName("cache")
	outbox := queues.New[string](100)
	outbox.SetName("outbox")
	coro.CreateTask(co, coro.Do1(mail, outbox), coro.Name("mailer"))
	return coro.Group(co, func(g *coro.TaskGroup) error {
		coro.CreateTask(g, coro.Do1(sweep, &cache), coro.Name("sweeper"))
		coro.CreateTask(g, coro.Do1(ingest, &cache), coro.Name("ingest"))
		late := coro.CreateTask(g, coro.Do1(ingest, &cache), coro.Name("late\tone"))
		coro.CreateTask(g, coro.Do1(awaits, &late), coro.Name("waits"))
		return nil
	})
}

func mail(co *coro.Co, outbox *queues.Queue[string]) error {
	_, err := outbox.Get(co)
	return err
}

func sweep(co *coro.Co, cache *locks.Lock) error {
	return cache.With(co, func() error {
		return coro.Timeout(co, 5*time.Second, func(*coro.TimeoutScope) error { return coro.Sleep(co, time.Second) })
	})
}

func ingest(co *coro.Co, cache *locks.Lock) error { return cache.With(co, func() error { return nil }) }

func gathers(co *coro.Co, task **coro.Task[coro.None]) error {
	return coro.Await(co, coro.Gather(co, coro.Awaitable[coro.None](*task)))
}

func awaits(co *coro.Co, task **coro.Task[coro.None]) error { return coro.Await(co, *task) }

func TestInspectText(t *testing.T) {
	t.Run("of a program", func(t *testing.T) {
		ps, tree := texts(t, seen(t, func(co *coro.Co) error {
			var x, y *coro.Task[coro.None]
			x = coro.CreateTask(co, coro.Do1(gathers, &y), coro.Name("x"))
			y = coro.CreateTask(co, coro.Do1(awaits, &x), coro.Name("y"))
			return serveAll(co)
		}))
		require.Equal(t, strings.TrimLeft(psGolden, "\n"), ps)
		require.Equal(t, strings.TrimLeft(treeGolden, "\n"), tree)
	})
	t.Run("of a loop that does not run", func(t *testing.T) {
		l := newLoop(t)
		release := l.Hold()
		l.CallSoon(func() {})
		coro.CreateTask(l, coro.Do(serveAll), coro.Quiet())
		coro.CreateTask(l, coro.Do(serveAll), coro.Quiet()).Cancel()
		ps, tree := texts(t, l.Snapshot())
		require.Equal(t, strings.TrimLeft(psIdle, "\n"), ps)
		require.Equal(t, strings.TrimLeft(treeIdle, "\n"), tree)
		release()
	})
}

const psGolden = `
loop  virtual time 500ms  tasks 8  ready 0  timers 2  outside 0
ID  TASK         STATE    WAITS FOR                       HELD BY                              CANCELS  AT
1   Task-1       waiting  task group (4 of 4 unfinished)  sweeper, ingest, "late\tone", waits  –        loop_test.seen.func1
2   x            waiting  gather of 1 (0 done)            y                                    –        loop_test.gathers
3   y            waiting  task "x"                        x                                    –        loop_test.awaits
4   mailer       waiting  an item of queue "outbox"       –                                    –        loop_test.mail
5   sweeper      waiting  sleep, 500ms left               –                                    –        loop_test.sweep
                          under timeout, 4.5s left
6   ingest       waiting  lock "cache", 1st of 2          sweeper                              –        loop_test.ingest
7   "late\tone"  waiting  lock "cache", 2nd of 2          sweeper                              –        loop_test.ingest
8   waits        waiting  task "late\tone"                "late\tone"                          –        loop_test.awaits
circle: x → y → x
`

const treeGolden = `
loop  virtual time 500ms  tasks 8  ready 0  timers 2  outside 0
Task-1  task group (4 of 4 unfinished)  loop_test.seen.func1
├─ sweeper  sleep, 500ms left, under timeout, 4.5s left  loop_test.sweep
├─ ingest  lock "cache", 1st of 2, held by sweeper  loop_test.ingest
├─ "late\tone"  lock "cache", 2nd of 2, held by sweeper  loop_test.ingest
└─ waits  task "late\tone"  loop_test.awaits
   └─ "late\tone"  (above)
nobody awaits: mailer  an item of queue "outbox"  loop_test.mail
x  gather of 1 (0 done)  loop_test.gathers
└─ y  task "x"  loop_test.awaits
   └─ x  (above)
circle: x → y → x
`

const psIdle = `
loop  virtual time 0s  tasks 2  ready 3  timers 0  outside 1 (1 hold)  not running
ID  TASK    STATE      WAITS FOR         HELD BY  CANCELS           AT
1   Task-1  not begun  2nd in the queue  –        –                 loop_test.serveAll
2   Task-2  not begun  3rd in the queue  –        1, not delivered  loop_test.serveAll
`

const treeIdle = `
loop  virtual time 0s  tasks 2  ready 3  timers 0  outside 1 (1 hold)  not running
nobody awaits: Task-1  not begun, 2nd in the queue  loop_test.serveAll
nobody awaits: Task-2  not begun, 3rd in the queue  loop_test.serveAll
`

func TestInspectValue(t *testing.T) {
	s := seen(t, func(co *coro.Co) error {
		task := spawn(co, "canceled", func(co *coro.Co) error {
			_ = coro.Sleep(co, time.Second)
			return coro.Timeout(co, time.Hour, func(*coro.TimeoutScope) error {
				return coro.Timeout(co, time.Minute, func(*coro.TimeoutScope) error { return coro.Sleep(co, coro.Forever) })
			})
		})
		if err := coro.Sleep(co, 0); err != nil {
			return err
		}
		task.Cancel()
		loop.Of(co).CallLater(time.Second/2, func() { spawn(co, "new", sleeping(0)) }) // later than the look
		return coro.Sleep(co, time.Second)
	}, loop.Debug(true))
	task := s.Tasks[1]
	require.Equal(t, []time.Duration{time.Minute, time.Hour}, task.Timeouts)
	require.Equal(t, 1, task.Canceling)
	require.Contains(t, task.Created, "inspect_test.go:")
	require.Contains(t, task.Func, "TestInspectValue.func1.1")
	require.Nil(t, s.Task(3))

	text, err := json.Marshal(s)
	require.NoError(t, err)
	var back loop.Snapshot
	require.NoError(t, json.Unmarshal(text, &back))
	require.Equal(t, *s, back)
}

func TestInspectStates(t *testing.T) {
	noLeak(t)
	l := newLoop(t)
	var lock locks.Lock
	spawn(l, "holder", func(co *coro.Co) error {
		return lock.With(co, func() error { return coro.Sleep(co, time.Second) })
	})
	first := spawn(l, "first", lock.Acquire)
	spawn(l, "second", lock.Acquire)
	require.NoError(t, l.RunUntilIdle())
	first.Cancel() // it is in line until it runs
	spawn(l, "new", sleeping(0))
	s := l.Snapshot(loop.Stacks(2))
	require.False(t, s.Running)
	require.Equal(t, loop.TaskReady, s.Tasks[1].State)
	require.Equal(t, 1, s.Tasks[1].Place)
	require.Nil(t, s.Tasks[1].On)
	require.Equal(t, 2, s.Tasks[2].On.Place)
	require.Equal(t, 2, s.Tasks[2].On.Of)
	require.Equal(t, loop.TaskNotBegun, s.Tasks[3].State)
	require.Equal(t, 2, s.Tasks[3].Place)
	require.NotEmpty(t, s.Tasks[0].Stack)
	require.NotEmpty(t, s.Tasks[1].Stack)
	require.Empty(t, s.Tasks[2].Stack)
	require.Contains(t, s.Tasks[0].Stack[0].String(), "coro.Sleep (")

	spawn(l, "looks", func(co *coro.Co) error {
		s, err := loop.Inspect(context.Background(), l) // of one's own loop
		require.NoError(t, err)
		require.Equal(t, loop.TaskRunning, s.Tasks[len(s.Tasks)-1].State)
		return nil
	})
	l.CallSoon(func() {
		_, err := loop.Inspect(context.Background(), l)
		require.NoError(t, err)
	})
	require.NoError(t, l.RunUntilIdle())
	for _, task := range coro.AllTasks(l) {
		task.Cancel()
	}
	require.NoError(t, l.RunUntilIdle())
}

// A task that a cancellation has taken out of a circle of awaits is ready.
func TestInspectCanceledCircle(t *testing.T) {
	noLeak(t)
	l := newLoop(t, loop.OnException(func(*loop.Loop, future.ErrorContext) {}))
	spawn(l, "main", func(co *coro.Co) error {
		tasks := circle(co, 2)
		if err := coro.Sleep(co, 0); err != nil {
			return err
		}
		require.Len(t, l.Snapshot().Circles, 1)
		require.True(t, tasks[0].Cancel())
		s := l.Snapshot()
		require.Empty(t, s.Circles)
		ready := 0
		for _, task := range s.Tasks[1:] {
			if task.State == loop.TaskReady {
				ready++
			}
		}
		require.Equal(t, 1, ready)
		return nil
	})
	require.NoError(t, l.RunUntilIdle())
}

type role struct {
	describe func() string
	holders  func() []coro.AnyTask
}

func (r *role) Describe() string        { return r.describe() }
func (r *role) Holders() []coro.AnyTask { return r.holders() }

// uncomparable cannot be compared with itself.
type uncomparable []int

func (uncomparable) Describe() string { return "a slice" }

// What the program says about its waits hides nothing else, whatever it does.
func TestInspectForeignRoles(t *testing.T) {
	fine := func() string { return "a gate" }
	nobody := func() []coro.AnyTask { return nil }
	for name, c := range map[string]struct {
		role    future.Role
		text    string
		holders string
	}{
		"good":                {&role{fine, nobody}, "a gate", "[]"},
		"Describe panics":     {&role{func() string { panic("no words") }, nobody}, "a *loop_test.role, whose Describe panics: no words", "[]"},
		"Describe ends":       {&role{func() string { runtime.Goexit(); return "" }, nobody}, "a *loop_test.role, whose Describe calls runtime.Goexit", "[]"},
		"Holders panics":      {&role{fine, func() []coro.AnyTask { panic("nobody") }}, "a gate", "[who is not known: its Holders panics: nobody]"},
		"Holders ends":        {&role{fine, func() []coro.AnyTask { runtime.Goexit(); return nil }}, "a gate", "[]"},
		"Holders gives a nil": {&role{fine, func() []coro.AnyTask { return []coro.AnyTask{nil} }}, "a gate", ""},
		"uncomparable":        {uncomparable{1}, "a slice", "[]"},
	} {
		t.Run(name, func(t *testing.T) {
			s := seen(t, func(co *coro.Co) error {
				for range 2 {
					spawn(co, "waits", func(co *coro.Co) error {
						core := new(future.Core)
						core.Init(co, c.role)
						return co.Suspend(core)
					})
				}
				spawn(co, "last", sleeping(time.Second))
				return coro.Sleep(co, time.Second)
			})
			require.Len(t, s.Tasks, 4)
			require.Equal(t, "last", s.Tasks[3].Name)
			require.Equal(t, "sleep until 1s", s.Tasks[3].On.Text)
			for _, task := range s.Tasks[1:3] {
				require.Equal(t, c.text, task.On.Text)
				require.Regexp(t, "^loop_test.(role|uncomparable)$", task.On.Kind)
				if c.holders != "" {
					require.Equal(t, c.holders, fmt.Sprint(task.Holders))
				} else {
					require.Contains(t, fmt.Sprint(task.Holders), "its Holders panics")
				}
			}
		})
	}
}

// A chain or circle of very many is shown in a bounded text, and takes no stack.
func TestInspectDeep(t *testing.T) {
	n := many(100_000)
	t.Run("circle", func(t *testing.T) {
		s := seenOf(t, func(co *coro.Co) future.Any { return circle(co, n)[0] })
		require.Len(t, s.Circles, 1)
		require.Equal(t, n-20, s.Circles[0].More)
		ps, tree := texts(t, s)
		require.Less(t, len(ps), 200*n)
		require.Less(t, len(tree), 10_000)
		require.Contains(t, tree, fmt.Sprintf("└─ and %d below\n", n-maxDepth-1))
		require.Contains(t, tree, fmt.Sprintf("→ %d more → Task-2\n", n-20))
	})
	t.Run("chain", func(t *testing.T) {
		s := seenOf(t, func(co *coro.Co) future.Any {
			var last *coro.Task[coro.None]
			for range n {
				before := last
				last = coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
					if before == nil {
						return coro.Sleep(co, time.Hour)
					}
					return coro.Await(co, before)
				}))
			}
			return last
		})
		_, tree := texts(t, s)
		require.Less(t, len(tree), 10_000)
		require.Contains(t, tree, fmt.Sprintf("└─ and %d below\n", n-maxDepth-1))
	})
	t.Run("all by all", func(t *testing.T) {
		const n = 300
		l := newLoop(t)
		all := make([]*coro.Task[coro.None], n)
		for i := range all {
			all[i] = coro.CreateTask(l, coro.Do(func(co *coro.Co) error {
				return coro.Await(co, coro.GatherErrors(co, all...))
			}), coro.Quiet())
		}
		require.NoError(t, l.RunUntilIdle())
		s := l.Snapshot()
		require.Len(t, s.Tasks[1].Holders, loop.MaxHolders)
		require.Equal(t, n-loop.MaxHolders, s.Tasks[1].MoreHolders)
		require.Len(t, s.Tasks[1].AwaitedBy, loop.MaxHolders)
		require.Equal(t, n-loop.MaxHolders, s.Tasks[1].MoreAwaitedBy)
		require.Len(t, s.Circles, 10)
		require.Positive(t, s.MoreCircles)
		ps, tree := texts(t, s)
		require.Less(t, len(ps)+len(tree), 400_000)
	})
}

// What many wait for is looked at once, whatever else there is between them.
func TestInspectSharedGathers(t *testing.T) {
	noLeak(t)
	const n = 1100 // whose square is more than is looked at
	l := newLoop(t)
	never := coro.NewFuture[int](l)
	all := make([]*coro.Task[coro.None], n)
	for i := range all {
		all[i] = coro.CreateTask(l, coro.Do(func(co *coro.Co) error { return coro.Await(co, never) }), coro.Quiet())
	}
	gathers := []*future.Future[[]error]{coro.GatherErrors(l, all...), coro.GatherErrors(l, all...)}
	for i := range all {
		coro.CreateTask(l, coro.Do(func(co *coro.Co) error { return coro.Await(co, gathers[i%2]) }), coro.Quiet())
	}
	require.NoError(t, l.RunUntilIdle())
	s := l.Snapshot()
	require.False(t, s.Cut)
	require.Len(t, s.Tasks[n].Holders, loop.MaxHolders)
	require.Equal(t, uint32(n+1), s.Tasks[0].AwaitedBy[0])
}

// seenOf is what there is to see of what begin creates, which ends when the task that it returns
// is canceled. To cancel each of a circle would take the square of their number.
func seenOf(t *testing.T, begin func(co *coro.Co) future.Any) (s *loop.Snapshot) {
	noLeak(t)
	require.NoError(t, loop.Main(func(co *coro.Co) error {
		task := begin(co)
		if err := coro.Sleep(co, time.Second); err != nil {
			return err
		}
		s = loop.Of(co).Snapshot()
		task.Cancel()
		require.ErrorIs(t, coro.Await(co, task), future.ErrCanceled)
		return nil
	}, loop.VirtualTime(true)))
	return s
}

// maxDepth is how deep a tree is shown.
const maxDepth = 30
