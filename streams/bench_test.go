package streams_test

import (
	"testing"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/streams"
)

// BenchmarkPipe is a Write and the Read of it, where neither has to wait: what a Conn is on top of its
// transport.
func BenchmarkPipe(b *testing.B) {
	_ = loop.Main(func(co *coro.Co) error {
		one, other := streams.Pipe(co)
		p := make([]byte, 1024)
		b.ReportAllocs()
		for b.Loop() {
			if _, err := one.Write(p); err != nil {
				return err
			}
			if _, err := other.Read(p); err != nil {
				return err
			}
		}
		return nil
	}, loop.VirtualTime(true))
}
