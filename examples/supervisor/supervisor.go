// Package supervisor keeps programs running: what ends is started again, and ended in an orderly way
// when it is not wanted any more.
package supervisor

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/streams"
	"github.com/ouro-loop/ouro/subprocess"
)

// MaxLine is how long a line may be that a Program prints; a longer one comes in pieces.
const MaxLine = 4 << 10

// restTime is how long to wait, after the exit, for the end of what is printed.
const restTime = time.Second

// A Program is what is kept running.
type Program struct {
	Name    string
	Command func() *exec.Cmd // a new one for each start
	Backoff Backoff          // before it is started again, however it has ended
	Grace   time.Duration    // how long it may take to end when it is asked to

	// Log is given what it prints, line by line, and what becomes of it.
	Log func(name, line string)
}

// Run keeps programs running until the task is canceled. It ends them then, and returns the
// cancellation when they have ended.
func Run(co *coro.Co, programs ...*Program) error {
	return coro.Group(co, func(g *coro.TaskGroup) error {
		for _, p := range programs {
			coro.CreateTask(g, coro.Do(p.Keep), coro.Name(p.Name))
		}
		return nil
	})
}

// Keep is Run of one program, which is killed at once if the task is canceled a second time.
func (p *Program) Keep(co *coro.Co) error {
	return p.Backoff.Again(co, p.once, func(ended error, wait time.Duration) {
		p.Log(p.Name, fmt.Sprintf("(%v; it is started again in %v)", ended, wait.Round(time.Millisecond)))
	})
}

// once runs the program to its end. The error tells what that was, or is the cancellation.
func (p *Program) once(co *coro.Co) error {
	process, err := subprocess.Start(co, p.Command(), subprocess.Stdout|subprocess.Stderr)
	if err != nil {
		return err
	}
	defer process.Close()
	p.Log(p.Name, "(started)")
	code, err := coro.GroupValue(co, func(g *coro.TaskGroup) (int, error) {
		logs := []*coro.Task[coro.None]{
			coro.CreateTask(g, coro.Do1(p.log, process.Stdout)),
			coro.CreateTask(g, coro.Do1(p.log, process.Stderr)),
		}
		code, err := process.Wait(co)
		if future.IsCanceled(err) {
			p.end(co, process)
		}
		// It may have left children that have its pipes, and do not end.
		_, _, waiting := coro.Wait(co, logs, coro.TimeLimit(restTime))
		process.Close()
		return code, cmp.Or(err, waiting)
	})
	if err != nil {
		return err
	}
	return exitError(code)
}

// end ends the program, and logs meanwhile what it still prints.
func (p *Program) end(co *coro.Co, process *subprocess.Process) {
	_ = process.Terminate() // it may have ended
	err := coro.Timeout(co, p.Grace, func(*coro.TimeoutScope) error {
		_, err := process.Wait(co)
		return err
	})
	if err == nil {
		return
	}
	// It takes too long; or this is canceled again, by somebody who is in a hurry.
	p.Log(p.Name, "(killed)")
	_ = process.Kill()
	_, _ = process.Wait(co) // that it is not there any more is all there is to know
}

// log logs the lines that come, to the end.
func (p *Program) log(co *coro.Co, r *streams.Reader) error {
	for {
		line, err := r.ReadLine(co, streams.Limit(MaxLine))
		var tooLong *streams.LimitError
		if errors.As(err, &tooLong) {
			line, err = r.ReadSome(co, MaxLine)
		}
		switch {
		case errors.Is(err, net.ErrClosed):
			return nil // by once
		case err != nil || len(line) == 0:
			return err
		}
		p.Log(p.Name, strings.TrimRight(string(line), "\r\n"))
	}
}

// An exitError tells how a program has ended, be it well.
type exitError int

func (e exitError) Error() string {
	if e < 0 {
		return fmt.Sprint("ended by signal: ", syscall.Signal(-e))
	}
	return fmt.Sprint("ended with exit code ", int(e))
}
