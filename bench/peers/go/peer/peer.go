// Package peer is what the rivals in Go have in common: how they are called, how
// they measure, and how they report.
package peer

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"
)

// A Row is a piece of work, called as in package bench.
type Row struct {
	Name    string
	Variant string
	Each    int // how many of them one operation does, 1 if it is zero
	Note    string
	// Run does n operations, and returns how long they took without what was
	// needed before and after.
	Run func(n int) time.Duration
}

// Timed makes a function that does n operations one that says how long they took.
func Timed(f func(n int)) func(n int) time.Duration {
	return func(n int) time.Duration {
		start := time.Now()
		f(n)
		return time.Since(start)
	}
}

// Main measures the rows that the command line asks for, and prints them. The module
// is that of the rival, for its version; title is printed before it.
func Main(title, module string, rows []Row) {
	seconds := flag.Float64("time", 0.3, "how many `seconds` a measurement takes at least")
	only := flag.String("only", "", "the benchmarks to run, separated by commas")
	short := flag.Bool("short", false, "leave out what needs a million of something")
	flag.Parse()
	wanted := strings.FieldsFunc(*only, func(r rune) bool { return r == ',' })

	show(map[string]any{"peer": strings.TrimSpace(title + " " + version(module))})
	for _, row := range rows {
		group, _, _ := strings.Cut(row.Name, "/")
		if *short && strings.HasSuffix(row.Name, "=1000000") || len(wanted) > 0 && !slices.Contains(wanted, group) {
			continue
		}
		n, elapsed := measure(row.Run, time.Duration(*seconds*float64(time.Second)))
		ops := n * max(1, row.Each)
		show(map[string]any{
			"name":      row.Name,
			"variant":   row.Variant,
			"note":      row.Note,
			"ops":       ops,
			"ns_per_op": float64(elapsed.Nanoseconds()) / float64(ops),
		})
	}
}

// show prints a line, without the fields that are empty.
func show(line map[string]any) {
	for key, value := range line {
		if value == "" {
			delete(line, key)
		}
	}
	if err := json.NewEncoder(os.Stdout).Encode(line); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// measure does more and more operations until they take long enough.
func measure(run func(n int) time.Duration, long time.Duration) (int, time.Duration) {
	const most = 1_000_000_000
	for n := 1; ; {
		runtime.GC()
		elapsed := run(n)
		if elapsed >= long || n >= most {
			return n, elapsed
		}
		more := 1.2 * float64(long) * float64(n) / float64(max(1, elapsed))
		n = int(min(max(float64(n+1), more), float64(100*n), most))
	}
}

func version(module string) string {
	if module == "" {
		return runtime.Version()
	}
	info, _ := debug.ReadBuildInfo()
	for _, m := range info.Deps {
		if m.Path == module {
			return m.Version
		}
	}
	return "?"
}
