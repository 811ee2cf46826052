package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/ouro-loop/ouro/cmd/conform/internal/fuzz"
	"github.com/ouro-loop/ouro/cmd/conform/internal/generator"
	"github.com/ouro-loop/ouro/cmd/conform/internal/program"
	"github.com/ouro-loop/ouro/cmd/conform/internal/traces"
)

// fuzzing is one run of the fuzz command.
type fuzzing struct {
	choice
	reference
	replay fuzz.Replay
	explored
	every   time.Duration
	out     io.Writer
	err     io.Writer
	version string // of the Python
	fuzzer  *fuzz.Fuzzer
	told    int // differences
}

func newFuzz(replay fuzz.Replay) *cobra.Command {
	f := &fuzzing{replay: replay}
	cmd := &cobra.Command{
		Use:   "fuzz",
		Short: "Compare random programs on CPython and on this library",
		Long: "Generates programs, runs them on CPython and on this library and compares the traces.\n\n" +
			"The first program on which they differ is made as small as it can be and shown, with both traces. The exit\n" +
			"status is 1 if there was a difference.",
		Example: "  conform fuzz --count 100000 --seed 7 --python python3.13",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			f.out, f.err = cmd.OutOrStdout(), cmd.ErrOrStderr()
			return f.run(cmd.Context())
		},
	}
	f.choice.addTo(cmd, 10_000)
	f.reference.addTo(cmd)
	cmd.Flags().DurationVar(&f.every, "progress", 5*time.Second, "how often to tell how far it is")
	return cmd
}

func (f *fuzzing) run(ctx context.Context) (err error) {
	profile, err := generator.ParseProfile(f.profile)
	if err != nil {
		return err
	}
	o, err := f.start(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.Close()) }()
	if f.version, err = o.Version(ctx); err != nil {
		return err
	}
	f.fuzzer = &fuzz.Fuzzer{
		Replay: f.replay, Oracle: o,
		Profile: profile, Seed: f.seed, Skip: f.skip, Count: f.count,
		Found:    func(d *fuzz.Difference) error { return f.found(ctx, d) },
		Progress: func(s fuzz.Summary) { fmt.Fprintln(f.err, s.Brief()) },
		Every:    f.every,
	}
	if f.schedules > 0 {
		defer f.explore(f.fuzzer)()
	}
	sum, err := f.fuzzer.Run(ctx)
	fmt.Fprintf(f.out, "%s, seed %d, profile %s%s\n%s", f.version, f.seed, profile, f.explored.String(), sum.String())
	if err == nil && sum.Differences > 0 {
		return errDiffers
	}
	return err
}

// maxTold bounds how many differences are told of.
const maxTold = 10

// found tells of a difference: the first one at length, some more by their numbers.
func (f *fuzzing) found(ctx context.Context, d *fuzz.Difference) error {
	f.told++
	if f.told > maxTold {
		return nil
	}
	fmt.Fprintf(f.out, "difference: %s --seed %d --skip %d --count 1 --profile %s\n",
		f.again(), f.seed, d.Number/max(1, f.schedules), f.profile)
	if f.told > 1 {
		return nil
	}
	fmt.Fprintln(f.err, "making the program smaller…")
	small, err := f.fuzzer.Shrink(ctx, d)
	if err != nil {
		return err
	}
	return f.show(small)
}

// show prints a difference: the program as text and as Python, and the two traces.
func (f *fuzzing) show(d *fuzz.Difference) error {
	fmt.Fprintf(f.out, "\n%s\n%s\n", program.AppendJSON(nil, d.Program), d.Program.Listing())
	const context = 8
	err := traces.WriteSideBySide(f.out,
		traces.Side{Who: f.version, Trace: d.CPython}, traces.Side{Who: "this library", Trace: d.Library}, context)
	fmt.Fprintln(f.out)
	return err
}
