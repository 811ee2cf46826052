package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"strings"
	"sync/atomic"
	"time"

	"github.com/ouro-loop/ouro/bench/internal/machine"
	"github.com/ouro-loop/ouro/internal/postgres"
)

// A runner measures everything.
type runner struct {
	config
	machine   machine.Machine
	busyness  string // before it began
	temp      string
	postgres  *postgres.Server // nil if there is none
	databases int
	replayers []*replayer
	missing   []string

	steps   map[trial][]measurement
	forced  map[trial]float64 // how often a step forces data to the disk
	replays map[*replayer][]measurement
	sleeps  map[string]sleep
}

// A trial is a contestant with a load.
type trial struct {
	*contestant
	load
}

// A measurement is what so many steps have taken.
type measurement struct {
	begin time.Time
	steps int64
	time  time.Duration
	cpu   time.Duration
}

func (r *runner) prepare() (err error) {
	load, _ := os.ReadFile("/proc/loadavg")
	r.busyness, _, _ = strings.Cut(string(load), " ")
	if r.temp, err = os.MkdirTemp("", "ouro-durable-"); err != nil {
		return err
	}
	r.postgres, err = postgres.Start("max_connections=100")
	if errors.Is(err, postgres.ErrMissing) {
		r.postgres, err = nil, nil
	}
	return err
}

func (r *runner) close() {
	if r.postgres != nil {
		r.postgres.Stop()
	}
	_ = os.RemoveAll(r.temp)
}

// database makes one in PostgreSQL.
func (r *runner) database(ctx context.Context) (name string, drop func() error, err error) {
	if r.postgres == nil {
		return "", nil, postgres.ErrMissing
	}
	r.databases++
	name = fmt.Sprint("bench", r.databases)
	admin := func(ctx context.Context, statement string) error {
		db, err := sql.Open("pgx", r.postgres.DSN("postgres"))
		if err != nil {
			return err
		}
		_, err = db.ExecContext(ctx, statement)
		return errors.Join(err, db.Close())
	}
	return name, func() error { return admin(context.Background(), "DROP DATABASE "+name+" WITH (FORCE)") }, admin(ctx, "CREATE DATABASE "+name)
}

func (r *runner) measure(ctx context.Context) error {
	var trials []trial
	for _, c := range selected(r.only) {
		switch err := r.try(ctx, c); {
		case errors.Is(err, postgres.ErrMissing):
			r.missing = append(r.missing, c.name+": "+err.Error())
			continue
		case err != nil:
			return fmt.Errorf("%s: %w", c.name, err)
		}
		for _, l := range loads {
			trials = append(trials, trial{c, l})
		}
	}
	var err error
	if r.replayers, err = replayers(ctx, r.replayed); err != nil {
		return err
	}
	for round := range r.rounds {
		r.progress("round %d of %d", round+1, r.rounds)
		rand.Shuffle(len(trials), func(i, k int) { trials[i], trials[k] = trials[k], trials[i] })
		for _, t := range trials {
			m, err := r.stepsOf(ctx, t, nil)
			if err != nil {
				return fmt.Errorf("%s, %s: %w", t.contestant.name, t.load.name, err)
			}
			r.steps[t] = append(r.steps[t], m)
		}
		for _, p := range r.replayers {
			m, err := p.measure(r.time)
			if err != nil {
				return fmt.Errorf("%s: %w", p.name, err)
			}
			r.replays[p] = append(r.replays[p], m)
		}
	}
	return errors.Join(r.countSyncs(ctx, trials), r.measureSleeps(ctx, trials))
}

// try finds out whether this machine has what a contestant needs.
func (r *runner) try(ctx context.Context, c *contestant) error {
	return r.with(ctx, c, func(system) error { return nil })
}

// with does something with a system that is new, and has a directory of its own.
func (r *runner) with(ctx context.Context, c *contestant, do func(system) error) error {
	dir, err := os.MkdirTemp(r.temp, "")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	s, err := c.open(ctx, r, dir)
	if err != nil {
		return err
	}
	return errors.Join(do(s), s.close())
}

// A watch is told when the steps that count are about to begin, and what it returns when they are over.
type watch func(s system) (stop func() error, err error)

// slow is how many times longer the measurement may take of one that makes few steps, but some.
const slow = 4

// stepsOf measures the steps of a trial, when all programs have begun, and for a while.
func (r *runner) stepsOf(ctx context.Context, t trial, w watch) (m measurement, err error) {
	err = r.with(ctx, t.contestant, func(s system) error {
		var (
			begun  = make(chan struct{})
			over   atomic.Bool
			steps  atomic.Int64
			first  = int64(2 * t.load.steps())
			ended  = make(chan error, 1)
			during = func(d time.Duration) error { return pass(ctx, d, ended) }
		)
		runtime.GC()
		go func() {
			ended <- s.work(ctx, t.load, func() bool {
				if steps.Add(1) == first {
					close(begun)
				}
				return !over.Load()
			})
		}()
		finish := func(err error) error {
			over.Store(true)
			if err == nil {
				err = <-ended
			}
			return err
		}
		select {
		case <-begun:
		case err := <-ended:
			return fmt.Errorf("it has ended before it has begun: %w", err)
		}
		if err := during(r.warm); err != nil {
			return err
		}
		stop := func() error { return nil }
		if w != nil {
			if stop, err = w(s); err != nil {
				return finish(err)
			}
		}
		before, err := cpuOf(s.servers())
		if err != nil {
			return finish(err)
		}
		n := steps.Load()
		m.begin = time.Now()
		for m.steps == 0 || m.steps < first && m.time < slow*r.time {
			if err := during(r.time); err != nil {
				return err
			}
			m.steps, m.time = steps.Load()-n, time.Since(m.begin)
		}
		after, err := cpuOf(s.servers())
		m.cpu = after - before
		return finish(errors.Join(err, stop()))
	})
	return m, err
}

// pass lets time pass, in which what is measured must not end.
func pass(ctx context.Context, d time.Duration, ended <-chan error) error {
	select {
	case <-time.After(d):
		return nil
	case err := <-ended:
		return fmt.Errorf("it has ended too early: %w", err)
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
