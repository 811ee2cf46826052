package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestEcho measures for a moment, and what is measured is nothing to fail for.
func TestEcho(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds")
	}
	name := filepath.Join(t.TempDir(), "page.md")
	require.NoError(t, os.WriteFile(name, []byte("# Benchmarks\n\n## Echo\n\nof yesterday\n"), 0o644))
	c, err := parse([]string{"-root", "../..", "-rounds", "1", "-seconds", "0.2", "-servers", "conn,wait,streams,floor,goroutines",
		"-conns", "1,5+20", "-procs", "2", "-markdown", name})
	require.NoError(t, err)
	c.progress = t.Logf
	var out strings.Builder
	require.NoError(t, run(t.Context(), c, &out))

	rows := regexp.MustCompile(`(?m)^(1|5 beside 20 idle) +(ouro|goroutine per connection).*, GOMAXPROCS=2 `).FindAllString(out.String(), -1)
	require.Len(t, rows, (len(c.servers)-1)*len(c.loads), out.String())
	if _, err := exec.LookPath("cc"); err == nil {
		require.Regexp(t, `(?m)^1 +floor: .* [1-9]\d+ `, out.String())
	} else {
		t.Log("the floor is not run, as there is no C compiler:", err)
	}
	require.NotContains(t, out.String(), "NaN")
	require.NotRegexp(t, `(?m)^Missing: (ouro|goroutine)`, out.String())

	section, err := os.ReadFile(name)
	require.NoError(t, err)
	require.Regexp(t, `(?m)^\| 5 beside 20 idle \| ouro, Conn, GOMAXPROCS=2 \| \d+ \| `, string(section))
	require.NotContains(t, string(section), "yesterday")
}

func TestParse(t *testing.T) {
	for _, test := range []struct{ name, args, want string }{
		{"a server that is not there", "-servers conn,nginx", `there is no server "nginx"; there are conn,`},
		{"nothing to measure", "-rounds 0", "there has to be something"},
		{"no number of connections", "-conns 1,many", `"many" connections: a number, or two such as 50+10000`},
		{"no busy ones", "-conns 0+5", `"0+5" connections`},
		{"no number of processors", "-procs all", `"all" processors: a number, or several such as 1,2`},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := parse(strings.Fields(test.args))
			require.ErrorContains(t, err, test.want)
		})
	}
	c, err := parse(strings.Fields("-conns 50+10000 -procs 2"))
	require.NoError(t, err)
	require.Equal(t, []connections{{50, 10_000}}, c.loads)
	require.Equal(t, "50 beside 10,000 idle", c.loads[0].String())
}

func TestTooManyConnections(t *testing.T) {
	require.ErrorContains(t, allowDescriptors([]connections{{1, 1 << 40}}), "see ulimit -n")
}

func TestParsePerf(t *testing.T) {
	n, err := parsePerf("# started on Sat\n\n1234,,raw_syscalls:sys_enter,998877,100.00,,\n")
	require.NoError(t, err)
	require.Equal(t, 1234.0, n)
	_, err = parsePerf("<not supported>,,raw_syscalls:sys_enter,0,100.00,,\n")
	require.ErrorContains(t, err, "perf has counted <not supported>")
	_, err = parsePerf("")
	require.ErrorContains(t, err, "nothing")
}
