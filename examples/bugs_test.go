package examples

import (
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/examples/internal/found"
)

// bugs are the examples with a bug that is found, each with a schedule of another one.
var bugs = map[string]string{
	"transfer": "t0/9=1",
	"pool":     "c0/2=1",
	"stampede": "w0/3=1",
	"once":     "c7/2=1",
	"election": "s900/2=1",
}

var (
	replay = regexp.MustCompile(`replay: +(go test .* -looptest\.schedule='([^']+)')`)
	hash   = regexp.MustCompile(`hash: +(\w+)`)
)

// TestReplay: what the test of a bug prints runs the schedule again, as it is, in a new process. A
// schedule that is not of the test is refused.
func TestReplay(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds")
	}
	for _, tool := range []string{"go", "sh"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip(err)
		}
	}
	for name, foreign := range bugs {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			first := fails(t, name, "go test -run '^TestBuggy$'")
			command := replay.FindStringSubmatch(first)
			require.NotNil(t, command, "%s", first)

			again := fails(t, name, command[1])
			require.NotEmpty(t, reason(first))
			require.Equal(t, reason(first), reason(again))
			require.Equal(t, hash.FindStringSubmatch(first)[1], hash.FindStringSubmatch(again)[1])

			refused := fails(t, name, strings.Replace(command[1], command[2], foreign, 1))
			require.Contains(t, refused, "looptest: the schedule "+foreign+" is of another test, or of another version of it: choice ")
		})
	}
}

// TestShrink: whatever schedule chance has found a bug by, what is printed is short, and each part of
// it is needed.
func TestShrink(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds")
	}
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip(err)
	}
	for name := range bugs {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test := filepath.Join(t.TempDir(), "test.exe")
			out, err := exec.CommandContext(t.Context(), "go", "test", "-c", "-o", test, "./"+name).CombinedOutput()
			require.NoError(t, err, "%s", out)
			shrunk := map[string]string{} // and why each fails
			for seed := range 20 {
				first := failsBy(t, test, "-looptest.random", fmt.Sprint("-looptest.seed=", seed))
				schedule := replay.FindStringSubmatch(first)
				require.NotNil(t, schedule, "seed %d: %s", seed, first)
				shrunk[schedule[2]] = reason(first)
			}
			for schedule, why := range shrunk {
				departures := strings.Split(schedule, ".")
				require.LessOrEqual(t, len(departures), found.Short, "%s", schedule)
				for i := range departures {
					less := strings.Join(slices.Concat(departures[:i], departures[i+1:]), ".")
					out, err := command(t, test, "-looptest.schedule="+cmp.Or(less, "default")).CombinedOutput()
					require.True(t, err == nil || reason(string(out)) != why, "%s fails without its part %d", schedule, i)
				}
			}
		})
	}
}

func failsBy(t *testing.T, test string, flags ...string) string {
	t.Helper()
	out, err := command(t, test, flags...).CombinedOutput()
	require.Error(t, err, "%s", out)
	return string(out)
}

func command(t *testing.T, test string, flags ...string) *exec.Cmd {
	cmd := exec.CommandContext(t.Context(), test, append(flags, "-test.run=^TestBuggy$")...)
	cmd.Env = append(os.Environ(), "BUGGY=1")
	return cmd
}

var afterReason = regexp.MustCompile(`(?s)\n +(looptest|replay): .*`)

// reason is what a test says of why a run has failed.
func reason(output string) string {
	_, said, _ := strings.Cut(output, "--- FAIL: ")
	_, said, _ = strings.Cut(said, "\n")
	return afterReason.ReplaceAllString(said, "")
}

// fails runs a command in an example's directory, which must fail, and returns what it prints.
func fails(t *testing.T, dir, command string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "sh", "-c", command)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "BUGGY=1")
	out, err := cmd.CombinedOutput()
	require.Error(t, err, "%s", out)
	return string(out)
}
