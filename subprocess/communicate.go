package subprocess

import (
	"errors"
	"io"
	"os/exec"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/streams"
)

// Communicate gives it input, if its Stdin is a pipe, reads what it prints, where that goes to a pipe,
// waits until it has ended, and closes the pipes. That it does not read all is no error.
//
// What it has printed is lost if the task is canceled; the program is left alone.
//
// Semantics: asyncio.subprocess.Process.communicate, CPython 3.15.
func (p *Process) Communicate(co *coro.Co, input []byte) (stdout, stderr []byte, err error) {
	if len(input) > 0 && p.Stdin == nil {
		return nil, nil, errors.New("subprocess: input for a program whose Stdin is no pipe; Start it with that")
	}
	err = coro.Group(co, func(g *coro.TaskGroup) error {
		if p.Stdin != nil {
			coro.CreateTask(g, coro.Do(func(co *coro.Co) error { return p.feed(co, input) }))
		}
		for _, out := range []struct {
			from *streams.Reader
			into *[]byte
		}{{p.Stdout, &stdout}, {p.Stderr, &stderr}} {
			if out.from != nil {
				coro.CreateTask(g, coro.Do(func(co *coro.Co) (err error) {
					*out.into, err = out.from.ReadAll(co)
					return err
				}))
			}
		}
		return nil
	})
	p.Close()
	if err != nil {
		return nil, nil, err
	}
	if _, err := p.Wait(co); err != nil {
		return nil, nil, err
	}
	return stdout, stderr, nil
}

func (p *Process) feed(co *coro.Co, input []byte) error {
	_, err := p.Stdin.Write(input)
	if err == nil {
		err = p.Stdin.Flush(co)
	}
	closing := p.Stdin.Close()
	if isBroken(err) || errors.Is(err, io.ErrClosedPipe) {
		return nil // it does not read all
	}
	return errors.Join(err, closing)
}

// Grace is how long Run and Output wait for a program that was asked to end, before they kill it.
const Grace = 5 * time.Second

// Run runs a program to its end. The error is an *exec.ExitError if its exit code is not 0.
//
// A task that is canceled ends the program, with SIGTERM and, after [Grace], by force, waits for that, and
// returns the cancellation.
//
// Semantics: trio.run_process.
func Run(co *coro.Co, cmd *exec.Cmd) error {
	_, err := run(co, cmd, 0)
	return err
}

// Output is Run, and what the program prints to its standard output. With an error there is what there
// is.
func Output(co *coro.Co, cmd *exec.Cmd) ([]byte, error) { return run(co, cmd, Stdout) }

func run(co *coro.Co, cmd *exec.Cmd, pipes Pipes) ([]byte, error) {
	p, err := Start(co, cmd, pipes)
	if err != nil {
		return nil, err
	}
	out, _, err := p.Communicate(co, nil)
	if err == nil {
		return out, p.err
	}
	return nil, p.stop(co, err)
}

// stop ends the program because of an error, and returns that when it has ended.
func (p *Process) stop(co *coro.Co, why error) error {
	_ = p.Terminate() // it may have ended
	err := coro.Timeout(co, Grace, func(*coro.TimeoutScope) error {
		_, err := p.Wait(co)
		return err
	})
	if err == nil {
		return why
	}
	_ = p.Kill()
	if !future.IsTimeout(err) {
		return why // it is to be quick: who cancels twice does not wait
	}
	if _, err := p.Wait(co); err != nil {
		return err
	}
	return why
}

// Shell is the Cmd that has a shell run a line: /bin/sh, or on Windows what COMSPEC says, as a rule cmd.exe.
//
// Semantics: asyncio.create_subprocess_shell, CPython 3.15.
func Shell(line string) *exec.Cmd { return shell(line) }
