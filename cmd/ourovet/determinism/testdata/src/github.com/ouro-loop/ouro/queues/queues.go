// Package queues has of the real one what the tests need.
package queues

import (
	"iter"

	"github.com/ouro-loop/ouro/coro"
)

type (
	Queue[T any]         struct{}
	LifoQueue[T any]     struct{}
	PriorityQueue[T any] struct{}
)

func (q *Queue[T]) All(co *coro.Co) iter.Seq2[T, error] { return nil }
func (q *Queue[T]) PutNowait(v T) error                 { return nil }
func (q *LifoQueue[T]) PutNowait(v T) error             { return nil }
func (q *PriorityQueue[T]) PutNowait(v T) error         { return nil }
