package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
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
		python, err := findPython(ctx, "import sys; sys.exit(sys.version_info < (3, 13))",
			os.Getenv("OURO_PYTHON"), "python3.15", "python3.14", "python3.13", "python3")
		return []string{python, filepath.Join(dir, "python", "bench.py")}, err
	}},
	{"uvloop", "uvloop", func(ctx context.Context, dir, _ string) ([]string, error) {
		python, err := findPython(ctx, "import uvloop",
			os.Getenv("OURO_UVLOOP_PYTHON"), "python3.15", "python3.14", "python3.13", "python3", "/usr/bin/python3")
		return []string{python, filepath.Join(dir, "python", "bench.py"), "--uvloop"}, err
	}},
	{"node", "Node", func(_ context.Context, dir, _ string) ([]string, error) {
		node, err := exec.LookPath("node")
		return []string{node, "--expose-gc", filepath.Join(dir, "node", "bench.mjs")}, err
	}},
	{"tokio", "Tokio", buildTokio},
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

// findPython gives the first interpreter on which the check succeeds. A name in PATH
// may be a shim that leads nowhere.
func findPython(ctx context.Context, check string, names ...string) (string, error) {
	var tried []string
	for _, name := range names {
		if name == "" {
			continue
		}
		path, err := exec.LookPath(name)
		if err == nil && exec.CommandContext(ctx, path, "-c", check).Run() == nil {
			return path, nil
		}
		tried = append(tried, name)
	}
	return "", fmt.Errorf("%q succeeds with none of %s", check, strings.Join(tried, ", "))
}

// debianCrates is where Debian's librust packages are installed.
const debianCrates = "/usr/share/cargo/registry"

func buildTokio(ctx context.Context, dir, temp string) ([]string, error) {
	cargo, err := exec.LookPath("cargo")
	if err != nil {
		return nil, err
	}
	// Of a copy: the versions that cargo writes down are those of this machine.
	source := filepath.Join(temp, "tokio")
	if err := os.CopyFS(source, os.DirFS(filepath.Join(dir, "tokio"))); err != nil {
		return nil, err
	}
	if err := os.RemoveAll(filepath.Join(source, "Cargo.lock")); err != nil {
		return nil, err
	}
	args := []string{"build", "--quiet", "--release", "--target-dir", filepath.Join(temp, "target")}
	if crates, _ := filepath.Glob(filepath.Join(debianCrates, "tokio-1*")); crates != nil {
		args = append(args, "--offline",
			"--config", `source.crates-io.replace-with="debian"`,
			"--config", `source.debian.directory="`+debianCrates+`"`)
	}
	cmd := exec.CommandContext(ctx, cargo, args...)
	cmd.Dir = source
	return []string{filepath.Join(temp, "target", "release", "tokio-peer")}, output(cmd)
}

// goProgram builds a command of the module under peers/go.
func goProgram(name string, flags ...string) func(ctx context.Context, dir, temp string) ([]string, error) {
	return func(ctx context.Context, dir, temp string) ([]string, error) {
		program := filepath.Join(temp, name)
		args := append([]string{"build", "-o", program}, flags...)
		cmd := exec.CommandContext(ctx, "go", append(args, "./"+name)...)
		cmd.Dir = filepath.Join(dir, "go")
		return []string{program}, output(cmd)
	}
}

// output runs a command that should print nothing, and makes what it prints part
// of the error.
func output(cmd *exec.Cmd) error {
	out, err := cmd.CombinedOutput()
	if err == nil {
		return nil
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	const most = 3 // of them say what is wrong
	if len(lines) > most {
		lines = lines[len(lines)-most:]
	}
	return errors.Join(err, errors.New(strings.Join(lines, "\n")))
}
