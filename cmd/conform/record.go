package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/ouro-loop/ouro/cmd/conform/internal/corpus"
	"github.com/ouro-loop/ouro/cmd/conform/internal/generator"
	"github.com/ouro-loop/ouro/cmd/conform/internal/oracle"
	"github.com/ouro-loop/ouro/cmd/conform/internal/program"
	"github.com/ouro-loop/ouro/cmd/conform/internal/traces"
)

// recording is one run of the record command.
type recording struct {
	reference
	seed, tries uint64
	count       int
	path        string
	seen        map[string]bool
	chosen      []corpus.Entry
	fill        []corpus.Entry // shows nothing new
}

func newRecord() *cobra.Command {
	r := &recording{seen: map[string]bool{}}
	cmd := &cobra.Command{
		Use:   "record",
		Short: "Record programs with CPython's traces, to be replayed where there is no Python",
		Long: "Generates programs of all profiles, runs them on CPython, keeps those that show something new, fills up with\n" +
			"others to the number wanted, and writes them with their traces.",
		Example: "  conform record --pyodide --out cmd/conform/testdata/corpus.gz",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return r.run(cmd) },
	}
	flags := cmd.Flags()
	flags.Uint64Var(&r.seed, "seed", 315, "the seed of the programs")
	flags.Uint64Var(&r.tries, "tries", 30_000, "how many programs to choose from")
	flags.IntVar(&r.count, "count", 3_500, "how many to keep at least")
	flags.StringVar(&r.path, "out", "corpus.gz", "the file to write")
	r.reference.addTo(cmd)
	return cmd
}

func (r *recording) run(cmd *cobra.Command) (err error) {
	ctx := cmd.Context()
	o, err := r.start(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.Close()) }()
	version, err := o.Version(ctx)
	if err != nil {
		return err
	}
	const batch = 100
	for n := uint64(0); n < r.tries; n += batch {
		if err := r.judge(ctx, o, n, batch); err != nil {
			return err
		}
	}
	for _, e := range r.fill {
		if len(r.chosen) >= r.count {
			break
		}
		r.chosen = append(r.chosen, e)
	}
	f, err := os.Create(r.path)
	if err != nil {
		return err
	}
	origin := fmt.Sprintf("%s, %s, conform record --seed %d --tries %d", version, time.Now().Format(time.DateOnly), r.seed, r.tries)
	if err := errors.Join(corpus.Write(f, origin, r.chosen), f.Close()); err != nil {
		return err
	}
	fmt.Fprintf(cmd.OutOrStdout(), "%s: %d programs that show %d things\n%s\n", r.path, len(r.chosen), len(r.seen), origin)
	return nil
}

// judge runs a batch of programs and takes those in that are worth it.
func (r *recording) judge(ctx context.Context, o *oracle.Oracle, first, n uint64) error {
	profiles := []generator.Profile{generator.Core, generator.Sync, generator.All}
	var programs []*program.Program
	var lines [][]byte
	for i := first; i < first+n; i++ {
		p := generator.Program(r.seed, i, profiles[i%uint64(len(profiles))])
		programs = append(programs, p)
		lines = append(lines, program.AppendJSON(nil, p))
	}
	answers, err := o.Judge(ctx, lines)
	if err != nil {
		return err
	}
	for i, a := range answers {
		if a.TimedOut {
			continue
		}
		t, err := traces.Parse(a.Line)
		if err != nil {
			return err
		}
		if t.Ended() == traces.Undefined {
			continue // any trace is right
		}
		r.take(programs[i], corpus.Entry{Program: lines[i], Trace: a.Line}, t)
	}
	return nil
}

// fillSize bounds what a program takes that shows nothing new, so that the corpus
// stays small.
const fillSize = 3_000

func (r *recording) take(p *program.Program, e corpus.Entry, t traces.Trace) {
	isNew := false
	for feature := range corpus.Features(p, t) {
		isNew = isNew || !r.seen[feature]
		r.seen[feature] = true
	}
	switch {
	case isNew:
		r.chosen = append(r.chosen, e)
	case len(e.Program)+len(e.Trace) < fillSize:
		r.fill = append(r.fill, e)
	}
}
