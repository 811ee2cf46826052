// Package future has of the real one what the tests need.
package future

type Waiter interface{ Suspend() error }

type Core struct{}

func (c *Core) Cancel(msg ...string) bool { return true }

type Future[T any] struct{ Core }

func (f *Future[T]) Await(w Waiter) (v T, err error) { return }
func (f *Future[T]) Cancel(msg ...string) bool       { return true }
func (f *Future[T]) Done() bool                      { return true }
func (f *Future[T]) SetResult(v T) error             { return nil }
func (f *Future[T]) SetError(err error) error        { return nil }
