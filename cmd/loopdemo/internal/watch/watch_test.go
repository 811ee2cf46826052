package watch_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/lines"
	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/watch"
	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/trace"
)

// told are the moments of a run that are about tasks, with their lines; a T is a thread's.
func told(r *watch.Run) []string {
	var all []string
	for i, e := range r.Trace.Events {
		s := fmt.Sprint(e.Kind)
		switch {
		case e.Kind == trace.Note && e.What == trace.Print:
			s = "print " + r.Trace.Detail(i).Text
		case e.Kind == trace.Note && e.What == trace.AtLine:
			s = "line"
		case e.Kind == trace.Note, e.Kind == trace.Push, e.Kind == trace.Iterate, e.Kind == trace.Timer:
			continue
		}
		if r.Places[i].Thread {
			s += " T"
		}
		all = append(all, fmt.Sprintf("%d: %s at %d", e.Task, s, r.Places[i].Line))
	}
	return all
}

// After a call that has suspended, the line of the caller is current again; and each task has
// its own.
func TestLines(t *testing.T) {
	work := func(co *coro.Co) error {
		defer lines.Leave(lines.Enter())
		lines.At(1)
		return coro.Sleep(co, time.Second)
	}
	program := func(_ *rand.Rand, opts ...loop.Option) error {
		defer lines.Leave(lines.Enter())
		lines.At(10)
		return loop.Main(func(co *coro.Co) error {
			defer lines.Leave(lines.Enter())
			lines.At(20)
			other := coro.CreateTask(co, coro.Do(work))
			lines.At(21)
			return errors.Join(work(co), coro.Await(co, other))
		}, opts...)
	}
	r := watch.Watch(program, 1, loop.VirtualTime(true))
	require.NoError(t, r.Err)
	got := told(r)
	require.Equal(t, []string{
		"0: line at 10",
		"0: spawn at 10",
		"1: run at 20", // where it begins
		"1: line at 20",
		"1: spawn at 20",
		"1: line at 21",
		"1: line at 1",
		"1: await at 1",
		"2: run at 1",
		"2: line at 1",
		"2: await at 1",
		"0: wait at 10",
		"0: run at 10", // the alarms
		"0: done at 10",
		"0: run at 10",
		"0: done at 10",
		"1: run at 1",
		"1: await at 21", // work has returned
		"2: run at 1",
		"2: done at 1",
		"1: run at 21",
		"1: done at 21",
	}, got[:22])
}

func TestPrints(t *testing.T) {
	program := func(_ *rand.Rand, opts ...loop.Option) error {
		lines.At(1)
		lines.Print("begun, ")
		lines.At(2)
		lines.Println("ended")
		lines.Printf("%d\n\n%d\nand the rest is lost", 1, 2)
		return errors.New("boom")
	}
	r := watch.Watch(program, 1)
	require.EqualError(t, r.Err, "boom")
	require.Equal(t, []string{
		"0: line at 1", "0: line at 2", "0: print begun, ended at 2", "0: print 1 at 2", "0: print  at 2", "0: print 2 at 2",
	}, told(r))
}

// What a thread tells has its place: while the loop waits.
func TestThread(t *testing.T) {
	program := func(_ *rand.Rand, opts ...loop.Option) error {
		return loop.Main(func(co *coro.Co) error {
			lines.At(1)
			_, err := loop.ToThreadDo(func(context.Context) error {
				defer lines.Leave(lines.Enter())
				lines.At(10)
				lines.Println("blocks")
				lines.Sleep(time.Second)
				lines.At(11)
				return nil
			})(co)
			lines.At(2)
			return err
		}, opts...)
	}
	synctest.Test(t, func(t *testing.T) {
		r := watch.Watch(program, 1)
		require.NoError(t, r.Err)
		require.Equal(t, []string{
			"0: spawn at 0",
			"1: run at 1",
			"1: line at 1",
			"1: await at 1",
			"0: wait at 0",
			"0: line T at 10",
			"0: print blocks T at 10",
			"0: line T at 11",
			"0: run at 0",
			"0: done at 0",
			"1: run at 1",
			"1: line at 2",
			"1: done at 2",
		}, told(r)[:13])
	})
}

// A thread that has not ended when the program does is heard no more, and not held up.
func TestLateThread(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		program := func(_ *rand.Rand, _ ...loop.Option) error {
			go func() {
				lines.At(1) // no loop waits
				<-release
				lines.At(2)
			}()
			synctest.Wait()
			return nil
		}
		require.Empty(t, told(watch.Watch(program, 1)))
		close(release)
	})
}

func TestNumbers(t *testing.T) {
	var drawn []float64
	program := func(random *rand.Rand, _ ...loop.Option) error {
		for range 100 {
			drawn = append(drawn, random.Float64())
		}
		return nil
	}
	r := watch.Watch(program, 7)
	require.Equal(t, drawn, r.Numbers)
	drawn = nil
	require.Equal(t, r.Numbers, watch.Watch(program, 7).Numbers)
	require.NotEqual(t, r.Numbers, watch.Watch(program, 8).Numbers)
}
