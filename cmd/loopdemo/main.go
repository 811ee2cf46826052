// Loopdemo runs the programs of asyncio's tutorials on ouro, and shows each beside
// its Python version.
//
//	go run ./cmd/loopdemo                       a short tour
//	go run ./cmd/loopdemo run --all --virtual   every demo, in virtual time
//	go run ./cmd/loopdemo show gather           one program's source
//	go run ./cmd/loopdemo show gather --runnable > /some/where/main.go
//	go run ./cmd/loopdemo museum                traps of asyncio, each with its cure
//	go run ./cmd/loopdemo explain gather-tasks  the story of a run, step by step
//	go run ./cmd/loopdemo timeline gather-tasks a picture of it
//	go run ./cmd/loopdemo trace gather-tasks    all that happens on the loop
//	go run ./cmd/loopdemo serve                 every demo step by step, in a browser
//	go run ./cmd/loopdemo export DIR            the same, as files
//
// The exit status is 0, 1 if a demo fails, the output cannot be written or the page
// cannot be served, 2 if the command line is wrong, and 130 after an interrupt of a
// demo. An interrupt is how serve ends.
package main

//go:generate go run ./internal/generate

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/ouro-loop/ouro/loop"
)

func main() {
	terminal := os.Stdout
	written := watchStdout(func(err error) {
		complain(fmt.Errorf("the output cannot be written: %w", err))
		os.Exit(1)
	})
	err := execute(os.Args[1:], terminal)
	written() // before what is said on the standard error
	if err != nil {
		complain(err)
	}
	os.Exit(exitStatus(err))
}

// execute is loopdemo with these arguments. What it prints is to be read on
// terminal, if that is one.
func execute(args []string, terminal *os.File) error {
	root := newRoot(terminal)
	root.SetArgs(append([]string{}, args...)) // never nil, for which cobra takes those of the process
	return root.Execute()
}

func complain(err error) {
	for line := range strings.Lines(err.Error()) {
		fmt.Fprintln(os.Stderr, "loopdemo:", strings.TrimSuffix(line, "\n"))
	}
}

func exitStatus(err error) int {
	var failed *demoError
	var page *pageError
	var unwritten *outputError
	switch {
	case err == nil:
		return 0
	case errors.Is(err, loop.ErrKeyboardInterrupt):
		return 130
	case errors.As(err, &failed), errors.As(err, &page), errors.As(err, &unwritten):
		return 1
	}
	return 2
}

// demoError is the failure of a demo. Errors that are none, no pageError and no
// outputError, are about the command line.
type demoError struct {
	name string
	err  error
}

func (e *demoError) Error() string { return e.name + ": " + e.err.Error() }
func (e *demoError) Unwrap() error { return e.err }
