// Package portscan finds out which ports of a host are open: many at once, but not more than is polite.
package portscan

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"syscall"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/locks"
	"github.com/ouro-loop/ouro/streams"
)

// A State is what a port looks like from here.
type State string

const (
	Open     State = "open"
	Closed   State = "closed"   // the host says that nobody listens
	Filtered State = "filtered" // nobody says anything
	Unknown  State = "unknown"  // it could not be asked, see Result.Err
)

// A Result is a port and its State.
type Result struct {
	Port  uint16
	State State
	Err   error // of an Unknown one
}

// A Scanner has the limits of a scan. Those that are zero have the value that is told.
type Scanner struct {
	AtOnce  int           // how many ports are asked at the same time, at most: 100
	Every   time.Duration // how much time is at least between two that are asked: none
	Timeout time.Duration // how long to wait for an answer: 2 s

	// Dial connects: with TCP, by package streams.
	Dial func(co *coro.Co, addr netip.AddrPort) (io.Closer, error)
}

// Scan asks the ports of a host, in order, and returns in the same order what has come of it. The error
// is the cancellation; nothing is left then.
func (s *Scanner) Scan(co *coro.Co, host netip.Addr, ports []uint16) ([]Result, error) {
	results := make([]Result, len(ports))
	places := locks.NewSemaphore(cmp.Or(s.AtOnce, 100))
	err := coro.Group(co, func(g *coro.TaskGroup) error {
		for i, port := range ports {
			if i > 0 {
				if err := coro.Sleep(co, s.Every); err != nil {
					return err
				}
			}
			// A place comes before the task: else there would be 65,535 that wait for one.
			if err := places.Acquire(co); err != nil {
				return err
			}
			results[i] = Result{port, Unknown, future.ErrCanceled} // should somebody cancel the task before it begins
			task := coro.CreateTask(g, coro.Do(func(co *coro.Co) error {
				state, err := s.ask(co, netip.AddrPortFrom(host, port))
				results[i] = Result{port, state, err}
				if future.IsCanceled(err) {
					return err
				}
				return nil
			}), coro.Name(fmt.Sprint("port ", port)))
			task.AddDoneCallback(places.Release) // not by the task, which may be canceled before it begins
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return results, nil
}

// ask finds out about one port. The error is why that is Unknown.
func (s *Scanner) ask(co *coro.Co, addr netip.AddrPort) (State, error) {
	c, err := coro.TimeoutValue(co, cmp.Or(s.Timeout, 2*time.Second), func(*coro.TimeoutScope) (io.Closer, error) {
		return s.dial(co, addr)
	})
	switch {
	case err == nil:
		_ = c.Close() // what becomes of it tells nothing about the port
		return Open, nil
	case errors.Is(err, syscall.ECONNREFUSED):
		return Closed, nil
	case future.IsTimeout(err), errors.Is(err, syscall.ETIMEDOUT):
		return Filtered, nil
	}
	return Unknown, err
}

func (s *Scanner) dial(co *coro.Co, addr netip.AddrPort) (io.Closer, error) {
	if s.Dial != nil {
		return s.Dial(co, addr)
	}
	return streams.Dial(co, "tcp", addr.String())
}
