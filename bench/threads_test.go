package bench

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
)

// BenchmarkToThread is a call of a function on another goroutine, awaited: one at a
// time, or one of 16 that are awaited together. The floor is a goroutine woken over a
// channel, which answers over another; for 16, so many goroutines.
func BenchmarkToThread(b *testing.B) {
	work := loop.ToThread(func(context.Context) (int, error) { return 1, nil })
	b.Run("calls=1/ouro", func(b *testing.B) {
		onLoop(b, func(co *coro.Co) error {
			cost := measure(b)
			for b.Loop() {
				if err := await(co, work); err != nil {
					return err
				}
			}
			cost.report()
			return nil
		})
	})
	b.Run("calls=1/floor", func(b *testing.B) { wakeOverChannels(b, 1) })

	const n = 16
	b.Run("calls=16/ouro", func(b *testing.B) {
		calls := make([]coro.Awaitable[int], n)
		for i := range calls {
			calls[i] = work
		}
		onLoop(b, func(co *coro.Co) error {
			cost := measure(b)
			for b.Loop() {
				if err := await(co, coro.Gather(co, calls...)); err != nil {
					return err
				}
			}
			cost.report()
			return nil
		})
		perEach(b, n, "call")
	})
	b.Run("calls=16/floor", func(b *testing.B) {
		wakeOverChannels(b, n)
		perEach(b, n, "call")
	})
}

// wakeOverChannels wakes n goroutines, and waits for the answers of all.
func wakeOverChannels(b *testing.B, n int) {
	wakes, answers := make([]chan int, n), make(chan int)
	for i := range wakes {
		wakes[i] = make(chan int)
		go func() {
			for v := range wakes[i] {
				answers <- v
			}
		}()
		defer close(wakes[i])
	}
	b.ReportAllocs()
	cost := measure(b)
	for b.Loop() {
		for _, wake := range wakes {
			wake <- 1
		}
		for range n {
			<-answers
		}
	}
	cost.report()
}

// BenchmarkCallSoonThreadsafe is one callback from another goroutine, of which so
// many send as fast as they can, from its sending to its call. The floors are what a
// program would do without a loop: send the function on a channel with room for
// 1,024, or append it to a slice under a mutex, which the receiver takes as a whole.
func BenchmarkCallSoonThreadsafe(b *testing.B) {
	for _, goroutines := range []int{1, 8, 64} {
		b.Run(fmt.Sprintf("goroutines=%d/ouro", goroutines), func(b *testing.B) {
			onLoop(b, func(co *coro.Co) error {
				l := loop.Of(co)
				cost := measure(b)
				for b.Loop() {
					all := &countdown{batch, loop.CreateFuture[coro.None](l)}
					send(goroutines, func() {
						_, err := l.CallSoonThreadsafe(func() { all.call() })
						if err != nil {
							panic(err)
						}
					})
					if err := await(co, all.done); err != nil {
						return err
					}
				}
				cost.report()
				return nil
			})
			perEach(b, batch, "call")
		})
		b.Run(fmt.Sprintf("goroutines=%d/channel", goroutines), func(b *testing.B) {
			ch := make(chan func(), 1024)
			b.ReportAllocs()
			cost := measure(b)
			for b.Loop() {
				left := batch
				send(goroutines, func() { ch <- func() { left-- } })
				for left > 0 {
					(<-ch)()
				}
			}
			cost.report()
			perEach(b, batch, "call")
		})
		b.Run(fmt.Sprintf("goroutines=%d/mutex", goroutines), func(b *testing.B) {
			var inbox mutexInbox
			inbox.wake = make(chan struct{}, 1)
			b.ReportAllocs()
			cost := measure(b)
			for b.Loop() {
				left := batch
				send(goroutines, func() { inbox.send(func() { left-- }) })
				for left > 0 {
					inbox.receive()
				}
			}
			cost.report()
			perEach(b, batch, "call")
		})
	}
}

// A countdown sets a future when it has been called so many times. It is one, so that
// our functions are as large as those of the floors.
type countdown struct {
	left int
	done *future.Future[coro.None]
}

func (c *countdown) call() {
	if c.left--; c.left == 0 {
		_ = c.done.SetResult(coro.None{})
	}
}

// batch is how many callbacks an operation sends: enough that the goroutines, which
// it starts, cost little beside them.
const batch = 64 * 400

// send has goroutines call post, batch times in all.
func send(goroutines int, post func()) {
	for range goroutines {
		go func() {
			for range batch / goroutines {
				post()
			}
		}()
	}
}

type mutexInbox struct {
	mu           sync.Mutex
	posts, spare []func()
	wake         chan struct{}
}

func (b *mutexInbox) send(f func()) {
	b.mu.Lock()
	first := len(b.posts) == 0
	b.posts = append(b.posts, f)
	b.mu.Unlock()
	if first {
		select {
		case b.wake <- struct{}{}:
		default:
		}
	}
}

// receive waits until there is something, and calls it all.
func (b *mutexInbox) receive() {
	<-b.wake
	b.mu.Lock()
	posts := b.posts
	b.posts = b.spare
	b.mu.Unlock()
	for i, f := range posts {
		f()
		posts[i] = nil
	}
	b.spare = posts[:0]
}
