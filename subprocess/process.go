package subprocess

import (
	"cmp"
	"context"
	"errors"
	"os"
	"os/exec"
	"syscall"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/driver"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/streams"
)

// Pipes says which of a program's standard streams are pipes to here. The others are what the Cmd says.
type Pipes uint8

const (
	Stdin Pipes = 1 << iota
	Stdout
	Stderr
)

// Process is a program that was started. Its methods are for the loop's goroutine.
//
// Semantics: asyncio.subprocess.Process, CPython 3.15.
type Process struct {
	Stdin          *streams.Writer // nil where it is no pipe
	Stdout, Stderr *streams.Reader

	cmd   *exec.Cmd
	exit  *future.Future[coro.None] // done when it has ended
	err   error                     // of that
	conns []*streams.Conn
}

// Start starts a program. The Cmd must be new, and its Stdin, Stdout and Stderr files or nil, and nil where
// there is a pipe: os/exec would have to copy what is something else. Its Cancel and WaitDelay, and a context, are not for here.
//
// The program is started on another goroutine, as that takes some milliseconds. A task that is canceled
// meanwhile waits for that, and leaves none behind: it is killed as soon as it is there.
//
// Nothing becomes of the program when the loop ends: who wants it to end sees to that, as [Output] does.
//
// Semantics: asyncio.create_subprocess_exec, CPython 3.15.
func Start(co *coro.Co, cmd *exec.Cmd, pipes Pipes) (*Process, error) {
	if cmd == nil {
		panic("subprocess: Start of a nil Cmd")
	}
	if err := check(cmd, pipes); err != nil {
		return nil, err
	}
	if _, err := driver.Of(co); errors.Is(err, loop.ErrHermetic) {
		return nil, err
	}
	p := &Process{cmd: cmd, exit: coro.NewFuture[coro.None](co)}
	theirs, err := p.connect(co, pipes)
	if err != nil {
		p.Close()
		closeAll(theirs)
		return nil, err
	}
	begin := coro.CreateTask(co, loop.Go(func(context.Context) (coro.None, error) {
		defer closeAll(theirs)
		return coro.None{}, cmd.Start()
	}), coro.Name("start "+cmd.Path), coro.QuietTree())
	var canceled error
	for !begin.Done() {
		if err := coro.Await(co, coro.Shield(co, begin)); err != nil && !begin.Done() {
			canceled = err // while the Cmd's files are in use
		}
	}
	err = begin.Err()
	if err == nil {
		p.watch(loop.Of(co))
		if canceled != nil {
			_ = p.Kill()
			for !p.exit.Done() {
				_ = coro.Await(co, coro.Shield(co, p.exit))
			}
		}
	}
	if err = cmp.Or(canceled, err); err != nil {
		p.Close()
		return nil, err
	}
	return p, nil
}

func check(cmd *exec.Cmd, pipes Pipes) error {
	for _, s := range []struct {
		what string
		is   any
		pipe bool
	}{{"Stdin", cmd.Stdin, pipes&Stdin != 0}, {"Stdout", cmd.Stdout, pipes&Stdout != 0}, {"Stderr", cmd.Stderr, pipes&Stderr != 0}} {
		_, isFile := s.is.(*os.File)
		switch {
		case s.is == nil:
		case s.pipe:
			return errors.New("subprocess: the Cmd has a " + s.what + ", and it is to be a pipe; leave one of them out")
		case !isFile:
			return errors.New("subprocess: the Cmd has a " + s.what + " that is no file; have a pipe, and a task that copies")
		}
	}
	return nil
}

// connect makes the pipes. Theirs are the ends of the program.
func (p *Process) connect(co *coro.Co, pipes Pipes) (theirs []*os.File, err error) {
	// ours adopts the end that is here, given the other one.
	ours := func(mine, other *os.File) (*streams.Conn, error) {
		theirs = append(theirs, other)
		c, err := streams.AdoptFile(co, mine)
		if err == nil {
			p.conns = append(p.conns, c)
		}
		return c, err
	}
	if pipes&Stdin != 0 {
		r, w, err := os.Pipe()
		if err != nil {
			return theirs, err
		}
		p.cmd.Stdin = r
		c, err := ours(w, r)
		if err != nil {
			return theirs, err
		}
		p.Stdin = streams.NewWriter(c)
	}
	for _, out := range []struct {
		wanted bool
		reader **streams.Reader
		writer func(f *os.File)
	}{
		{pipes&Stdout != 0, &p.Stdout, func(f *os.File) { p.cmd.Stdout = f }},
		{pipes&Stderr != 0, &p.Stderr, func(f *os.File) { p.cmd.Stderr = f }},
	} {
		if !out.wanted {
			continue
		}
		r, w, err := os.Pipe()
		if err != nil {
			return theirs, err
		}
		out.writer(w)
		c, err := ours(r, w)
		if err != nil {
			return theirs, err
		}
		*out.reader = streams.NewReader(c)
	}
	return theirs, nil
}

func closeAll(files []*os.File) {
	for _, f := range files {
		_ = f.Close()
	}
}

// watch has the exit noted. Who else has the pipes does not matter: they are files, which os/exec does
// not wait for.
func (p *Process) watch(l *loop.Loop) {
	if p.watchHandle(l) {
		return
	}
	go func() { //ouro:allow it waits for the program, and then tells the loop
		err := p.cmd.Wait()
		_, _ = l.CallSoonThreadsafe(func() { // on a closed loop nobody waits for it
			p.err = err
			future.Resolve(p.exit, coro.None{})
		})
	}()
}

// Pid is the number of the process.
func (p *Process) Pid() int { return p.cmd.Process.Pid }

// Exited reports whether it has ended, as far as the loop knows.
func (p *Process) Exited() bool { return p.exit.Done() }

// Wait waits until it has ended, whoever still has its pipes, and returns its exit code: minus the signal, if one has ended
// it. Any number of tasks may wait. The error is the cancellation, which leaves the program alone.
//
// Semantics: asyncio.subprocess.Process.wait, CPython 3.15.
func (p *Process) Wait(co *coro.Co) (code int, err error) {
	if err := coro.Await(co, coro.Shield(co, p.exit)); err != nil {
		return 0, err
	}
	return p.code(), p.waitError()
}

// code is the exit code, as asyncio has it.
func (p *Process) code() int {
	state := p.cmd.ProcessState
	if state == nil {
		return 0
	}
	if status, ok := state.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return -int(status.Signal())
	}
	return state.ExitCode()
}

// waitError is what went wrong with the waiting, which an exit code is not.
func (p *Process) waitError() error {
	var exit *exec.ExitError
	if errors.As(p.err, &exit) {
		return nil
	}
	return p.err
}

// Signal sends it a signal. The error is os.ErrProcessDone if it has ended.
//
// Semantics: asyncio.subprocess.Process.send_signal, CPython 3.15.
func (p *Process) Signal(s os.Signal) error {
	err := p.cmd.Process.Signal(s)
	if isReleased(err) {
		return os.ErrProcessDone // it has been waited for
	}
	return err
}

// Terminate asks it to end, with SIGTERM. On Windows, where a program cannot be asked, it is Kill.
//
// Semantics: asyncio.subprocess.Process.terminate, CPython 3.15.
func (p *Process) Terminate() error { return p.Signal(terminate) }

// Kill ends it.
//
// Semantics: asyncio.subprocess.Process.kill, CPython 3.15.
func (p *Process) Kill() error { return p.Signal(os.Kill) }

// Close closes the pipes that are not closed yet. The program is left alone.
func (p *Process) Close() {
	for _, c := range p.conns {
		_ = c.Close() // net.ErrClosed, if it was
	}
}
