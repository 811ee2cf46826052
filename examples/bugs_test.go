package examples

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
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
