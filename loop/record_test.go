package loop_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/trace"
)

// told are the events of t in short: kind and what, and the numbers that mean something.
func told(t *trace.Trace) []string {
	var lines []string
	for _, e := range t.Events {
		s := strings.TrimSpace(fmt.Sprint(e.Kind, " ", e.What))
		if e.Kind == trace.Push {
			s += " by " + e.Cause.String()
		}
		for _, n := range []struct {
			name  string
			value uint64
		}{{"task", uint64(e.Task)}, {"entry", e.Entry}, {"object", e.Object}, {"arg", uint64(e.Arg)}} {
			if n.value != 0 {
				s += fmt.Sprint(" ", n.name, "=", n.value)
			}
		}
		lines = append(lines, s)
	}
	return lines
}

func TestRecord(t *testing.T) {
	r := trace.New()
	nap := func(co *coro.Co, d time.Duration) error { return coro.Sleep(co, d) }
	err := loop.Main(func(co *coro.Co) error {
		a := coro.CreateTask(co, coro.Do1(nap, time.Second), coro.Name("a"))
		if err := coro.Sleep(co, 0); err != nil {
			return err
		}
		b := coro.CreateTask(co, coro.Do(func(co *coro.Co) error { return coro.Await(co, a) }), coro.Eager(true))
		loop.Of(co).CallLater(time.Minute, func() {}).Cancel()
		r.Note("here")
		b.Cancel("enough")
		return coro.Await(co, b)
	}, loop.VirtualTime(true), loop.Record(r))
	require.True(t, future.IsCanceled(err))
	got := told(r.Trace())
	at := slices.Index(got, "done canceled task=1 object=1") + 1
	require.Equal(t, []string{
		"spawn object=1 arg=1",
		"push step by code entry=1 object=1",
		"iterate arg=1",
		"run step task=1 entry=1",
		"spawn task=1 object=2",
		"push step by code task=1 entry=2 object=2",
		"await yield task=1",
		"push step by code task=1 entry=3 object=1",
		"iterate arg=2",
		"run step task=2 entry=2",
		"timer task=2 object=1 arg=1000000000",
		"await sleep task=2",
		"run step task=1 entry=3",
		"spawn task=1 object=3 arg=2",
		"run eager task=3",
		"await task task=3 object=2",
		"timer task=1 object=2 arg=60000000000",
		"untimer task=1 object=2",
		"note text task=1",
		"cancel asked task=1 object=3",
		"cancel passed task=1 object=2 arg=1",
		"cancel passed task=1 arg=2",
		"done canceled task=1 arg=2",
		"push step by done task=1 entry=4 object=2",
		"await task task=1 object=3",
		"iterate arg=1",
		"run step task=2 entry=4",
		"untimer task=2 object=1",
		"done canceled task=2 object=2 arg=3",
		"push step by done task=2 entry=5 object=3",
		"iterate arg=1",
		"run step task=3 entry=5",
		"done canceled task=3 object=3 arg=1",
		"push step by done task=3 entry=6 object=1",
		"iterate arg=1",
		"run step task=1 entry=6",
		"done canceled task=1 object=1",
	}, got[:at])
}
