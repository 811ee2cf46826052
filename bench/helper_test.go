package bench

import (
	"testing"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

// onLoop runs a benchmark as the main task of a loop. What comes before and after
// the b.Loop in it is not measured.
func onLoop(b *testing.B, main func(co *coro.Co) error, opts ...loop.Option) {
	b.Helper()
	b.ReportAllocs()
	if err := loop.Main(main, opts...); err != nil {
		b.Fatal(err)
	}
}

// perEach reports the time of one of the n things that every operation did.
func perEach(b *testing.B, n int, what string) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/"+what)
}

// notShort skips a benchmark that is large.
func notShort(b *testing.B, n int) {
	b.Helper()
	if n >= 1_000_000 && testing.Short() {
		b.Skip("a million of them, with -short")
	}
}

// await waits for any of the awaitables, when the result does not matter.
func await[T any](co *coro.Co, aw coro.Awaitable[T]) error {
	_, err := aw.Await(co)
	return err
}

func one(*coro.Co) (int, error) { return 1, nil }

func nothing() {}

// delays is a sequence of random durations of up to a second, the same each time,
// that costs nothing to speak of.
type delays uint64

func (d *delays) next() time.Duration { return time.Duration(d.bits() >> 34) }

// below is a number from 0 to n-1.
func (d *delays) below(n int) int { return int(d.bits() >> 32 * uint64(n) >> 32) }

func (d *delays) bits() uint64 {
	*d = *d*6364136223846793005 + 1442695040888963407
	return uint64(*d)
}
