package museum

import (
	"fmt"
	"sync"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

// CallSoonThreadsafe is for every goroutine, and wakes the loop.
//
//ouro:allow it has another thread
func forgottenWakeupCure(opts ...loop.Option) error {
	report := func(scheduled time.Time) {
		late := "at once"
		if time.Since(scheduled) > 300*time.Millisecond {
			late = "late"
		}
		fmt.Println("called", late)
	}

	otherThread := func(l *loop.Loop, release func()) {
		defer release()
		scheduled := time.Now()
		if _, err := l.CallSoonThreadsafe(func() { report(scheduled) }); err != nil {
			fmt.Println("not called:", err)
		}
	}

	var threads sync.WaitGroup
	defer threads.Wait() // as Python does in the end

	main := func(co *coro.Co) error {
		l := loop.Of(co)
		release := l.Hold() // a virtual clock waits for it
		threads.Go(func() { otherThread(l, release) })
		return coro.Sleep(co, 600*time.Millisecond)
	}

	return loop.Main(main, opts...)
}
