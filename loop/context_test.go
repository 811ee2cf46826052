package loop_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

// What comes to the loop from a task, a callback, or a function on an executor is in a
// copy of the caller's context; from an ordinary goroutine it is in a copy of the loop's.
func TestContextOfCallers(t *testing.T) {
	v := coro.NewVar("v", "default")
	get := func(co *coro.Co) (string, error) { return v.Get(co), nil }
	type caller func(co *coro.Co, call func(l *loop.Loop)) error
	callers := map[string]struct {
		want string
		call caller
	}{
		"a task": {"main's", func(co *coro.Co, call func(*loop.Loop)) error {
			call(loop.Of(co))
			return nil
		}},
		"a task that has set nothing itself": {"main's", func(co *coro.Co, call func(*loop.Loop)) error {
			_, err := coro.CreateTask(co, coro.Do(func(co *coro.Co) error { call(loop.Of(co)); return nil })).Await(co)
			return err
		}},
		"an eager task": {"main's", func(co *coro.Co, call func(*loop.Loop)) error {
			_, err := coro.CreateTask(co, coro.Do(func(co *coro.Co) error { call(loop.Of(co)); return nil }), coro.Eager(true)).Await(co)
			return err
		}},
		"a callback": {"main's", func(co *coro.Co, call func(*loop.Loop)) error {
			l := loop.Of(co)
			done := loop.CreateFuture[int](l)
			l.CallSoon(func() { call(l); _ = done.SetResult(1) })
			_, err := done.Await(co)
			return err
		}},
		"a callback that the loop's goroutine calls": {"main's", func(co *coro.Co, call func(*loop.Loop)) error {
			l := loop.Of(co)
			l.CallLater(time.Millisecond, func() { call(l) })
			return coro.Sleep(co, 2*time.Millisecond)
		}},
		"ToThread": {"main's", func(co *coro.Co, call func(*loop.Loop)) error {
			l := loop.Of(co)
			_, err := loop.ToThreadDo(func(context.Context) error { call(l); return nil })(co)
			return err
		}},
		"Go": {"main's", func(co *coro.Co, call func(*loop.Loop)) error {
			l := loop.Of(co)
			_, err := loop.GoDo(func(context.Context) error { call(l); return nil })(co)
			return err
		}},
		"RunInExecutor, which hands no context on": {"the loop's", func(co *coro.Co, call func(*loop.Loop)) error {
			l := loop.Of(co)
			f, err := loop.RunInExecutor(l, nil, func() (int, error) { call(l); return 1, nil })
			if err == nil {
				_, err = f.Await(co)
			}
			return err
		}},
		"a task of another loop": {"the other's", func(co *coro.Co, call func(*loop.Loop)) error {
			l := loop.Of(co)
			_, err := loop.GoDo(func(context.Context) error {
				return loop.Main(func(co *coro.Co) error {
					v.Set(co, "the other's")
					call(l)
					return nil
				})
			})(co)
			return err
		}},
	}
	ways := map[string]func(t *testing.T, l *loop.Loop) func(co *coro.Co) (string, error){
		"Submit": func(t *testing.T, l *loop.Loop) func(co *coro.Co) (string, error) {
			f, err := loop.Submit(l, get)
			require.NoError(t, err)
			return loop.Go(func(ctx context.Context) (string, error) { return f.Wait(ctx) })
		},
		"CallSoonThreadsafe": func(t *testing.T, l *loop.Loop) func(co *coro.Co) (string, error) {
			seen := make(chan string, 1)
			_, err := l.CallSoonThreadsafe(func() { seen <- v.Get(l); v.Set(l, "the callback's") })
			require.NoError(t, err)
			return loop.Receive(seen)
		},
	}
	for name, caller := range callers {
		for way, call := range ways {
			t.Run(way+" from "+name, func(t *testing.T) {
				r := loop.NewRunner()
				v.Set(r.Loop(), "the loop's")
				_, err := loop.RunIn(r, coro.Do(func(co *coro.Co) error {
					v.Set(co, "main's")
					var result func(co *coro.Co) (string, error)
					if err := caller.call(co, func(l *loop.Loop) { result = call(t, l) }); err != nil {
						return err
					}
					got, err := result(co)
					require.Equal(t, caller.want, got)
					require.Equal(t, "main's", v.Get(co), "it is a copy")
					return err
				}))
				require.NoError(t, err)
				require.NoError(t, r.Close())
			})
		}
	}
}

// Loops side by side, each with coroutines that post to all of them: each callback has
// the context of its poster.
func TestContextOfCallersOfManyLoops(t *testing.T) {
	const loops, tasks = 3, 50
	v := coro.NewVar("v", -1)
	var seen [loops][loops]int // by loop, and by poster
	var posts, mains sync.WaitGroup
	posts.Add(loops * loops * tasks)
	var all [loops]*loop.Loop
	for i := range all {
		all[i] = loop.New()
	}
	for i, l := range all {
		mains.Go(func() {
			_, err := loop.RunUntilComplete(l, coro.Do(func(co *coro.Co) error {
				for range tasks {
					coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
						v.Set(co, i)
						for j, other := range all {
							_, err := other.CallSoonThreadsafe(func() { seen[j][v.Get(other)]++; posts.Done() })
							if err != nil {
								return err
							}
						}
						return nil
					}))
				}
				_, err := loop.GoDo(func(context.Context) error { posts.Wait(); return nil })(co)
				return err
			}))
			if err != nil {
				panic(err)
			}
		})
	}
	mains.Wait()
	for i, l := range all {
		require.Equal(t, [loops]int{tasks, tasks, tasks}, seen[i])
		require.NoError(t, l.Close())
	}
}

// A callback can be given a context, in which it is called itself.
func TestInContext(t *testing.T) {
	v := coro.NewVar("v", 0)
	require.NoError(t, loop.Main(func(co *coro.Co) error {
		l := loop.Of(co)
		given := co.Vars().Copy()
		in := loop.InContext(given)
		more := func() { v.Set(l, v.Get(l)+1) }
		f := loop.CreateFuture[int](l)
		l.CallSoon(more, in)
		l.CallLater(time.Millisecond, more, in)
		l.CallAt(l.Time()+time.Millisecond, more, in)
		_, err := l.CallSoonThreadsafe(more, in)
		require.NoError(t, err)
		f.AddDoneCallback(more, in)
		require.NoError(t, f.SetResult(1))
		require.NoError(t, coro.Sleep(co, 2*time.Millisecond))
		require.Equal(t, 5, v.Get(given))
		require.Zero(t, v.Get(co))

		l.CallSoon(more) // the memory of a call is used again, its context is not
		_, err = l.CallSoonThreadsafe(more)
		require.NoError(t, err)
		require.NoError(t, coro.Sleep(co, time.Millisecond))
		require.Equal(t, 5, v.Get(given))
		require.Zero(t, v.Get(co))
		return nil
	}, loop.VirtualTime(true)))
	require.PanicsWithValue(t, "loop: InContext of nil", func() { loop.InContext(nil) })
}
