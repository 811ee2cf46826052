package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/ouro-loop/ouro/bench/internal/machine"
	"github.com/ouro-loop/ouro/bench/internal/peers"
)

// A runner runs everything.
type runner struct {
	config
	temp    string
	machine machine.Machine
	binary  string   // the compiled benchmarks
	groups  []string // their names
	peers   []*peer
	missing []string // what there is not, and why
	results *results
}

// A peer is a rival that can be run.
type peer struct {
	rival
	command []string
	version string
}

func newRunner(c config, temp string) *runner {
	return &runner{config: c, temp: temp, results: newResults()}
}

func (r *runner) prepare(ctx context.Context) error {
	r.machine = machine.Here(ctx, r.root)
	r.binary = filepath.Join(r.temp, "bench.test")
	build := exec.CommandContext(ctx, "go", "test", "-c", "-o", r.binary, "./bench")
	build.Dir = r.root
	if err := peers.Build(build); err != nil {
		return err
	}
	names, err := exec.CommandContext(ctx, r.binary, "-test.list", "^Benchmark").Output()
	if err != nil {
		return err
	}
	for _, name := range strings.Fields(string(names)) {
		group := strings.TrimPrefix(name, "Benchmark")
		if len(r.only) == 0 || slices.Contains(r.only, group) {
			r.groups = append(r.groups, group)
		}
	}
	if len(r.groups) == 0 {
		return fmt.Errorf("there is no benchmark %s", strings.Join(r.only, ", "))
	}
	slices.SortStableFunc(r.groups, byTable)
	return r.preparePeers(ctx)
}

func (r *runner) preparePeers(ctx context.Context) error {
	dir, err := filepath.Abs(filepath.Join(r.root, "bench", "peers"))
	if err != nil {
		return err
	}
	for _, rival := range rivals {
		if !slices.Contains(r.rivals, rival.id) {
			continue
		}
		r.progress("preparing %s", rival.title)
		command, err := rival.command(ctx, dir, r.temp)
		if err != nil {
			r.miss(rival.title, err)
			continue
		}
		r.peers = append(r.peers, &peer{rival: rival, command: command})
	}
	return ctx.Err()
}

func (r *runner) miss(title string, err error) {
	reason := strings.Join(strings.Fields(err.Error()), " ")
	r.progress("%s is missing: %s", title, reason)
	r.missing = append(r.missing, title+": "+reason)
}

// measure goes through the benchmarks, and for each through the rounds.
func (r *runner) measure(ctx context.Context) error {
	for _, group := range r.groups {
		idle := map[*peer]bool{} // they cannot do it
		for round := range r.rounds {
			r.progress("%s, round %d of %d", group, round+1, r.rounds)
			for _, procs := range []int{1, 2} {
				if err := r.measureOurs(ctx, group, round, procs); err != nil {
					return fmt.Errorf("%s: %w", group, err)
				}
			}
			for _, p := range r.peers {
				if idle[p] {
					continue
				}
				n, err := r.measurePeer(ctx, p, group, round)
				switch {
				case ctx.Err() != nil:
					return ctx.Err()
				case err != nil:
					r.miss(p.title, fmt.Errorf("%s: %w", group, err))
				}
				idle[p] = n == 0
			}
		}
	}
	return nil
}

// measureOurs measures with so many processors. Time that passes is that with two, as programs have more than
// one; CPU time is that with either.
func (r *runner) measureOurs(ctx context.Context, group string, round, procs int) error {
	args := []string{"-test.run=^$", "-test.bench=^Benchmark" + group + "$", "-test.benchtime=" + r.time.String(),
		"-test.timeout=" + r.limit.String()}
	if r.short {
		args = append(args, "-test.short")
	}
	out, err := r.exec(ctx, []string{"GOMAXPROCS=" + strconv.Itoa(procs)}, r.binary, args...)
	if err != nil {
		return err
	}
	header, ms, err := parseGo(bytes.NewReader(out), round)
	if err != nil {
		return err
	}
	r.machine.CPU = header["cpu"]
	for i := range ms {
		ms[i].Procs = procs
	}
	r.results.addCPU(procs, ms)
	if procs > 1 {
		r.results.add(ms...)
	}
	return nil
}

// measurePeer returns how many measurements there were.
func (r *runner) measurePeer(ctx context.Context, p *peer, group string, round int) (int, error) {
	args := append(slices.Clone(p.command[1:]), "--only", group,
		"--time", strconv.FormatFloat(r.time.Seconds(), 'g', -1, 64))
	if r.short {
		args = append(args, "--short")
	}
	out, err := r.exec(ctx, nil, p.command[0], args...)
	if err != nil {
		return 0, err
	}
	version, ms, err := parsePeer(bytes.NewReader(out), p.id, round)
	if err != nil {
		return 0, err
	}
	if version != "" {
		p.version = version
	}
	r.results.add(ms...)
	return len(ms), nil
}

// exec runs a command from the root, with that added to its environment, and gives its output.
func (r *runner) exec(ctx context.Context, env []string, name string, args ...string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, r.limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = r.root
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.Output()
	if ctx.Err() == context.DeadlineExceeded {
		return nil, fmt.Errorf("it took longer than %v", r.limit)
	}
	if exit := new(exec.ExitError); errors.As(err, &exit) {
		lines := strings.Split(strings.TrimSpace(string(exit.Stderr)), "\n")
		err = fmt.Errorf("%w: %s", err, lines[len(lines)-1])
	}
	return out, err
}

func (r *runner) versions() []string {
	var vs []string
	for _, p := range r.peers {
		if p.version != "" {
			vs = append(vs, p.version)
		}
	}
	return vs
}

func (r *runner) progress(format string, args ...any) {
	fmt.Fprintf(os.Stderr, format+"\n", args...)
}
