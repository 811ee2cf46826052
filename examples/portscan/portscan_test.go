package portscan_test

import (
	"errors"
	"fmt"
	"io"
	"net/netip"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/examples/portscan"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/looptest"
)

var host = netip.MustParseAddr("192.0.2.1")

// A network is what the Scanner of a test connects to, and notes when.
type network struct {
	answers map[uint16]func(co *coro.Co) error // a port that is not there says nothing
	dialing int
	most    int
	open    int
	log     []string
}

func (n *network) Dial(co *coro.Co, addr netip.AddrPort) (io.Closer, error) {
	n.log = append(n.log, fmt.Sprint(co.Time(), " ", addr.Port()))
	n.dialing++
	n.most = max(n.most, n.dialing)
	defer func() { n.dialing-- }()
	answer := n.answers[addr.Port()]
	if answer == nil {
		answer = func(co *coro.Co) error { return coro.Sleep(co, time.Hour) }
	}
	if err := answer(co); err != nil {
		return nil, err
	}
	n.open++
	return n, nil
}

// Close is that of one of the connections.
func (n *network) Close() error {
	n.open--
	return nil
}

// after answers after some time.
func after(d time.Duration, err error) func(co *coro.Co) error {
	return func(co *coro.Co) error {
		if err := coro.Sleep(co, d); err != nil {
			return err
		}
		return err
	}
}

// The results are in order, whenever they have come, and no port is asked before its time.
func TestScan(t *testing.T) {
	testkit.Run(t, func(co *coro.Co) {
		lost := errors.New("no route to host")
		n := &network{answers: map[uint16]func(co *coro.Co) error{
			22: after(1500*time.Millisecond, nil), 23: after(0, syscall.ECONNREFUSED), 80: after(10*time.Millisecond, nil), 443: after(0, lost),
		}}
		s := portscan.Scanner{AtOnce: 2, Every: 100 * time.Millisecond, Timeout: time.Second * 2, Dial: n.Dial}
		got, err := s.Scan(co, host, []uint16{21, 22, 23, 80, 443, 8080})
		require.NoError(t, err)
		require.Equal(t, []portscan.Result{
			{Port: 21, State: portscan.Filtered},
			{Port: 22, State: portscan.Open},
			{Port: 23, State: portscan.Closed},
			{Port: 80, State: portscan.Open},
			{Port: 443, State: portscan.Unknown, Err: lost},
			{Port: 8080, State: portscan.Filtered},
		}, got)
		// 23 waits for the place of 22, and 80 for its time.
		require.Equal(t, "0s 21, 100ms 22, 1.6s 23, 1.7s 80, 1.8s 443, 1.9s 8080", strings.Join(n.log, ", "))
		require.Equal(t, 2, n.most)
		require.Zero(t, n.open)
		require.Equal(t, 3900*time.Millisecond, co.Time())
	}, loop.ReportLeaks(true))
}

// The limits that nobody gives.
func TestDefaults(t *testing.T) {
	testkit.Run(t, func(co *coro.Co) {
		n := new(network)
		ports := make([]uint16, 250)
		for i := range ports {
			ports[i] = uint16(i + 1)
		}
		s := portscan.Scanner{Dial: n.Dial}
		got, err := s.Scan(co, host, ports)
		require.NoError(t, err)
		for i, result := range got {
			require.Equal(t, portscan.Result{Port: uint16(i + 1), State: portscan.Filtered}, result)
		}
		require.Equal(t, 100, n.most)
		require.Equal(t, 6*time.Second, co.Time())
	}, loop.ReportLeaks(true))
}

// scan scans three ports, of which two answer, when they like.
func scan(t *looptest.T, co *coro.Co) error {
	delay := func(co *coro.Co) error { return t.Delay(co, 0, 3*time.Second) }
	n := &network{answers: map[uint16]func(co *coro.Co) error{1: delay, 2: delay}}
	t.Finally(func() { require.Zero(t, n.open, "connections that were left open") })
	s := portscan.Scanner{AtOnce: 2, Every: time.Second, Dial: n.Dial}
	got, err := s.Scan(co, host, []uint16{1, 2, 3})
	if err != nil {
		return err
	}
	require.LessOrEqual(t, n.most, 2)
	for i, result := range got {
		require.EqualValues(t, i+1, result.Port)
		require.True(t, result.State != portscan.Unknown || future.IsCanceled(result.Err), result)
		t.Sometimes("open", result.State == portscan.Open)
		t.Sometimes("filtered", result.State == portscan.Filtered)
	}
	return nil
}

func TestScanExplored(t *testing.T) {
	looptest.Explore(t, scan, looptest.Runs(500), looptest.Within(time.Hour))
}

func TestScanCanceled(t *testing.T) { looptest.CancelEverywhere(t, scan) }
