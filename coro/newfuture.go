package coro

import "github.com/ouro-loop/ouro/future"

// NewFuture makes a pending future of the loop that s is on: it is [future.New], for who has
// a Co at hand.
//
// Semantics: asyncio.loop.create_future.
func NewFuture[T any](s Spawner) *future.Future[T] {
	return future.New[T]((*future.Scheduler)(schedulerOf(s)))
}
