package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ouro-loop/ouro/bench/echo/load"
	"github.com/ouro-loop/ouro/bench/internal/machine"
	"github.com/ouro-loop/ouro/bench/internal/peers"
)

// A runner runs everything.
type runner struct {
	config
	temp        string
	machine     machine.Machine
	busyness    string // of the machine before, a load average
	contestants []*contestant
	missing     []string // what there is not, and why
	results     results
}

func (r *runner) prepare(ctx context.Context) (err error) {
	if r.root, err = filepath.Abs(r.root); err != nil {
		return err
	}
	if err := allowDescriptors(r.loads); err != nil {
		return err
	}
	r.machine = machine.Here(ctx, r.root)
	r.busyness = loadAverage()
	build := exec.CommandContext(ctx, "go", "build", "-o", r.temp, "./bench/echo/client", "./bench/echo/server")
	build.Dir = r.root
	if err := peers.Build(build); err != nil {
		return err
	}
	for i := range servers {
		if s := &servers[i]; slices.Contains(r.servers, s.id) {
			r.admit(ctx, s)
		}
	}
	return ctx.Err()
}

// loadAverage is how many threads have run, or wanted to, in the last minute.
func loadAverage() string {
	text, _ := os.ReadFile("/proc/loadavg")
	average, _, _ := strings.Cut(string(text), " ")
	return average
}

// admit has a server take part.
func (r *runner) admit(ctx context.Context, s *server) {
	r.progress("preparing %s", s.title)
	argv, err := s.command(ctx, r)
	if err != nil {
		r.miss(s.title, err)
		return
	}
	if !s.inGo {
		r.contestants = append(r.contestants, &contestant{server: s, argv: argv})
		return
	}
	for _, n := range r.procs {
		r.contestants = append(r.contestants, &contestant{server: s, argv: argv, procs: n})
	}
}

func (r *runner) miss(who string, err error) {
	what := who + ": " + strings.Join(strings.Fields(err.Error()), " ")
	r.progress("missing: %s", what)
	r.missing = append(r.missing, what)
}

// A trial is a contestant with a load.
type trial struct {
	who  *contestant
	load connections
}

func (r *runner) measure(ctx context.Context) error {
	for round := range r.rounds {
		r.progress("round %d of %d", round+1, r.rounds)
		for _, next := range r.shuffled() {
			if err := r.measureOne(ctx, next, round); err != nil {
				return err
			}
		}
	}
	return r.countCalls(ctx)
}

// shuffled are all trials, in random order: what a machine does besides is not always the same one's
// misfortune.
func (r *runner) shuffled() (trials []trial) {
	for _, c := range r.contestants {
		for _, l := range r.loads {
			trials = append(trials, trial{c, l})
		}
	}
	rand.Shuffle(len(trials), func(i, j int) { trials[i], trials[j] = trials[j], trials[i] })
	return trials
}

// measureOne adds to the results. Who fails is left out from then on.
func (r *runner) measureOne(ctx context.Context, next trial, round int) error {
	if !slices.Contains(r.contestants, next.who) {
		return nil
	}
	got, err := r.ask(ctx, next, nil)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		r.miss(next.who.name(), fmt.Errorf("at %v connections: %w", next.load, err))
		r.contestants = slices.DeleteFunc(r.contestants, func(c *contestant) bool { return c == next.who })
		return nil
	}
	r.results.add(next, round, got)
	return nil
}

// patience is how long a client may take for what is not measured.
const patience = time.Minute

// ask puts a load on a server that was started for it. before is
// what the client is run by, if it is not nil.
func (r *runner) ask(ctx context.Context, next trial, before func(pid string) []string) (got load.Result, err error) {
	p, err := start(ctx, next.who)
	if err != nil {
		return got, err
	}
	defer p.stop()
	next.who.version = p.name
	ctx, cancel := context.WithTimeout(ctx, r.warm+r.time+patience)
	defer cancel()
	pid := strconv.Itoa(p.cmd.Process.Pid)
	argv := []string{filepath.Join(r.temp, "client"), "-addr", p.addr.String(), "-pid", pid,
		"-busy", strconv.Itoa(next.load.busy), "-idle", strconv.Itoa(next.load.idle),
		"-warm", r.warm.String(), "-time", r.time.String()}
	if before != nil {
		argv = append(before(pid), argv...)
	}
	out, err := exec.CommandContext(ctx, argv[0], argv[1:]...).Output()
	if exit := new(exec.ExitError); errors.As(err, &exit) {
		return got, errors.Join(err, errors.New(string(exit.Stderr)))
	}
	if err != nil {
		return got, err
	}
	if err := json.Unmarshal(out, &got); err != nil {
		return got, err
	}
	if got.Requests == 0 {
		return got, errors.New("it has answered nothing")
	}
	return got, nil
}
