package main

import (
	"context"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/ouro-loop/ouro/bench/internal/peers"
)

// A rival is a program under bench/peers.
type rival struct {
	id    string
	title string
	// command finds or builds the program, and gives what to run. The error says
	// why this machine cannot.
	command func(ctx context.Context, dir, temp string) ([]string, error)
}

// rivals in the order of the tables. Each program takes
//
//	--time seconds   how long a measurement takes at least
//	--only names     the benchmarks to run, separated by commas
//	--short          leave out what needs a million of something
//
// and prints JSON: first {"peer": name and version}, then for each measurement
// {"name", "ns_per_op", "ops"}, with a "variant" if there are several ways to do it,
// a "note" on what it leaves out, and "bytes_per_op" in place of time.
var rivals = []rival{
	{"cpython", "CPython", func(ctx context.Context, dir, _ string) ([]string, error) {
		python, err := peers.CPython(ctx)
		return []string{python, filepath.Join(dir, "python", "bench.py")}, err
	}},
	{"uvloop", "uvloop", func(ctx context.Context, dir, _ string) ([]string, error) {
		python, err := peers.Uvloop(ctx)
		return []string{python, filepath.Join(dir, "python", "bench.py"), "--uvloop"}, err
	}},
	{"node", "Node", func(_ context.Context, dir, _ string) ([]string, error) {
		node, err := exec.LookPath("node")
		return []string{node, "--expose-gc", filepath.Join(dir, "node", "bench.mjs")}, err
	}},
	{"tokio", "Tokio", func(ctx context.Context, dir, temp string) ([]string, error) {
		program, err := peers.BuildTokio(ctx, dir, temp, "tokio-peer")
		return []string{program}, err
	}},
	{"goroutines", "goroutines", goProgram("goroutines")},
	{"asyncigo", "asyncigo", goProgram("asyncigo",
		// It is of the time when ranging over functions was an experiment.
		"-gcflags=github.com/arvidfm/asyncigo=-lang=go1.23")},
	{"b97tsk", "b97tsk/async", goProgram("b97tsk")},
	{"goja", "goja_nodejs", goProgram("goja")},
}

func rivalIDs() []string {
	ids := make([]string, len(rivals))
	for i, r := range rivals {
		ids[i] = r.id
	}
	return ids
}

// title is how somebody is called in the tables.
func title(who string) string {
	id, variant, _ := strings.Cut(who, " ")
	for _, r := range rivals {
		if r.id == id {
			if variant == "" {
				return r.title
			}
			return r.title + ", " + variant
		}
	}
	return who
}

// goProgram builds a command of the module under peers/go.
func goProgram(name string, flags ...string) func(ctx context.Context, dir, temp string) ([]string, error) {
	return func(ctx context.Context, dir, temp string) ([]string, error) {
		program := filepath.Join(temp, name)
		args := append([]string{"build", "-o", program}, flags...)
		cmd := exec.CommandContext(ctx, "go", append(args, "./"+name)...)
		cmd.Dir = filepath.Join(dir, "go")
		return []string{program}, peers.Build(cmd)
	}
}
