package loop_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

func holdUpTheLoop(co *coro.Co) (string, error) {
	<-time.After(2 * time.Millisecond) // where coro.Sleep was meant
	return "done", nil
}

// In debug mode, what holds up the loop is logged.
func ExampleSlowCallback() {
	var log bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&log, nil))

	fmt.Println(loop.Run(holdUpTheLoop,
		loop.Debug(true),
		loop.SlowCallback(time.Millisecond),
		loop.Logger(logger),
	))
	fmt.Println("found out:", strings.Contains(log.String(), "loop_test.holdUpTheLoop() created at "))
	// Output:
	// done <nil>
	// found out: true
}

// In debug mode, a call from a wrong goroutine is a panic, and not a race.
func ExampleDebug() {
	main := func(co *coro.Co) error {
		l := loop.Of(co)
		caught := make(chan any)
		go func() {
			defer func() { caught <- recover() }()
			l.CallSoon(func() {}) // CallSoonThreadsafe is for this
		}()
		v, err := loop.Receive(caught)(co)
		fmt.Println(v == loop.ErrWrongGoroutine)
		return err
	}
	if err := loop.Main(main, loop.Debug(true)); err != nil {
		fmt.Println(err)
	}
	// Output: true
}
