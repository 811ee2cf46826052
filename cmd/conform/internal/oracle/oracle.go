// Package oracle asks CPython how a conformance program behaves. The Python side lies in this directory and is part
// of the binary: oracle.py runs programs on CPython's own asyncio, statements.py says what each statement does, pins.py
// fixes what CPython leaves open, choices.py settles it otherwise where a program has picks, and clock.py asks whether a
// clock could have it so, taskgroups.py is what 3.15 changed, and oracle.mjs runs it all on the CPython that Node can carry.
package oracle

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/ouro-loop/ouro/cmd/conform/internal/traces"
)

//go:embed *.py oracle.mjs
var files embed.FS

// Oracle is a CPython that judges programs, one after the other, in a process that is kept running and replaced when
// it dies or hangs. It is not safe for concurrent use.
type Oracle struct {
	command func(dir string) []string
	start   time.Duration // how long the process may take to be there
	timeout time.Duration // how long a program may take
	dir     string        // where the files lie
	proc    *process
}

// CPython returns an oracle that runs on the Python interpreter at path, which must be 3.13 or later. The reference
// is 3.15.0: where an earlier one behaves otherwise, it is made to follow.
func CPython(path string) (*Oracle, error) {
	return newOracle(10*time.Second, func(dir string) []string {
		return []string{path, "-E", filepath.Join(dir, "oracle.py"), "--follow-3.15"}
	})
}

// Pyodide returns an oracle that runs on the CPython of the npm package pyodide, whichever version of it Node finds from
// the working directory on, and in NODE_PATH. It is made to follow 3.15.0 as any other. The engine needs a deep stack.
func Pyodide() (*Oracle, error) {
	const deepest = `ulimit -s unlimited 2>/dev/null || ulimit -s "$(ulimit -H -s)"; exec "$@"`
	return newOracle(2*time.Minute, func(dir string) []string {
		node := []string{"node", "--stack-size=30000", filepath.Join(dir, "oracle.mjs")}
		if runtime.GOOS == "windows" {
			return node
		}
		return append([]string{"sh", "-c", deepest, "sh"}, node...)
	})
}

func newOracle(start time.Duration, command func(dir string) []string) (*Oracle, error) {
	dir, err := os.MkdirTemp("", "conform-oracle-")
	if err != nil {
		return nil, err
	}
	o := &Oracle{command: command, start: start, timeout: 20 * time.Second, dir: dir}
	if err := os.CopyFS(dir, fs.FS(files)); err != nil {
		return nil, errors.Join(err, o.Close())
	}
	return o, nil
}

// Close ends the process and removes its files.
func (o *Oracle) Close() error {
	o.stop()
	return os.RemoveAll(o.dir)
}

// Answer is what the oracle says about one program.
type Answer struct {
	// Line is the trace as text. It is the trace that only says "undefined" when the process died of the program.
	Line []byte
	// TimedOut says that there was no answer in time, and so no Line.
	TimedOut bool
}

// undefined is the answer about a program that CPython does not survive.
var undefined = traces.AppendJSON(nil, traces.Only(traces.Undefined))

// Judge runs programs, given as lines of text, and returns an answer for each, in order. It fails when there is no
// working CPython, or when the context ends.
func (o *Oracle) Judge(ctx context.Context, programs [][]byte) ([]Answer, error) {
	answers := make([]Answer, 0, len(programs))
	for len(answers) < len(programs) {
		if err := o.ensure(ctx); err != nil {
			return nil, err
		}
		got, err := o.proc.ask(ctx, programs[len(answers):], o.timeout)
		answers = append(answers, got...)
		if err == nil {
			break
		}
		blame, err := o.blame(ctx, err)
		if err != nil {
			return nil, err
		}
		answers = append(answers, blame)
	}
	return answers, nil
}

// blame ends the process that failed to answer and says what follows for the program that it was asked about.
func (o *Oracle) blame(ctx context.Context, failure error) (Answer, error) {
	if failure == errDied {
		failure = o.proc.obituary()
	}
	p := o.proc
	o.stop()
	switch {
	case ctx.Err() != nil:
		return Answer{}, ctx.Err()
	case failure == errNoAnswer:
		return Answer{TimedOut: true}, nil
	case failure == errCrashed:
		return Answer{Line: undefined}, nil
	}
	return Answer{}, fmt.Errorf("oracle: %w\n%s", failure, p.complaints())
}

// Version returns which Python it is, as in "CPython 3.14.2 made to follow 3.15.0".
func (o *Oracle) Version(ctx context.Context) (string, error) {
	if err := o.ensure(ctx); err != nil {
		return "", err
	}
	return o.proc.version, nil
}

// ensure starts the process unless it is there. A process that does not even tell its version is an error.
func (o *Oracle) ensure(ctx context.Context) error {
	if o.proc != nil {
		return nil
	}
	argv := o.command(o.dir)
	p, err := startProcess(argv)
	if err != nil {
		return err
	}
	o.proc = p
	answers, err := p.ask(ctx, [][]byte{[]byte(`"version"`)}, o.start)
	if err == nil {
		err = json.Unmarshal(answers[0].Line, &p.version)
	}
	if err == nil {
		return nil
	}
	o.stop()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return fmt.Errorf("oracle: %q does not run: %w\n%s", argv, err, p.complaints())
}

func (o *Oracle) stop() {
	if o.proc != nil {
		o.proc.kill()
		o.proc = nil
	}
}
