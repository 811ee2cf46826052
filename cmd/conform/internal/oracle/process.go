package oracle

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"os/exec"
	"sync"
	"time"
)

// process is a running oracle: a line to it is a program, a line from it a trace.
type process struct {
	cmd     *exec.Cmd
	in      io.WriteCloser
	lines   chan []byte // what it answers; closed when it ends
	errors  *tail
	version string
}

var (
	errNoAnswer = errors.New("no answer in time")
	errDied     = errors.New("the process ended")
	errCrashed  = errors.New("the process crashed")
)

func startProcess(argv []string) (*process, error) {
	p := &process{
		cmd:    exec.Command(argv[0], argv[1:]...),
		lines:  make(chan []byte, 64),
		errors: &tail{},
	}
	p.cmd.Stderr = p.errors
	in, err := p.cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	p.in = in
	go p.read(out)
	return p, nil
}

// read hands on the lines until there are no more, which is when the process has ended or was killed.
func (p *process) read(out io.Reader) {
	defer close(p.lines)
	lines := bufio.NewReaderSize(out, 1<<16)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return
		}
		p.lines <- bytes.TrimRight(line, "\r\n")
	}
}

// ask writes the programs and collects the answers. When it fails, it returns the answers that came before: the next
// program is the one to blame.
func (p *process) ask(ctx context.Context, programs [][]byte, timeout time.Duration) ([]Answer, error) {
	go p.write(programs)
	answers := make([]Answer, 0, len(programs))
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	for len(answers) < len(programs) {
		select {
		case line, ok := <-p.lines:
			if !ok {
				return answers, errDied
			}
			answers = append(answers, Answer{Line: line})
			timer.Reset(timeout)
		case <-timer.C:
			return answers, errNoAnswer
		case <-ctx.Done():
			return answers, ctx.Err()
		}
	}
	return answers, nil
}

// write writes the programs, in a goroutine of its own, since the process may answer before it has read them all. It
// ends when all is written or when the process is gone, which is when an error tells that there is nobody to read.
func (p *process) write(programs [][]byte) {
	var buf []byte
	for _, program := range programs {
		buf = append(append(buf, program...), '\n')
	}
	_, _ = p.in.Write(buf) // read has noticed as well
}

// kill ends the process and waits for it to be gone.
func (p *process) kill() {
	_ = p.in.Close()
	_ = p.cmd.Process.Kill()
	for range p.lines { // so that read can end, which Wait must come after
	}
	_ = p.cmd.Wait()
}

// obituary waits for a process that answers no more to end, and returns errCrashed if a signal ended it, as it does
// when the stack overflows.
func (p *process) obituary() error {
	const patience = 10 * time.Second
	giveUp := time.AfterFunc(patience, func() { _ = p.cmd.Process.Kill() })
	defer giveUp.Stop()
	err := p.cmd.Wait()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) && exit.ExitCode() < 0 {
		return errCrashed
	}
	return errors.Join(errDied, err)
}

// complaints returns the end of what the process wrote to its standard error.
func (p *process) complaints() string { return p.errors.String() }

// tail keeps the end of what is written to it.
type tail struct {
	mu  sync.Mutex
	buf []byte
}

const tailSize = 4096

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.buf = append(t.buf, b...)
	if extra := len(t.buf) - tailSize; extra > 0 {
		t.buf = append(t.buf[:0], t.buf[extra:]...)
	}
	return len(b), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.buf)
}
