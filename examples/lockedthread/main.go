// Lockedthread is a program that has to do some things on its first thread, as with OpenGL,
// Cocoa or a library in C that remembers its caller. There main has a loop of its own, which
// drives the event loop by hand: RunUntilIdle with a budget, then a wait for whatever comes
// first. Goroutines compute on all cores, and have coroutines do what must be done on the
// thread; on Linux it is checked that every step of those is.
//
//	go run ./examples/lockedthread
//
// Try: leave LockOSThread out. Where /proc tells, the program then finds a step on another thread,
// sooner or later. A budget of 10 µs: more rounds, and the same picture.
package main

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

const size, budget = 16, 5 * time.Millisecond

// init keeps main on the first thread, which Go promises of an init only.
func init() { runtime.LockOSThread() }

// thread tells one from another where it can, which is on Linux.
func thread() string {
	name, _ := os.Readlink("/proc/thread-self")
	return name
}

// A screen is to be used on one thread.
type screen struct {
	home   string // the thread
	strays int    // steps on another one
	pixels [size][2 * size]byte
}

// draw is a coroutine that draws a row, and lets others draw in between.
func (s *screen) draw(co *coro.Co, y int, row string) error {
	for x := range row {
		if thread() != s.home {
			s.strays++
		}
		s.pixels[y][x] = row[x]
		if err := coro.Sleep(co, 10*time.Microsecond); err != nil {
			return err
		}
	}
	return nil
}

// compute gives a row of Sierpinski's triangle, on any thread.
func compute(y int) string {
	var row strings.Builder
	row.WriteString(strings.Repeat(" ", size-1-y))
	for x := range y + 1 {
		row.WriteByte("* "[min(x&(y-x), 1)])
		row.WriteByte(' ')
	}
	return strings.TrimRight(row.String(), " ")
}

// drive is the application's main loop: it runs the event loop when that has something to do.
func drive(l *loop.Loop, done *bool) error {
	wake := make(chan struct{}, 1)
	l.OnWake(func() { // on any goroutine
		select {
		case wake <- struct{}{}:
		default: // it will wake anyway
		}
	})
	for {
		if err := l.RunUntilIdle(loop.MaxTime(budget)); err != nil || *done {
			return err
		}
		// Here is the place for what else the application does in a round.
		select {
		case <-wake:
		case <-time.After(l.MayWait()):
		}
	}
}

func run() error {
	l := loop.New()
	defer l.Close()
	s := &screen{home: thread()}
	var artists sync.WaitGroup
	for y := range size {
		artists.Go(func() {
			draw := coro.Do2(s.draw, y, compute(y))
			if _, err := loop.SubmitAndWait(context.Background(), l, draw); err != nil {
				fmt.Fprintln(os.Stderr, err)
			}
		})
	}
	done := false
	go func() {
		artists.Wait()
		_, _ = l.CallSoonThreadsafe(func() { done = true }) // closed: something has failed
	}()
	if err := drive(l, &done); err != nil {
		return err
	}
	for _, row := range s.pixels {
		fmt.Println(strings.TrimRight(string(row[:]), "\x00 "))
	}
	if s.home != "" {
		fmt.Println("steps on another thread:", s.strays)
	}
	return nil
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
