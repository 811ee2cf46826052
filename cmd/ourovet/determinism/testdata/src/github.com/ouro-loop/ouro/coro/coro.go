// Package coro has of the real one what the tests need.
package coro

import (
	"iter"
	"time"

	"github.com/ouro-loop/ouro/future"
)

type Co struct{}

func (co *Co) Suspend() error      { return nil }
func (co *Co) Time() time.Duration { return 0 }

type (
	None             = struct{}
	Func[T any]      func(co *Co) (T, error)
	Awaitable[T any] interface {
		Await(w future.Waiter) (T, error)
	}
	Spawner             interface{}
	TaskGroup           struct{}
	Yielder[T any]      struct{}
	Task[T any]         struct{ future.Future[T] }
	Settled[T any]      struct{}
	TimeoutScope        struct{}
	CompletionOf[T any] struct{}
)

func (f Func[T]) Await(w future.Waiter) (T, error)    { return f(w.(*Co)) }
func (t *Task[T]) Cancel(msg ...string) bool          { return true }
func (y *Yielder[T]) Co() *Co                         { return nil }
func (y *Yielder[T]) Yield(v T) error                 { return nil }
func AllTasks(co *Co) []*Task[None]                   { return nil }
func Do(f func(co *Co) error) Func[None]              { return nil }
func Do1[A any](f func(*Co, A) error, a A) Func[None] { return nil }
func Sleep(co *Co, d time.Duration) error             { return nil }

func CreateTask[T any](s Spawner, f Func[T]) *Task[T]                                   { return nil }
func EnsureFuture[T any](s Spawner, aw Awaitable[T]) *future.Future[T]                  { return nil }
func Gather[T any](co *Co, aws ...Awaitable[T]) *future.Future[[]T]                     { return nil }
func GatherErrors[T any](co *Co, aws ...Awaitable[T]) *future.Future[[]T]               { return nil }
func GatherSettled[T any](co *Co, aws ...Awaitable[T]) *future.Future[[]T]              { return nil }
func Shield[T any](co *Co, aw Awaitable[T]) *future.Future[T]                           { return nil }
func AsCompleted[T any](co *Co, d time.Duration, aws ...Awaitable[T]) iter.Seq[Func[T]] { return nil }
func Group(co *Co, body func(g *TaskGroup) error) error                                 { return nil }
func Timeout(co *Co, d time.Duration, body func(t *TimeoutScope) error) error           { return nil }
