package museum

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

// CallSoon is for the loop's own goroutine. Debug mode refuses it on any
// other, before it has touched anything.
//
//ouro:allow it has another thread
func forgottenWakeupTrap(opts ...loop.Option) error {
	report := func(scheduled time.Time) {
		late := "at once"
		if time.Since(scheduled) > 300*time.Millisecond {
			late = "late"
		}
		fmt.Println("called", late)
	}

	otherThread := func(l *loop.Loop, release func()) {
		defer release()
		defer func() { fmt.Println("refused:", recover()) }()
		scheduled := time.Now()
		l.CallSoon(func() { report(scheduled) }) // not thread-safe
	}

	var threads sync.WaitGroup
	defer threads.Wait() // as Python does in the end

	main := func(co *coro.Co) error {
		l := loop.Of(co)
		release := l.Hold() // a virtual clock waits for it
		threads.Go(func() { otherThread(l, release) })
		return coro.Sleep(co, 600*time.Millisecond)
	}

	return loop.Main(main, append(slices.Clip(opts), loop.Debug(true))...)
}
