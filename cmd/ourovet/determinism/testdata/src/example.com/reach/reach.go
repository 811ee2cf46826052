// Package reach has what coroutines lead to, and what they do not.
package reach

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

type shop struct{ opened time.Time }

func (s *shop) open(co *coro.Co) error {
	s.stamp()
	return coro.Sleep(co, 1)
}

func (s *shop) close(co *coro.Co) error {
	s.stamp()
	return coro.Sleep(co, 1)
}

func (s *shop) stamp() { s.opened = stamp() } // want stamp:`time.Now at reach.go:\d+`

func stamp() time.Time { // want stamp:`time.Now at reach.go:\d+`
	return time.Now() // want `^time.Now in stamp, which the coroutine shop.open leads to: use loop.Of\(co\).Now\(\)`
}

func even(co *coro.Co) bool { return isEven(rand.Int) } // want `math/rand/v2.Int in a coroutine`

func isEven(f func() int) bool { return f()%2 == 0 || isOdd(f) } // want isEven:`time.Sleep at reach.go:\d+`
func isOdd(f func() int) bool { // want isOdd:`time.Sleep at reach.go:\d+`
	time.Sleep(1) // want `^time.Sleep in isOdd, which the coroutine even leads to`
	return isEven(f)
}

func generic[T any](v T) T { time.Sleep(1); return v } // want `time.Sleep in generic, which the coroutine values leads to` generic:`time.Sleep at reach.go:\d+`

type pair[T any] struct{ a, b T }

func (p pair[T]) swapped() pair[T] { time.Sleep(1); return pair[T]{p.b, p.a} } // want `time.Sleep in pair.swapped, which` swapped:`time.Sleep at reach.go:\d+`

func values(co *coro.Co) {
	_ = generic(1)
	_ = pair[int]{}.swapped()
}

var (
	now     = time.Now                 // want `^time.Now in now, which the coroutine variables leads to`
	pause   = func() { time.Sleep(1) } // want `^time.Sleep in pause, which the coroutine variables leads to`
	unused  = func() { time.Sleep(1) }
	started = time.Now()
	routes  = []coro.Func[int]{func(co *coro.Co) (int, error) { time.Sleep(1); return 0, nil }} // want `time.Sleep in a coroutine`
)

func variables(co *coro.Co) time.Time {
	pause()
	_ = started
	return now()
}

func literals(co *coro.Co) error {
	idle := func() { time.Sleep(1) } // want `^time.Sleep in a coroutine`
	hook := idle                     // who has it may call it
	_ = hook
	never := func(context.Context) error { time.Sleep(1); return nil }
	if _, err := loop.GoDo(never)(co); err != nil {
		return err
	}
	var again func(n int)
	again = func(n int) {
		if n > 0 {
			time.Sleep(1) // want `^time.Sleep in a coroutine`
			again(n - 1)
		}
	}
	var once, twice = func() { time.Sleep(1) }, 2 // want `^time.Sleep in a coroutine`
	once()
	_ = twice
	defer func() { time.Sleep(1) }() // want `^time.Sleep in a coroutine`
	loop.Of(co).CallLater(1, func() {
		_ = time.Now() // want `^time.Now in a coroutine`
	})
	again(1)
	return coro.Timeout(co, 1, func(*coro.TimeoutScope) error {
		_ = time.Now() // want `^time.Now in a coroutine`
		return coro.Sleep(co, 1)
	})
}

func generator(y *coro.Yielder[int]) error {
	_ = time.Now() // want `^time.Now in a coroutine`
	return y.Yield(1)
}

// main is no coroutine; what it runs is one.
func main() { // want main:`time.Now at`
	_ = time.Now()
	job := coro.Do(func(co *coro.Co) error {
		_ = time.Now() // want `^time.Now in a coroutine`
		return nil
	})
	_, _ = job, unused
}

// notReached is bad, and nobody cares.
func notReached() { time.Sleep(1) } // want notReached:`time.Sleep at reach.go:\d+`

type sleeper interface{ sleep() }

type impl struct{}

func (impl) sleep() { time.Sleep(1) } // want sleep:`time.Sleep at reach.go:\d+`

// byInterface leads to whatever is behind it, which is not known.
func byInterface(co *coro.Co, s sleeper) { s.sleep() }
