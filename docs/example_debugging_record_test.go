package docs_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
)

// measure asks a server that cannot be reached from the desk.
func measure(context.Context) (float64, error) { return 15 + 10*rand.Float64(), nil }

func station() (int, error) { return rand.IntN(1000), nil }

func Example_debuggingRecord() {
	var said []string

	forecast := func(co *coro.Co) error {
		degrees, err := loop.ToThread(measure)(co)
		if err != nil {
			return err
		}
		where, err := loop.Recorded(co, station) // it asks the system, in the middle of a step
		if err != nil {
			return err
		}
		said = append(said, fmt.Sprint(degrees, where, loop.Of(co).Now()))
		return coro.Sleep(co, time.Millisecond)
	}

	var file bytes.Buffer // or an *os.File
	err := loop.Main(forecast, loop.RecordTo(&file))

	replayed := loop.Main(forecast, loop.ReplayFrom(&file))

	fmt.Println(err, replayed, said[0] == said[1])
	// Output: <nil> <nil> true
}

func Example_debuggingParted() {
	mended := false
	forecast := func(co *coro.Co) error {
		if mended {
			if err := coro.Sleep(co, 0); err != nil {
				return err
			}
		}
		return coro.Sleep(co, time.Millisecond)
	}
	var file bytes.Buffer
	if err := loop.Main(forecast, loop.RecordTo(&file)); err != nil {
		fmt.Println(err)
	}
	mended = true
	silent := loop.OnException(func(*loop.Loop, future.ErrorContext) {})

	err := loop.Main(forecast, loop.ReplayFrom(&file), silent)
	var parted *loop.PartedError
	if errors.As(err, &parted) {
		show("it", parted.Program, "at", parted.Site)
	}

	// Output: it has run a step of Task-1 without it at main.go:42
}
