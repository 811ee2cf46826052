package museum

import (
	"fmt"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

// CallSoonThreadsafe is for every goroutine, and wakes the loop.
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

	main := func(co *coro.Co) error {
		l := loop.Of(co)
		go otherThread(l, l.Hold()) // a virtual clock waits for it
		return coro.Sleep(co, 600*time.Millisecond)
	}

	return loop.Main(main, opts...)
}
