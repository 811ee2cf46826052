package coro

import "github.com/ouro-loop/ouro/future"

// EnsureFuture gives the future of aw: aw itself if it is a future or a task, and
// of anything else a task that awaits it, created with opts.
//
// Semantics: asyncio.ensure_future, CPython 3.14.
func EnsureFuture[T any](s Spawner, aw Awaitable[T], opts ...TaskOption) *future.Future[T] {
	switch aw := aw.(type) {
	case interface{ AsFuture() *future.Future[T] }:
		return aw.AsFuture()
	case Func[T]:
		return &CreateTask(s, aw, opts...).Future
	}
	return &CreateTask(s, func(co *Co) (T, error) { return aw.Await(co) }, opts...).Future
}
