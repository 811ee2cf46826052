package docs_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/looptest"
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

// forecastTest prints the first line of why it fails: real times are in the others.
type forecastTest struct{ failing }

func (forecastTest) Name() string { return "TestForecast" }
func (forecastTest) Errorf(format string, args ...any) {
	first, _, _ := strings.Cut(strings.TrimSpace(fmt.Sprintf(format, args...)), "\n")
	fmt.Println(first)
}

func Example_debuggingReplay() {
	forecast := func(co *coro.Co) error {
		degrees, err := loop.ToThread(measure)(co)
		if err == nil && degrees > 0 {
			err = errors.New("that is no forecast")
		}
		return err
	}
	var file bytes.Buffer
	silent := loop.OnException(func(*loop.Loop, future.ErrorContext) {})
	_ = loop.Main(forecast, loop.RecordTo(&file), silent)
	t := forecastTest{}

	looptest.Replay(t, &file, func(_ *looptest.T, co *coro.Co) error { return forecast(co) })

	// Output: main returned an error: that is no forecast
}
