// Package load is the other side of an echo server: connections that send a message each, and
// the next one when it has come back. One thread does all of it, with an epoll of its own: what it
// takes is taken from the server, where both share the cores.
package load

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"time"

	"golang.org/x/sys/unix"
)

// MessageSize is how many bytes a request has, and its echo.
const MessageSize = 1024

// A Load is what is asked of a server.
type Load struct {
	Addr       netip.AddrPort
	Busy       int           // connections that have a request under way at all times
	Idle       int           // others, which have each had one
	Warm, Time time.Duration // before it is measured, and while it is
	PID        int           // of the server, for what it costs
}

// A Result is what has come of it. But for All it is of the time that was measured.
type Result struct {
	Seconds  float64
	Requests int
	All      int           // with those before
	P50, P99 time.Duration // from request to echo
	CPU      time.Duration // of the server, all its threads, user and system
	User     float64       // which part of that is not the kernel's
	IdleRSS  int64         // by so many bytes the server has grown for all that are idle
}

// Run asks, in a process that does nothing else: it never waits in a way that lets other goroutines
// run, and allocates nothing while it measures.
func Run(l Load) (Result, error) {
	if !l.Addr.Addr().Is4() {
		return Result{}, fmt.Errorf("an address such as 127.0.0.1:80 is needed, not %v", l.Addr)
	}
	r := &run{Load: l}
	defer r.close()
	if err := r.settleIdle(); err != nil {
		return Result{}, err
	}
	if err := r.connect(); err != nil {
		return Result{}, err
	}
	if err := r.measure(); err != nil {
		return Result{}, err
	}
	return r.result(), nil
}

type run struct {
	Load
	epfd      int
	idle      []int
	busy      []connection
	start     time.Time // of the clock that all times are read from
	message   [MessageSize]byte
	echo      [64 << 10]byte
	events    [1024]unix.EpollEvent
	latencies []uint32 // in nanoseconds
	all       int
	idleRSS   int64

	begun, ended usage
}

// A connection has one request under way.
type connection struct {
	fd   int
	sent time.Duration
	got  int // bytes of its echo
}

// usage is what was used at a moment.
type usage struct {
	at  time.Duration
	cpu cpu
}

// settleTime is what a server has to tidy up after many connections have come.
const settleTime = 700 * time.Millisecond

// settleIdle makes the idle connections, and sees what they take.
func (r *run) settleIdle() error {
	before := residentBytes(r.PID)
	for range r.Idle {
		fd, err := dial(r.Addr)
		if err != nil {
			return err
		}
		r.idle = append(r.idle, fd)
		if err := r.ask(fd); err != nil {
			return err
		}
	}
	if r.Idle > 0 {
		time.Sleep(settleTime)
	}
	r.idleRSS = residentBytes(r.PID) - before
	return nil
}

var errClosed = errors.New("the server has closed a connection")

// ask has one message echoed, and blocks.
func (r *run) ask(fd int) error {
	if _, err := unix.Write(fd, r.message[:]); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	for got := 0; got < MessageSize; {
		n, err := unix.Read(fd, r.echo[:MessageSize-got])
		switch {
		case err != nil:
			return fmt.Errorf("read: %w", err)
		case n == 0:
			return errClosed
		}
		got += n
	}
	r.all++
	return nil
}

// connect makes the connections that will be busy.
func (r *run) connect() (err error) {
	if r.epfd, err = unix.EpollCreate1(unix.EPOLL_CLOEXEC); err != nil {
		return fmt.Errorf("epoll_create1: %w", err)
	}
	for i := range r.Busy {
		fd, err := dial(r.Addr)
		if err != nil {
			return err
		}
		r.busy = append(r.busy, connection{fd: fd})
		if err := unix.SetNonblock(fd, true); err != nil {
			return err
		}
		event := unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(i)}
		if err := unix.EpollCtl(r.epfd, unix.EPOLL_CTL_ADD, fd, &event); err != nil {
			return fmt.Errorf("epoll_ctl: %w", err)
		}
	}
	return nil
}

// mostPerSecond is room for as many requests as no server answers.
const mostPerSecond = 400_000

func (r *run) measure() error {
	r.latencies = make([]uint32, 0, int(mostPerSecond*r.Time.Seconds()))
	r.start = time.Now()
	for i := range r.busy {
		if err := r.send(&r.busy[i]); err != nil {
			return err
		}
	}
	if err := r.until(r.Warm); err != nil {
		return err
	}
	r.latencies = r.latencies[:0]
	r.begun = usage{r.now(), cpuOf(r.PID)}
	if err := r.until(r.begun.at + r.Time); err != nil {
		return err
	}
	r.ended = usage{r.now(), cpuOf(r.PID)}
	return nil
}

func (r *run) now() time.Duration { return time.Since(r.start) }

// until has echoes answered with requests until a time.
func (r *run) until(end time.Duration) error {
	for r.now() < end {
		n, err := r.wait()
		if err != nil {
			return err
		}
		for _, e := range r.events[:n] {
			if err := r.receive(&r.busy[e.Fd]); err != nil {
				return err
			}
		}
	}
	return nil
}

// patience is how long nothing may come before the time is looked at, in milliseconds.
const patience = 20

func (r *run) wait() (int, error) {
	n, err := unix.EpollWait(r.epfd, r.events[:], patience)
	switch err {
	case nil:
		return n, nil
	case unix.EINTR:
		return 0, nil
	}
	return 0, fmt.Errorf("epoll_wait: %w", err)
}

// receive takes what has come. A whole echo is followed by the next request.
func (r *run) receive(c *connection) error {
	n, err := unix.Read(c.fd, r.echo[:])
	switch {
	case err == unix.EAGAIN, err == unix.EINTR:
		return nil
	case err != nil:
		return fmt.Errorf("read: %w", err)
	case n == 0:
		return errClosed
	}
	if c.got += n; c.got < MessageSize {
		return nil
	}
	c.got = 0
	r.all++
	r.latencies = append(r.latencies, uint32(min(r.now()-c.sent, 1<<32-1)))
	return r.send(c)
}

func (r *run) send(c *connection) error {
	c.sent = r.now()
	n, err := unix.Write(c.fd, r.message[:])
	if err != nil || n < MessageSize {
		return fmt.Errorf("write of %d bytes: %w", n, cmp.Or(err, io.ErrShortWrite))
	}
	return nil
}

func (r *run) result() Result {
	slices.Sort(r.latencies)
	cpu := r.ended.cpu.since(r.begun.cpu)
	return Result{
		Seconds:  (r.ended.at - r.begun.at).Seconds(),
		Requests: len(r.latencies),
		All:      r.all,
		P50:      r.quantile(0.5),
		P99:      r.quantile(0.99),
		CPU:      cpu.time,
		User:     cpu.userShare(),
		IdleRSS:  r.idleRSS,
	}
}

// quantile is a latency that the share of them is not above.
func (r *run) quantile(share float64) time.Duration {
	if len(r.latencies) == 0 {
		return 0
	}
	return time.Duration(r.latencies[int(share*float64(len(r.latencies)-1))])
}
