package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/bench/internal/page"
	"github.com/ouro-loop/ouro/internal/postgres"
)

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == natsRole {
		exit(serveNATS(os.Args[2:]))
	}
	os.Exit(m.Run())
}

// Everything is measured once, shortly, and is in the section.
func TestRun(t *testing.T) {
	file := t.TempDir() + "/page.md"
	require.NoError(t, os.WriteFile(file, []byte("# Page\n"), 0o666))
	c, err := parse([]string{"-markdown", file, "-rounds", "1", "-seconds", "0.03", "-replayed", "100", "-sleepers", "50", "-syncs=false"})
	require.NoError(t, err)
	c.progress = t.Logf
	require.NoError(t, run(t.Context(), c, t.Output()))
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	section := page.Section(string(text), page.Durable)
	for _, c := range contestants {
		if strings.Contains(section, "Missing: "+c.name+":") {
			t.Logf("skipped: %s", c.name)
			continue
		}
		rows := 2 // its steps, and its programs asleep
		if c.twin {
			rows = 1
		}
		require.Equal(t, rows, strings.Count(section, "| "+c.name+" |"), c.name)
	}
	for _, replay := range []string{"| ouro, durable.Replay | 100 |", "| ouro, durable.Replay | 50000 |", "| Temporal's SDK, WorkflowReplayer | 100 |"} {
		require.Contains(t, section, replay)
	}
	require.NotContains(t, section, "?", "a figure that is none")
}

// Those that say that a step is on the disk before the program goes on force it there, and the others do not. Where
// many are under way they share that.
func TestSyncs(t *testing.T) {
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Skip(err)
	}
	c, err := parse([]string{"-seconds", "0.1"})
	require.NoError(t, err)
	r := &runner{config: c}
	require.NoError(t, r.prepare())
	defer r.close()
	for name, often := range map[string]bool{"Memory": false, "Directory": true, "SQLite": true, "PostgreSQL": true, "JetStream that syncs": true,
		"JetStream": false, "DBOS on SQLite that syncs": true, "DBOS on SQLite": false} { // and on PostgreSQL it has the server that ours has
		t.Run(name, func(t *testing.T) {
			n, err := r.syncsOf(t.Context(), trial{selected([]string{name})[0], alone}, strace)
			if errors.Is(err, postgres.ErrMissing) || err != nil && strings.Contains(err.Error(), "may not look") {
				t.Skip(err)
			}
			require.NoError(t, err)
			if often {
				require.GreaterOrEqual(t, n, 0.9)
			} else {
				require.Less(t, n, 0.1)
			}
		})
	}
}

// Who interrupts it does not wait for a server that is gone: programs are given back to it first.
func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	r := &runner{temp: t.TempDir()}
	err := r.with(ctx, selected([]string{"JetStream"})[0], func(s system) error {
		return s.sleep(ctx, 3, func(bool) { cancel() })
	})
	require.ErrorIs(t, err, context.Canceled)
}

func TestParse(t *testing.T) {
	for _, test := range []struct{ name, args, says string }{
		{"nobody", "-only Directory,Nobody", `there is no "Nobody"`},
		{"no rounds", "-rounds 0", "there has to be something to measure"},
		{"no time", "-seconds 0", "there has to be something to measure"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := parse(strings.Fields(test.args))
			require.ErrorContains(t, err, test.says)
		})
	}
}

func TestParseStat(t *testing.T) {
	pid, p, err := parseStat("17 (a (b) c) S 4 17 17 0 -1 4194560 1 2 3 4 100 20 3 4 20 0 1 0 5 6 7 8")
	require.NoError(t, err)
	require.Equal(t, 17, pid)
	require.Equal(t, process{4, 1270 * time.Millisecond}, p)
	_, _, err = parseStat("17 (sh) S 4")
	require.ErrorContains(t, err, "no line of /proc")
}

func TestTree(t *testing.T) {
	all := map[int]process{1: {}, 2: {parent: 1}, 3: {parent: 2}, 4: {parent: 1}, 5: {parent: 4}}
	require.ElementsMatch(t, []int{2, 3}, tree(all, []int{2}))
	require.ElementsMatch(t, []int{1, 2, 3, 4, 5}, tree(all, []int{1}))
}

func TestCPUOfChildren(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	cmd := exec.CommandContext(ctx, "sh", "-c", "echo begun; while :; do :; done")
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	defer func() { cancel(); _ = cmd.Wait() }()
	_, err = fmt.Fscanln(out, new(string))
	require.NoError(t, err)
	busy := func() bool {
		all, err := processes()
		require.NoError(t, err)
		return all[cmd.Process.Pid].cpu > 0
	}
	require.NoError(t, until(ctx, busy))
	alone, err := cpuOf(nil)
	require.NoError(t, err)
	both, err := cpuOf([]int{cmd.Process.Pid})
	require.NoError(t, err)
	require.Greater(t, both, alone)
}

func TestSyncsIn(t *testing.T) {
	text := `7 1700000000.100000 fsync(5) = 0
7 1700000000.500000 fdatasync(5 <unfinished ...>
8 1700000000.600000 fsync(6) = 0
7 1700000000.700000 <... fdatasync resumed>) = 0
8 1700000001.500000 fsync(6) = 0
9 1700000000.650000 +++ exited with 0 +++
`
	require.Equal(t, 2, syncsIn(text, time.Unix(1700000000, 300_000_000), time.Unix(1700000001, 0)))
}
