// Loopdemo runs the programs of asyncio's tutorials on ouro, and shows each beside
// its Python version.
//
//	go run ./cmd/loopdemo                       a short tour
//	go run ./cmd/loopdemo run --all --virtual   every demo, in virtual time
//	go run ./cmd/loopdemo show gather           one program's source
//
// The exit status is 0, 1 if a demo fails, 2 if the command line is wrong, and 130
// after an interrupt.
package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/ouro-loop/ouro/loop"
)

func main() { os.Exit(execute(os.Args[1:])) }

// execute is loopdemo with these arguments; it returns the exit status.
func execute(args []string) int {
	root := newRoot()
	root.SetArgs(append([]string{}, args...)) // never nil, for which cobra takes those of the process
	err := root.Execute()
	if err != nil {
		for line := range strings.Lines(err.Error()) {
			fmt.Fprintln(os.Stderr, "loopdemo:", strings.TrimSuffix(line, "\n"))
		}
	}
	return exitStatus(err)
}

func exitStatus(err error) int {
	var failed *demoError
	switch {
	case err == nil:
		return 0
	case errors.Is(err, loop.ErrKeyboardInterrupt):
		return 130
	case errors.As(err, &failed):
		return 1
	}
	return 2
}

// demoError is the failure of a demo. All other errors are about the command line.
type demoError struct {
	name string
	err  error
}

func (e *demoError) Error() string { return e.name + ": " + e.err.Error() }
func (e *demoError) Unwrap() error { return e.err }
