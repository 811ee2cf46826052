package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Whether a contestant does what it says is told by the system calls that force data to the disk. strace notes when
// there is one, in this process and in those of the server.

// countSyncs counts them for each trial.
func (r *runner) countSyncs(ctx context.Context, trials []trial) error {
	if !r.syncs {
		return nil
	}
	strace, err := exec.LookPath("strace")
	if err != nil {
		r.missing = append(r.missing, "how often data is forced to the disk: "+err.Error())
		return nil
	}
	r.progress("how often data is forced to the disk")
	for _, t := range trials {
		n, err := r.syncsOf(ctx, t, strace)
		if err != nil {
			return fmt.Errorf("%s, %s, under strace: %w", t.contestant.name, t.load.name, err)
		}
		r.forced[t] = n
	}
	return nil
}

// syncsOf is how many there are for a step.
func (r *runner) syncsOf(ctx context.Context, t trial, strace string) (float64, error) {
	file := filepath.Join(r.temp, "calls")
	m, err := r.stepsOf(ctx, t, func(s system) (func() error, error) { return attach(ctx, strace, file, s.servers()) })
	if err != nil {
		return 0, err
	}
	text, err := os.ReadFile(file)
	return float64(syncsIn(string(text), m.begin, m.begin.Add(m.time))) / float64(m.steps), err
}

// attach has strace write the calls into a file, until stop.
func attach(ctx context.Context, strace, file string, servers []int) (stop func() error, err error) {
	args := []string{"-f", "-ttt", "-o", file, "-e", "trace=fsync,fdatasync,sync_file_range,msync,syncfs", "-p", strconv.Itoa(os.Getpid())}
	if len(servers) > 0 {
		all, err := processes()
		if err != nil {
			return nil, err
		}
		for _, pid := range tree(all, servers) {
			args = append(args, "-p", strconv.Itoa(pid))
		}
	}
	cmd := exec.CommandContext(ctx, strace, args...)
	said, err := cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	attached := make(chan error, 1)
	go awaitAttached(said, attached)
	if err := <-attached; err != nil {
		return nil, errors.Join(err, cmd.Wait())
	}
	return func() error {
		err := cmd.Process.Signal(syscall.SIGINT)
		_ = cmd.Wait() // it ends by that signal, too
		return err
	}, nil
}

// awaitAttached tells when strace has said that it is attached, and has had the time to be so everywhere.
func awaitAttached(said io.Reader, attached chan<- error) {
	lines, found := bufio.NewScanner(said), false
	for lines.Scan() {
		if strings.Contains(lines.Text(), "attached") && !found {
			found = true
			time.AfterFunc(200*time.Millisecond, func() { attached <- nil })
		}
	}
	if !found {
		attached <- errors.New("strace may not look at processes here")
	}
}

// syncsIn is how many calls begin between two times, in what strace has written: lines of a thread, the time, and a call.
func syncsIn(text string, from, to time.Time) (n int) {
	for line := range strings.Lines(text) {
		fields := strings.Fields(line)
		if len(fields) < 3 || !strings.Contains(fields[2], "(") { // "<... fsync resumed>" is the end of one
			continue
		}
		at, err := strconv.ParseFloat(fields[1], 64)
		if err == nil && at >= seconds(from) && at < seconds(to) {
			n++
		}
	}
	return n
}

func seconds(t time.Time) float64 { return float64(t.UnixMicro()) / 1e6 }
