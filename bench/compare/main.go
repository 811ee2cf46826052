// Compare runs the benchmarks of package bench and those of the rivals, and writes
// docs/benchmarks.md.
//
//	go run ./bench/compare                   everything, into docs/benchmarks.md
//	go run ./bench/compare -rivals ''        ours and the floors only
//	go run ./bench/compare -baseline         ours, against the stored ratios
//	go run ./bench/compare -save             everything, and store the ratios as well
//
// It goes through the benchmarks one by one, and for each through so many rounds, in
// which ours and each rival have their turn: so a machine that slows down for a while
// slows all of them. What is reported is the median of the rounds, and a ratio is the
// median of the ratios within a round.
//
// The rivals are the programs under bench/peers; one that this machine cannot run is
// named as missing.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"time"

	"github.com/ouro-loop/ouro/bench/internal/page"
)

type config struct {
	root     string // of the repository
	out      string
	raw      string
	rounds   int
	time     time.Duration // of one measurement
	limit    time.Duration // of one process
	short    bool
	only     []string // the benchmarks, all if it is empty
	rivals   []string // their ids
	baseline string
	check    bool
	save     bool
}

func main() {
	var c config
	var only, rivals string
	flag.StringVar(&c.root, "root", ".", "the repository's `directory`")
	flag.StringVar(&c.out, "o", "docs/benchmarks.md", "the `file` to write, relative to the root; - for standard output")
	flag.StringVar(&c.raw, "raw", "", "also write every measurement to this `file`, a JSON object in each line")
	flag.IntVar(&c.rounds, "rounds", 5, "how often everything is measured")
	flag.DurationVar(&c.time, "time", 300*time.Millisecond, "how long one measurement takes at least")
	flag.DurationVar(&c.limit, "limit", 10*time.Minute, "how long one process may take for one benchmark")
	flag.BoolVar(&c.short, "short", false, "leave out what needs a million of something")
	flag.StringVar(&only, "only", "", "the benchmarks to run, such as Yield,Gather; all by default")
	flag.StringVar(&rivals, "rivals", "all", "the rivals to run: "+strings.Join(rivalIDs(), ","))
	flag.StringVar(&c.baseline, "baseline-file", "bench/baseline.json", "the stored ratios, relative to the root")
	flag.BoolVar(&c.check, "baseline", false, "compare with the stored ratios instead of writing the document")
	flag.BoolVar(&c.save, "save", false, "store the ratios, too")
	flag.Parse()
	c.only = list(only)
	c.rivals = list(rivals)
	if rivals == "all" {
		c.rivals = rivalIDs()
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, c); err != nil {
		fmt.Fprintln(os.Stderr, "compare:", err)
		os.Exit(1)
	}
}

// path is a file that was named relative to the root.
func (c config) path(name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(c.root, name)
}

func list(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' })
}

func run(ctx context.Context, c config) error {
	switch {
	case c.check && c.save:
		return errors.New("-baseline compares with the stored ratios, -save stores them: one of the two")
	case c.save && len(c.only) > 0:
		return errors.New("-save stores the ratios of everything, so it does not go with -only")
	}
	if c.check {
		c.rivals = nil
	}
	temp, err := os.MkdirTemp("", "ouro-compare-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(temp) }()
	r := newRunner(c, temp)
	if err := r.prepare(ctx); err != nil {
		return err
	}
	if err := r.measure(ctx); err != nil {
		return err
	}
	if c.raw != "" {
		if err := writeRaw(c.raw, r.results.all); err != nil {
			return err
		}
	}
	ratios := allRatios(r.results)
	if c.check {
		old, err := loadBaseline(c.path(c.baseline))
		if err != nil {
			return err
		}
		fmt.Print(compareBaseline(old, ratios))
		return nil
	}
	if c.save {
		if err := saveBaseline(c.path(c.baseline), baseline{Machine: r.machine, Ratios: ratios}); err != nil {
			return err
		}
	}
	text := document(r.machine, c, r.missing, r.versions(), r.results)
	if c.out == "-" {
		_, err = os.Stdout.WriteString(text)
		return err
	}
	out := c.path(c.out)
	if old, err := os.ReadFile(out); err == nil {
		text = page.KeepOwn(text, string(old))
	}
	if svg, ok := plot(r.results); ok {
		if err := os.WriteFile(filepath.Join(filepath.Dir(out), plotName), []byte(svg), 0o644); err != nil {
			return err
		}
	}
	return os.WriteFile(out, []byte(text), 0o644)
}
