package main

import (
	"errors"
	"fmt"
	"io"
	"math"
	"os"

	"github.com/spf13/cobra"

	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/trace"
)

func newTrace() *cobra.Command {
	f := traceFormat{
		name:  choice{value: "text", of: []string{"text", "jsonl", "perfetto"}},
		clock: choice{of: []string{"steps", "loop"}},
	}
	var output string
	var virtual bool
	seed := number{largest: math.MaxUint64}
	cmd := &cobra.Command{
		Use:   "trace NAME",
		Short: "Run a program, and write what happens on its loop",
		Long: `Run a program, and write everything that happens on its loop. What the program
prints is part of that, and is not printed.`,
		Example: `  loopdemo trace gather-tasks --virtual
  loopdemo trace gather-tasks --virtual --format jsonl | sha256sum
  loopdemo trace gather-tasks --virtual --format perfetto -o gather-tasks.json`,
		ValidArgsFunction: completePrograms,
		RunE: func(cmd *cobra.Command, names []string) error {
			d, err := chooseOne("trace", names)
			if err != nil {
				return err
			}
			if err := f.complete(virtual); err != nil {
				return err
			}
			r := &recording{demo: d, seed: seedOf(cmd, seed, virtual), options: clockOf(virtual)}
			return writeTrace(r, f, output, cmd.OutOrStdout())
		},
	}
	cmd.Flags().Var(&f.name, "format", "text, jsonl or perfetto: text for people, JSON lines for\nprograms, or a picture for https://ui.perfetto.dev")
	cmd.Flags().StringVarP(&output, "output", "o", "", "write into this `file`")
	cmd.Flags().Var(&f.clock, "clock", "steps or loop: how long things take in a perfetto trace, a\nmicrosecond an event, or what they took (default: steps\nwith --virtual, otherwise loop)")
	addClock(cmd, &virtual, &seed)
	return cmd
}

// traceFormat is how a trace is written.
type traceFormat struct{ name, clock choice }

// complete chooses the clock, unless that is chosen.
func (f *traceFormat) complete(virtual bool) error {
	switch {
	case f.clock.value != "" && f.name.value != "perfetto":
		return errors.New("trace takes --clock only with --format perfetto")
	case f.clock.value == "" && virtual:
		f.clock.value = "steps"
	}
	return nil
}

func (f *traceFormat) write(t *trace.Trace, w io.Writer) error {
	switch f.name.value {
	case "jsonl":
		return t.WriteJSON(w)
	case "perfetto":
		if f.clock.value == "steps" {
			return t.WritePerfetto(w, trace.Steps)
		}
		return t.WritePerfetto(w, trace.LoopTime)
	}
	return t.WriteText(w)
}

// writeTrace writes the trace of a run into the file with that name, or to w if there is no
// name. It is written if the program fails, too.
func writeTrace(r *recording, f traceFormat, name string, w io.Writer) (err error) {
	if name != "" {
		file, err := os.Create(name) // before a run that may take long
		if err != nil {
			return &outputError{err}
		}
		defer func() { err = errors.Join(err, asOutputError(file.Close())) }()
		w = file
	}
	t, failed := r.record()
	if t == nil {
		return failed
	}
	if err := f.write(t, w); err != nil {
		return asOutputError(err)
	}
	return failed
}

// outputError is that something could not be written.
type outputError struct{ err error }

func (e *outputError) Error() string { return fmt.Sprintf("the output cannot be written: %v", e.err) }
func (e *outputError) Unwrap() error { return e.err }

func asOutputError(err error) error {
	if err == nil {
		return nil
	}
	return &outputError{err}
}

// clockOf are the options of a run in virtual or in real time.
func clockOf(virtual bool) []loop.Option {
	if virtual {
		return []loop.Option{loop.VirtualTime(true)}
	}
	return nil
}
