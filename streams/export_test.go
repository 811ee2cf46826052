package streams

import (
	"context"
	"io"

	"github.com/ouro-loop/ouro/coro"
)

// Obtain has something made on a goroutine.
func Obtain[T io.Closer](co *coro.Co, f func(ctx context.Context) (T, error)) (T, error) {
	return obtain(co, context.Background(), f)
}
