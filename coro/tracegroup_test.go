package coro_test

import (
	"errors"
	"testing"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/testkit"
)

func TestTraceOfTimeout(t *testing.T) {
	runTraced(t, []tracedProgram{
		// A deadline that has passed takes effect in the next iteration, in front of the
		// timers; the others are timers.
		{name: "when it takes effect", main: func(co *coro.Co, n *notes) {
			n.loop.CallSoon(n.noting("soon"))
			n.loop.CallLater(0, n.noting("timer"))
			for _, d := range []time.Duration{0, 10 * ms} {
				n.note("%s", outcome(coro.Timeout(co, d, func(s *coro.TimeoutScope) error {
					n.loop.CallSoon(n.noting("soon 2"))
					err := coro.Sleep(co, time.Second)
					n.note("%s, expired %t", outcome(err), s.Expired())
					return err
				})))
			}
		}, want: testkit.Trace{
			"0s soon",
			"0s soon 2",
			"0s timer",
			"0s CancelledError, expired true",
			"0s TimeoutError",
			"0s soon 2",
			"10ms CancelledError, expired true",
			"10ms TimeoutError",
		}},
		{name: "what it makes of cancellations and errors", main: func(co *coro.Co, n *notes) {
			me := co.Task()
			limited := func(d time.Duration, body func() error) string {
				return outcome(coro.Timeout(co, d, func(*coro.TimeoutScope) error { return body() }))
			}
			n.note("%s %d", limited(time.Second, func() error {
				n.loop.CallAt(n.loop.Time()+time.Second, func() { me.Cancel() })
				return coro.Sleep(co, 5*time.Second)
			}), me.Canceling())
			me.Uncancel()
			// A request that was not delivered before the block, and has no time in it, is
			// taken for the timeout's own: gh-134471, open.
			me.Cancel()
			n.note("after a cancel: %s %d", limited(0, func() error { return coro.Sleep(co, 0) }), me.Canceling())
			me.Uncancel()
			n.note("%s", outcome(coro.Sleep(co, 0)))
			me.Cancel()
			n.note("canceled before: %s %d", limited(time.Second, func() error { return coro.Sleep(co, 0) }), me.Canceling())
			me.Uncancel()
			n.note("%s %d", limited(time.Second, func() error {
				_ = coro.Sleep(co, 5*time.Second)
				return errTest
			}), me.Canceling())
			n.note("%s %d", limited(time.Second, func() error {
				_ = coro.Sleep(co, 5*time.Second)
				n.note("goes on %d", me.Canceling())
				return coro.Sleep(co, time.Second)
			}), me.Canceling())
		}, want: testkit.Trace{
			"1s CancelledError 1",
			"1s after a cancel: TimeoutError 1",
			"1s ok",
			"1s canceled before: CancelledError 1",
			"2s test 0",
			"3s goes on 1",
			"4s ok 0",
		}},
	})
}

func TestTraceOfGroup(t *testing.T) {
	runTraced(t, []tracedProgram{
		// The second cancellation ends one wait of the group for its tasks, and it waits
		// again.
		{name: "canceled twice", main: func(co *coro.Co, n *notes) {
			slow := func(name string, cleanup time.Duration) func(co *coro.Co) error {
				return func(co *coro.Co) error {
					err := coro.Sleep(co, 10*time.Second)
					n.note("%s canceled", name)
					_ = coro.Sleep(co, cleanup)
					n.note("%s cleaned up", name)
					return err
				}
			}
			r := testkit.Spawn(co, func(co *coro.Co) error {
				return coro.Group(co, func(g *coro.TaskGroup) error {
					testkit.Spawn(g, slow("a", 300*ms))
					testkit.Spawn(g, slow("b", 100*ms))
					return nil
				})
			})
			_ = coro.Sleep(co, 100*ms)
			r.Cancel()
			_ = coro.Sleep(co, 100*ms)
			r.Cancel()
			n.note("canceled again %d", r.Canceling())
			_, err := r.Await(co)
			n.note("%s %t %d", outcome(err), r.Canceled(), r.Canceling())
		}, want: testkit.Trace{
			"100ms a canceled",
			"100ms b canceled",
			"200ms canceled again 2",
			"200ms b cleaned up",
			"400ms a cleaned up",
			"400ms CancelledError true 2",
		}},
		{name: "order of the errors", main: func(co *coro.Co, n *notes) {
			fail := func(name string, d time.Duration) func(co *coro.Co) error {
				return func(co *coro.Co) error {
					if err := coro.Sleep(co, d); err != nil {
						n.note("%s canceled", name)
						return errors.New(name + "'s cleanup")
					}
					n.note("%s fails", name)
					return errors.New(name)
				}
			}
			err := coro.Group(co, func(g *coro.TaskGroup) error {
				testkit.Spawn(g, fail("a", 3*time.Second))
				testkit.Spawn(g, fail("b", time.Second))
				testkit.Spawn(g, fail("c", time.Second))
				testkit.Spawn(g, fail("d", 5*time.Second))
				_ = coro.Sleep(co, 10*time.Second)
				n.note("body canceled")
				return errors.New("body")
			})
			n.note("%s %d", outcome(err), co.Task().Canceling())
		}, want: testkit.Trace{
			"1s b fails",
			"1s c fails",
			"1s a canceled",
			"1s d canceled",
			"1s body canceled",
			"1s group[b c a's cleanup d's cleanup body] 0",
		}},
		// What is to end the program comes alone, and before the group takes back what it
		// asked of its parent.
		{name: "errors that end the program", main: func(co *coro.Co, n *notes) {
			err := coro.Group(co, func(g *coro.TaskGroup) error {
				coro.CreateTask(g, crashAfter(time.Second, errTest))
				_ = coro.Sleep(co, 10*time.Second)
				return &future.SystemExit{Code: 1}
			})
			n.note("%s %d", outcome(err), co.Task().Canceling())
			co.Task().Uncancel()
			err = coro.Group(co, func(g *coro.TaskGroup) error {
				coro.CreateTask(g, crashAfter(time.Second, errTest))
				return future.ErrKeyboardInterrupt
			})
			n.note("%s %d", outcome(err), co.Task().Canceling())
		}, want: testkit.Trace{
			"1s exit status 1 1",
			"1s keyboard interrupt 0",
		}},
		// A cancellation from outside that met an error is armed again.
		{name: "an error and a cancellation", main: func(co *coro.Co, n *notes) {
			r := testkit.Spawn(co, func(co *coro.Co) error {
				err := coro.Group(co, func(g *coro.TaskGroup) error {
					coro.CreateTask(g, crashAfter(time.Second, errTest))
					return coro.Sleep(co, 10*time.Second)
				})
				n.note("%s %d", outcome(err), co.Task().Canceling())
				for range 2 {
					n.note("sleep %s %d", outcome(coro.Sleep(co, 0)), co.Task().Canceling())
				}
				return nil
			})
			_ = coro.Sleep(co, 0)
			n.loop.CallAt(n.loop.Time()+time.Second, func() {
				n.loop.CallSoon(func() {
					r.Cancel()
					n.note("canceled from outside %d", r.Canceling())
				})
			})
			_, _ = r.Await(co)
			r = testkit.Spawn(co, func(co *coro.Co) error {
				return coro.Group(co, func(g *coro.TaskGroup) error {
					coro.CreateTask(g, crashAfter(time.Second, errTest))
					co.Task().Cancel()
					n.note("body %s", outcome(coro.Sleep(co, 0)))
					n.note("body goes on %s %d", outcome(coro.Sleep(co, 10*time.Second)), co.Task().Canceling())
					return nil
				})
			})
			_, err := r.Await(co)
			n.note("%s %d", outcome(err), r.Canceling())
		}, want: testkit.Trace{
			"1s canceled from outside 1",
			"1s group[test] 1",
			"1s sleep CancelledError 1",
			"1s sleep ok 1",
			"1s body CancelledError",
			"2s body goes on CancelledError 2",
			"2s group[test] 1",
		}},
		{name: "tasks created while it waits", main: func(co *coro.Co, n *notes) {
			_ = coro.Group(co, func(g *coro.TaskGroup) error {
				testkit.Spawn(g, func(co *coro.Co) error {
					err := coro.Sleep(co, time.Second)
					coro.CreateTask(g, n.sleeper("later", 500*ms, nil))
					n.note("one more")
					return err
				})
				coro.CreateTask(g, n.sleeper("early", 200*ms, nil))
				n.note("body ends")
				return nil
			})
			n.note("group ends")
		}, want: testkit.Trace{
			"0s body ends",
			"200ms early wakes",
			"1s one more",
			"1.5s later wakes",
			"1.5s group ends",
		}},
		// Even one that has failed inside CreateTask is told of through the loop.
		{name: "a task that fails at once", main: func(co *coro.Co, n *notes) {
			n.loop.CallSoon(func() { n.iterations(6) })
			err := coro.Group(co, func(g *coro.TaskGroup) error {
				testkit.Spawn(g, func(*coro.Co) error {
					n.note("fails")
					return errTest
				})
				n.note("created %d", co.Task().Canceling())
				for range 3 {
					n.note("body %s %d", outcome(coro.Sleep(co, 0)), co.Task().Canceling())
				}
				return nil
			})
			n.note("%s %d", outcome(err), co.Task().Canceling())
			_ = coro.Sleep(co, ms)
		}, want: testkit.Trace{
			"0s created 0",
			"0s --",
			"0s fails",
			"0s body ok 0",
			"0s --",
			"0s body CancelledError 1",
			"0s --",
			"0s body ok 1",
			"0s group[test] 0",
			"0s --",
			"0s --",
			"0s --",
		}, eager: testkit.Trace{
			"0s fails",
			"0s created 0",
			"0s --",
			"0s body CancelledError 1",
			"0s --",
			"0s body ok 1",
			"0s --",
			"0s body ok 1",
			"0s group[test] 0",
			"0s --",
			"0s --",
			"0s --",
		}},
		{name: "its iterations", main: func(co *coro.Co, n *notes) {
			child := func(name string) func(co *coro.Co) error {
				return func(co *coro.Co) error {
					n.note("%s begins", name)
					err := coro.Sleep(co, 0)
					n.note("%s ends", name)
					return err
				}
			}
			n.loop.CallSoon(func() { n.iterations(6) })
			_ = coro.Group(co, func(g *coro.TaskGroup) error {
				testkit.Spawn(g, child("a")).AddDoneCallback(n.noting("a is done"))
				testkit.Spawn(g, child("b"))
				n.note("body ends")
				return nil
			})
			n.note("group ends")
			_ = coro.Sleep(co, ms)
		}, want: testkit.Trace{
			"0s body ends",
			"0s --",
			"0s a begins",
			"0s b begins",
			"0s --",
			"0s a ends",
			"0s b ends",
			"0s --",
			"0s a is done",
			"0s --",
			"0s group ends",
			"0s --",
			"0s --",
		}, eager: testkit.Trace{
			"0s a begins",
			"0s b begins",
			"0s body ends",
			"0s --",
			"0s a ends",
			"0s b ends",
			"0s --",
			"0s a is done",
			"0s --",
			"0s group ends",
			"0s --",
			"0s --",
			"0s --",
		}},
		// It ends the run, and the cleanup of that finds the group as it stood.
		{name: "a task ends the program", main: func(co *coro.Co, n *notes) {
			err := coro.Group(co, func(g *coro.TaskGroup) error {
				testkit.Spawn(g, func(co *coro.Co) error {
					_ = coro.Sleep(co, time.Second)
					n.note("interrupt")
					return future.ErrKeyboardInterrupt
				})
				coro.CreateTask(g, n.sleeper("other", 5*time.Second, nil))
				err := coro.Sleep(co, 9*time.Second)
				n.note("body canceled")
				return err
			})
			n.note("group ended with %s", outcome(err))
		}, want: testkit.Trace{
			"1s interrupt",
			"1s body canceled",
			"1s other canceled",
			"1s group ended with keyboard interrupt",
		}, err: future.ErrKeyboardInterrupt},
	})
}
