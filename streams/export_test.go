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

// UseGoroutines has goroutines wait for sockets from then on, as on systems without descriptors to watch. It
// reports false where they do anyway.
func UseGoroutines() bool {
	if OnGoroutines() {
		return false
	}
	native = goroutines{}
	return true
}

// OnGoroutines reports whether goroutines wait for sockets.
func OnGoroutines() bool {
	_, ok := native.(goroutines)
	return ok
}
