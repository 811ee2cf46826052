package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// System calls are counted by perf, at a tracepoint. strace, which stops a server at each, makes it so
// slow that data is always there already.

// countCalls has each contestant run once more, with each load, and counts its system calls. With
// connections that are idle it would count how those were made.
func (r *runner) countCalls(ctx context.Context) error {
	for _, next := range r.shuffled() {
		if next.load.idle > 0 {
			continue
		}
		n, err := r.callsOf(ctx, next)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			r.miss("system calls", err)
			r.results.calls = nil
			return nil
		}
		r.results.count(next, n)
	}
	return nil
}

// callsOf is how many system calls a request takes.
func (r *runner) callsOf(ctx context.Context, next trial) (float64, error) {
	perf, err := exec.LookPath("perf")
	if err != nil {
		return 0, err
	}
	file := filepath.Join(r.temp, "calls")
	got, err := r.ask(ctx, next, func(pid string) []string {
		return []string{perf, "stat", "-x", ",", "-e", callEvent, "-o", file, "-p", pid, "--"}
	})
	if err != nil {
		return 0, err
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return 0, err
	}
	n, err := parsePerf(string(text))
	return n / float64(got.All), err
}

const callEvent = "raw_syscalls:sys_enter"

// parsePerf reads what perf stat -x , has written.
func parsePerf(text string) (float64, error) {
	for line := range strings.Lines(text) {
		if count, _, ok := strings.Cut(line, ","); ok && strings.Contains(line, callEvent) {
			n, err := strconv.ParseFloat(count, 64)
			if err != nil {
				return 0, fmt.Errorf("perf has counted %s", count)
			}
			return n, nil
		}
	}
	return 0, errors.New("perf has counted nothing")
}
