// Durable measures durable programs: ours with each of its stores, DBOS for Go, and the replayer of Temporal's SDK.
//
//	go run .                                        everything, on the terminal (six minutes)
//	go run . -markdown ../../docs/benchmarks.md     and into the section of that page
//	go run . -only Directory,SQLite -rounds 3 -sleepers 0
//
// A step is an activity that does nothing: what takes time is that its outcome is made durable before the program sees
// it. In each round every contestant has its turn with every load, in random order, on a store that is new. How often
// data is forced to the disk is counted by strace in runs of their own, as that slows all down.
//
// It needs Linux. A contestant that this machine cannot run is named as missing.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/ouro-loop/ouro/bench/internal/machine"
	"github.com/ouro-loop/ouro/bench/internal/page"
)

type config struct {
	args     []string
	markdown string // the page
	only     []string
	rounds   int
	warm     time.Duration
	time     time.Duration // that is measured
	replayed int           // steps of the program that is replayed
	sleepers int
	syncs    bool // whether they are counted
	progress func(format string, args ...any)
}

func main() {
	if len(os.Args) > 1 && os.Args[1] == natsRole {
		exit(serveNATS(os.Args[2:]))
	}
	c, err := parse(os.Args[1:])
	if err == nil {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
		defer stop()
		err = run(ctx, c, os.Stdout)
	}
	if err != flag.ErrHelp {
		exit(err)
	}
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "durable:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

func parse(args []string) (c config, err error) {
	f := flag.NewFlagSet("durable", flag.ContinueOnError)
	f.StringVar(&c.markdown, "markdown", "", "also write it into its section of this `page`")
	f.IntVar(&c.rounds, "rounds", 5, "how often everything is measured")
	f.IntVar(&c.replayed, "replayed", 1_000, "how many `steps` the program has that is replayed")
	f.IntVar(&c.sleepers, "sleepers", 10_000, "how many programs sleep; none is not measured")
	f.BoolVar(&c.syncs, "syncs", true, "count with strace how often data is forced to the disk")
	seconds := f.Float64("seconds", 0.5, "how long one measurement takes")
	only := f.String("only", "", "the `names` of those that are measured, all if it is not given")
	if err := f.Parse(args); err != nil {
		return c, err
	}
	c.args = args
	c.time = time.Duration(*seconds * float64(time.Second))
	c.warm = c.time / 5
	if c.rounds < 1 || c.time <= 0 || c.replayed < 1 || c.sleepers < 0 {
		return c, fmt.Errorf("%d rounds of %v, %d steps, %d sleepers: there has to be something to measure", c.rounds, c.time, c.replayed, c.sleepers)
	}
	if *only != "" {
		c.only = strings.Split(*only, ",")
	}
	for _, name := range c.only {
		if !slices.Contains(names(), name) {
			return c, fmt.Errorf("there is no %q; there are %s", name, strings.Join(names(), ", "))
		}
	}
	c.progress = func(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) }
	return c, nil
}

func run(ctx context.Context, c config, out io.Writer) error {
	r := &runner{config: c, machine: machine.Here(ctx, "."), steps: map[trial][]measurement{}, forced: map[trial]float64{},
		replays: map[*replayer][]measurement{}, sleeps: map[string]sleep{}}
	if err := r.prepare(); err != nil {
		return err
	}
	defer r.close()
	if err := r.measure(ctx); err != nil {
		return err
	}
	if _, err := io.WriteString(out, r.text()); err != nil || c.markdown == "" {
		return err
	}
	old, err := os.ReadFile(c.markdown)
	if err != nil {
		return err
	}
	return os.WriteFile(c.markdown, []byte(page.SetSection(string(old), page.Durable, r.section())), 0o644)
}
