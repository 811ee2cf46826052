package locks_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/locks"
)

// lockables are one of each kind of what With works on.
func lockables() map[string]lockable {
	return map[string]lockable{
		"Lock":             new(locks.Lock),
		"Condition":        new(locks.Condition),
		"Semaphore":        locks.NewSemaphore(1),
		"BoundedSemaphore": locks.NewBoundedSemaphore(1),
	}
}

func TestWith(t *testing.T) {
	for kind, l := range lockables() {
		t.Run(kind, func(t *testing.T) {
			// CPython: test_locks.LockTests.test_context_manager
			// CPython: test_locks.ConditionTests.test_context_manager
			t.Run("holds it for the body", func(t *testing.T) {
				testkit.Run(t, func(co *coro.Co) {
					require.False(t, l.Locked())
					require.NoError(t, l.With(co, func() error {
						require.True(t, l.Locked())
						return nil
					}))
					require.False(t, l.Locked())
				})
			})
			t.Run("releases after an error, and returns it", func(t *testing.T) {
				testkit.Run(t, func(co *coro.Co) {
					require.Same(t, errTest, l.With(co, func() error { return errTest }))
					require.False(t, l.Locked())
				})
			})
			t.Run("releases after a panic, and lets it pass", func(t *testing.T) {
				testkit.Run(t, func(co *coro.Co) {
					task := testkit.Spawn(co, func(co *coro.Co) error {
						return l.With(co, func() error { panic("oh") })
					})
					_, err := task.Await(co)
					var p *future.PanicError
					require.ErrorAs(t, err, &p)
					require.Equal(t, "oh", p.Value)
					require.False(t, l.Locked())
				})
			})
			t.Run("refuses a nil body before it acquires anything", func(t *testing.T) {
				testkit.Run(t, func(co *coro.Co) {
					refuse := func() error {
						require.PanicsWithValue(t, "locks: With of a nil function", func() { _ = l.With(co, nil) })
						return nil
					}
					require.NoError(t, refuse())
					require.False(t, l.Locked())
					require.NoError(t, l.With(co, refuse), "it does not wait either")
				})
			})
			t.Run("releases after a cancellation", func(t *testing.T) {
				testkit.Run(t, func(co *coro.Co) {
					task := testkit.Spawn(co, func(co *coro.Co) error {
						return l.With(co, func() error { return coro.Sleep(co, ms) })
					})
					testkit.Pass(t, co, 1)
					require.True(t, l.Locked())
					task.Cancel()
					testkit.WaitCanceled(t, co, task)
					require.False(t, l.Locked())
				})
			})
			t.Run("does not run the body without it", func(t *testing.T) {
				testkit.Run(t, func(co *coro.Co) {
					require.NoError(t, l.Acquire(co))
					ran := false
					task := testkit.Spawn(co, func(co *coro.Co) error {
						return l.With(co, func() error {
							ran = true
							return nil
						})
					})
					testkit.Pass(t, co, 1)
					task.Cancel()
					testkit.WaitCanceled(t, co, task)
					require.False(t, ran)
					require.True(t, l.Locked(), "it was not the canceled task's to release")
				})
			})
		})
	}
}

// A body that has released the lock itself makes the release of the block fail. That
// is the block's error, as an exception of __aexit__ takes the place of the body's.
func TestWithReleasedInside(t *testing.T) {
	var mu locks.Lock
	sem := locks.NewBoundedSemaphore(1)
	for _, test := range []struct {
		name    string
		l       lockable
		release func() error
		want    error
	}{
		{"lock", &mu, mu.Release, locks.ErrNotAcquired},
		{"bounded semaphore", sem, sem.Release, locks.ErrTooManyReleases},
	} {
		t.Run(test.name, func(t *testing.T) {
			testkit.Run(t, func(co *coro.Co) {
				require.Same(t, test.want, test.l.With(co, test.release))

				err := test.l.With(co, func() error {
					require.NoError(t, test.release())
					return errTest
				})
				require.ErrorIs(t, err, test.want)
				require.NotErrorIs(t, err, errTest)
				require.ErrorContains(t, err, "after: test")

				err = test.l.With(co, func() error {
					require.NoError(t, test.release())
					return future.NewCanceledError()
				})
				require.ErrorIs(t, err, test.want)
				require.False(t, future.IsCanceled(err))
			})
		})
	}
}

func TestWithAllocatesNothing(t *testing.T) {
	var mu locks.Lock
	var cond locks.Condition
	sem, bounded := locks.NewSemaphore(1), locks.NewBoundedSemaphore(1)
	n := 0
	for name, with := range map[string]func(co *coro.Co) error{
		"Lock":             func(co *coro.Co) error { return mu.With(co, func() error { n++; return nil }) },
		"Condition":        func(co *coro.Co) error { return cond.With(co, func() error { n++; return nil }) },
		"Semaphore":        func(co *coro.Co) error { return sem.With(co, func() error { n++; return nil }) },
		"BoundedSemaphore": func(co *coro.Co) error { return bounded.With(co, func() error { n++; return nil }) },
	} {
		t.Run(name, func(t *testing.T) {
			testkit.Run(t, func(co *coro.Co) {
				require.Zero(t, testing.AllocsPerRun(100, func() {
					if err := with(co); err != nil {
						panic(err)
					}
				}))
			})
		})
	}
}

// A block without a body is refused before anything is acquired.
func TestNilBody(t *testing.T) {
	testkit.Run(t, func(co *coro.Co) {
		for kind, l := range lockables() {
			require.PanicsWithValue(t, "locks: With of a nil function", func() { _ = l.With(co, nil) }, kind)
			require.False(t, l.Locked())
		}
		var changed locks.Condition
		require.PanicsWithValue(t, "locks: WaitFor of a nil function", func() { _ = changed.WaitFor(co, nil) })
	})
}

// A block with a result holds what it is given for the body, as With does, and gives the
// result if there is no error.
func TestWithValue(t *testing.T) {
	testkit.Run(t, func(co *coro.Co) {
		for kind, l := range lockables() {
			v, err := locks.WithValue(co, l, func() (string, error) {
				require.True(t, l.Locked(), kind)
				return "held", nil
			})
			require.NoError(t, err, kind)
			require.Equal(t, "held", v, kind)
			require.False(t, l.Locked(), kind)

			v, err = locks.WithValue(co, l, func() (string, error) { return "half", errTest })
			require.Same(t, errTest, err, kind)
			require.Empty(t, v, kind)
			require.False(t, l.Locked(), kind)

			require.PanicsWithValue(t, "locks: WithValue of a nil function", func() { _, _ = locks.WithValue[int](co, l, nil) })
			require.False(t, l.Locked(), kind)
		}
		var mu locks.Lock
		v, err := locks.WithValue(co, &mu, func() (string, error) { return "released", mu.Release() })
		require.ErrorIs(t, err, locks.ErrNotAcquired)
		require.Empty(t, v)
	})
}
