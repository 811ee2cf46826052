package driver_test

import (
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/internal/driver"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/looptest"
)

func helpers(t testing.TB, co *coro.Co) *driver.Helpers {
	t.Helper()
	h, err := driver.HelpersOf(co)
	require.NoError(t, err)
	return h
}

// While somebody waits, the loop knows that something may come: it is no deadlock, and a virtual clock stands.
func TestHelpersAreWaitedFor(t *testing.T) {
	testkit.Run(t, func(co *coro.Co) {
		l, h := loop.Of(co), helpers(t, co)
		require.Same(t, h, helpers(t, co))
		require.Zero(t, l.Outside())
		h.Begin()
		h.Begin()
		require.Equal(t, 1, l.Outside())
		require.Equal(t, []loop.OutsideInfo{{Kind: "connection", N: 1}}, l.Snapshot().Outside)
		h.End()
		require.Equal(t, 1, l.Outside(), "one waits still")
		came := coro.NewFuture[coro.None](co)
		h.Go(func() { h.Post(entry(func() { _ = came.SetResult(coro.None{}) })) })
		sleeps := coro.CreateTask(co, testkit.Sleeping(time.Hour))
		_, err := came.Await(co)
		require.NoError(t, err)
		require.Zero(t, co.Time())
		h.End()
		require.Zero(t, l.Outside())
		testkit.Wait(t, co, sleeps)
		require.Equal(t, time.Hour, co.Time())
	})
}

type entry func()

func (e entry) Run() { e() }

// A helpedConn is known to a loop until it is closed.
type helpedConn struct {
	name   string
	closed func()
}

func (c *helpedConn) LoopClosed() {
	if c.closed != nil {
		c.closed()
	}
}
func (c *helpedConn) String() string { return c.name }
func (c *helpedConn) Site() string   { return "" }

// The end of a loop tells all connections, waits for their goroutines, and reports those that are not closed.
func TestHelpersClose(t *testing.T) {
	var told []string
	stop, ended := make(chan struct{}), false
	err := loop.Main(func(co *coro.Co) error {
		h := helpers(t, co)
		first := &helpedConn{name: "first", closed: func() { told = append(told, "first"); close(stop) }}
		lingers := &helpedConn{name: "lingers", closed: func() { told = append(told, "lingers") }}
		gone := &helpedConn{name: "gone", closed: func() { told = append(told, "gone") }}
		for _, c := range []*helpedConn{first, lingers, gone, {name: "last"}} {
			h.Add(c)
		}
		h.Closed(lingers)
		h.Closed(gone)
		h.Remove(gone)
		h.Go(func() {
			<-stop
			ended = true
		})
		return nil
	}, loop.ReportLeaks(true))
	var texts []string
	for _, leak := range loop.Leaks(err) {
		texts = append(texts, leak.Text)
	}
	require.Equal(t, []string{"first not closed", "last not closed"}, texts)
	require.ElementsMatch(t, []string{"first", "lingers"}, told)
	require.True(t, ended)
}

// After the end of the loop goroutines are whoever's, and nothing is known any more.
func TestHelpersAfterTheEnd(t *testing.T) {
	var h *driver.Helpers
	require.NoError(t, loop.Main(func(co *coro.Co) error {
		h = helpers(t, co)
		return nil
	}))
	ran := make(chan struct{})
	h.Go(func() { close(ran) })
	<-ran
	c := &helpedConn{closed: func() { t.Error("it is told twice") }}
	h.Add(c)
	h.Closed(c)
	h.Post(entry(func() { t.Error("it runs on a closed loop") }))
	h.Each(func(driver.Helped) { t.Error("it is known") })
	h.Remove(c)
}

// Operations that need not wait give way, once for as many as IOBudget says.
func TestHelpersSpend(t *testing.T) {
	testkit.Run(t, func(co *coro.Co) {
		h := helpers(t, co)
		ticks := testkit.CountTicks(loop.Of(co))
		for range 20 {
			require.NoError(t, h.Spend(co))
		}
		ticks.Stop()
		require.Equal(t, 4, ticks.N())
	}, loop.IOBudget(5))
}

// A loop that is recorded, explored or hermetic has none.
func TestHelpersRefused(t *testing.T) {
	looptest.Run(t, func(t *looptest.T, co *coro.Co) error {
		_, err := driver.HelpersOf(co)
		require.ErrorIs(t, err, loop.ErrHermetic)
		return nil
	})
	testkit.Run(t, func(co *coro.Co) {
		_, err := driver.HelpersOf(co)
		require.ErrorIs(t, err, loop.ErrHermetic)
	}, loop.Hermetic(true))
	testkit.Run(t, func(co *coro.Co) {
		_, err := driver.HelpersOf(co)
		require.ErrorContains(t, err, "sockets and pipes cannot be recorded")
	}, loop.VirtualTime(false), loop.RecordTo(io.Discard))
}
