// Package loop has of the real one what the tests need.
package loop

import (
	"context"
	"io"
	"math/rand/v2"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/executor"
	"github.com/ouro-loop/ouro/future"
)

type Loop struct{}

func Of(co *coro.Co) *Loop { return nil }

func (l *Loop) Now() time.Time                      { return time.Now() }
func (l *Loop) Rand() *rand.Rand                    { return nil }
func (l *Loop) Entropy() io.Reader                  { return nil }
func (l *Loop) CallAt(when time.Duration, f func()) {}
func (l *Loop) CallLater(d time.Duration, f func()) {}
func (l *Loop) CallSoon(f func())                   {}
func (l *Loop) OnWake(f func())                     {}

func RunGuest[T any](main coro.Func[T], soon func(step func()), done func(v T, err error)) {}

func Go[T any](f func(ctx context.Context) (T, error)) coro.Func[T]                      { return nil }
func GoDo(f func(ctx context.Context) error) coro.Func[coro.None]                        { return nil }
func ToThread[T any](f func(ctx context.Context) (T, error)) coro.Func[T]                { return nil }
func ToThreadDo(f func(ctx context.Context) error) coro.Func[coro.None]                  { return nil }
func SubmitAndWait[T any](ctx context.Context, l *Loop, f coro.Func[T]) (v T, err error) { return }

func RunInExecutor[T any](l *Loop, e executor.Executor, f func() (T, error)) (*future.Future[T], error) {
	return nil, nil
}
