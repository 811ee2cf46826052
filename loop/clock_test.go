package loop_test

import (
	"errors"
	"fmt"
	"math"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
)

func TestClockStartTime(t *testing.T) {
	start := time.Date(2030, 5, 6, 7, 8, 9, 0, time.UTC)
	t.Run("virtual", func(t *testing.T) {
		l := newLoop(t, loop.StartTime(start))
		require.Equal(t, start, l.Now())
		require.NoError(t, l.AdvanceTo(time.Hour))
		require.Equal(t, start.Add(time.Hour), l.Now())
	})
	t.Run("virtual, not given", func(t *testing.T) {
		require.Equal(t, time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC), newLoop(t).Now())
	})
	synctest.Test(t, func(t *testing.T) {
		for _, l := range []*loop.Loop{realLoop(t, loop.StartTime(start)), realLoop(t, loop.StartTime(start), loop.Rate(2))} {
			require.Equal(t, start, l.Now())
		}
		l := realLoop(t, loop.UseClock(new(handClock)))
		require.Equal(t, time.Now(), l.Now(), "not given")
	})
}

// A second of the loop's takes a hundredth of one.
func TestClockRate(t *testing.T) {
	for rate, want := range map[float64]time.Duration{
		100:  10 * time.Millisecond,
		0.5:  2 * time.Second,
		1:    time.Second,
		7:    time.Second / 7,
		1e-3: 1000 * time.Second,
		1e12: 1, // a wait of nothing is none
	} {
		t.Run(fmt.Sprint(rate), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				require.NoError(t, loop.Main(func(co *coro.Co) error {
					l := loop.Of(co)
					err := coro.Sleep(co, time.Second)
					require.GreaterOrEqual(t, l.Time(), time.Second)
					require.InDelta(t, want, time.Since(began), 1)
					require.Equal(t, began.Add(l.Time()), l.Now())
					return err
				}, loop.Rate(rate)))
			})
		})
	}
	for _, rate := range []float64{0, -1, math.NaN(), math.Inf(1)} {
		require.Panics(t, func() { loop.Rate(rate) }, rate)
	}
	t.Run("to the end of time", func(t *testing.T) {
		l := realLoop(t, loop.Rate(1e-6))
		l.CallAt(math.MaxInt64-1, func() {})
		require.Equal(t, coro.Forever, l.MayWait())
	})
}

// A handClock is moved by hand, from any goroutine.
type handClock struct{ now atomic.Int64 }

func (c *handClock) Time() time.Duration                   { return time.Duration(c.now.Load()) }
func (c *handClock) SleepTime(time.Duration) time.Duration { return coro.Forever }

func TestClockOfOnesOwn(t *testing.T) {
	clock := new(handClock)
	clock.now.Store(int64(time.Minute))
	require.NoError(t, loop.Main(func(co *coro.Co) error {
		l := loop.Of(co)
		require.Equal(t, time.Minute, l.Time())
		l.CallSoon(func() { // when the sleep has begun
			go func() {
				for range 10 {
					clock.now.Add(int64(time.Second))
					_, _ = l.CallSoonThreadsafe(func() {})
				}
			}()
		})
		err := coro.Sleep(co, 10*time.Second)
		require.Equal(t, 70*time.Second, l.Time())
		return err
	}, loop.UseClock(clock)))
}

func TestClockIsOne(t *testing.T) {
	const want = "loop: more than one of VirtualTime, Rate and UseClock; a loop has one clock"
	for _, opts := range [][]loop.Option{
		{loop.VirtualTime(true), loop.Rate(2)},
		{loop.VirtualTime(true), loop.UseClock(new(handClock))},
		{loop.Rate(2), loop.UseClock(new(handClock))},
	} {
		require.PanicsWithValue(t, want, func() { loop.New(opts...) })
	}
	require.PanicsWithValue(t, "loop: UseClock of nil; leave the option out", func() { loop.UseClock(nil) })
}

func TestClockOnAdvance(t *testing.T) {
	var trace []string
	errBad := errors.New("bad")
	var reported []error
	l := newLoop(t, loop.OnAdvance(func(from, to time.Duration) {
		trace = append(trace, fmt.Sprintf("%v to %v", from, to))
		if to == 3 {
			panic(errBad)
		}
	}), loop.OnException(func(_ *loop.Loop, c future.ErrorContext) { reported = append(reported, c.Err) }))
	for _, d := range []time.Duration{0, 1, 1, 3} {
		l.CallLater(d, func() { trace = append(trace, d.String()) })
	}
	require.NoError(t, l.AdvanceTo(5))
	require.Equal(t, []string{"0s", "0s to 1ns", "1ns", "1ns", "1ns to 3ns", "3ns", "3ns to 5ns"}, trace)
	require.ErrorIs(t, errors.Join(reported...), errBad)
}
