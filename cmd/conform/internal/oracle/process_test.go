package oracle

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The processes of these tests are this test binary itself, which answers as the environment variable says.
const envAct = "CONFORM_TEST_ACT"

func TestMain(m *testing.M) {
	if act := os.Getenv(envAct); act != "" {
		os.Exit(pretend(act))
	}
	os.Exit(m.Run())
}

// pretend is an oracle that gives every program back, but for a few.
func pretend(act string) int {
	if act == "broken" {
		fmt.Fprintln(os.Stderr, "no module named asyncio")
		return 1
	}
	fmt.Fprintln(os.Stderr, "ready")
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 1<<20)
	for in.Scan() {
		switch line := in.Text(); line {
		case `"version"`:
			fmt.Println(`"CPython 9.9"`)
		case "crash":
			self, _ := os.FindProcess(os.Getpid())
			_ = self.Kill()
			select {}
		case "hang":
			_, _ = os.Stdin.Read(make([]byte, 1)) // until the pipe is closed
		case "fail":
			fmt.Fprintln(os.Stderr, "KeyError: op")
			return 1
		default:
			fmt.Println(line)
		}
	}
	return 0
}

// pretended returns an oracle whose processes act in that way.
func pretended(t *testing.T, act string) *Oracle {
	t.Setenv(envAct, act)
	self, err := os.Executable()
	require.NoError(t, err)
	o, err := newOracle(30*time.Second, func(string) []string { return []string{self} })
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, o.Close()) })
	return o
}

func TestJudge(t *testing.T) {
	line := func(text string) Answer { return Answer{Line: []byte(text)} }
	dead := Answer{Line: undefined}
	for _, tt := range []struct {
		name     string
		programs []string
		want     []Answer
	}{
		{"none", nil, []Answer{}},
		{"in order", []string{"a", "b", "c"}, []Answer{line("a"), line("b"), line("c")}},
		{"a program it dies of", []string{"a", "crash", "b"}, []Answer{line("a"), dead, line("b")}},
		{"several, one after the other", []string{"crash", "crash", "a", "crash"}, []Answer{dead, dead, line("a"), dead}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if runtime.GOOS == "windows" {
				t.Skip("no process ends by a signal there")
			}
			o := pretended(t, "well")
			var programs [][]byte
			for _, p := range tt.programs {
				programs = append(programs, []byte(p))
			}
			got, err := o.Judge(t.Context(), programs)
			require.NoError(t, err)
			require.Equal(t, tt.want, got)
		})
	}
}

func TestJudgeGoesOnAfterATimeout(t *testing.T) {
	o := pretended(t, "well")
	o.timeout = 200 * time.Millisecond
	got, err := o.Judge(t.Context(), [][]byte{[]byte("hang"), []byte("a")})
	require.NoError(t, err)
	require.Equal(t, []Answer{{TimedOut: true}, {Line: []byte("a")}}, got)
}

func TestJudgeKeepsTheProcess(t *testing.T) {
	o := pretended(t, "well")
	_, err := o.Judge(t.Context(), [][]byte{[]byte("a")})
	require.NoError(t, err)
	first := o.proc
	many := make([][]byte, 5000) // more than the pipes hold
	for i := range many {
		many[i] = fmt.Appendf(nil, "%0200d", i)
	}
	got, err := o.Judge(t.Context(), many)
	require.NoError(t, err)
	for i := range many {
		require.Equal(t, many[i], got[i].Line)
	}
	require.Same(t, first, o.proc)
}

// An oracle that fails in an orderly way has a fault of its own, which must not pass for a program that is undefined.
func TestJudgeTellsWhenTheOracleIsWrong(t *testing.T) {
	o := pretended(t, "well")
	_, err := o.Judge(t.Context(), [][]byte{[]byte("a"), []byte("fail")})
	require.ErrorContains(t, err, "KeyError: op")
	got, err := o.Judge(t.Context(), [][]byte{[]byte("a")})
	require.NoError(t, err, "it can be asked again")
	require.Len(t, got, 1)
}

func TestJudgeWithoutPython(t *testing.T) {
	o := pretended(t, "broken")
	_, err := o.Judge(t.Context(), [][]byte{[]byte("a")})
	require.ErrorContains(t, err, "does not run")
	require.ErrorContains(t, err, "no module named asyncio")
	_, err = o.Version(t.Context())
	require.ErrorContains(t, err, "does not run")

	o, err = CPython("/nowhere/python")
	require.NoError(t, err)
	_, err = o.Judge(t.Context(), [][]byte{[]byte("a")})
	require.ErrorContains(t, err, "/nowhere/python")
	require.NoError(t, o.Close())
}

func TestJudgeEndsWithItsContext(t *testing.T) {
	o := pretended(t, "well")
	ctx, cancel := context.WithCancel(t.Context())
	_, err := o.Judge(ctx, [][]byte{[]byte("a")})
	require.NoError(t, err)
	cancel()
	_, err = o.Judge(ctx, [][]byte{[]byte("hang")})
	require.ErrorIs(t, err, context.Canceled)
}

func TestVersion(t *testing.T) {
	version, err := pretended(t, "well").Version(t.Context())
	require.NoError(t, err)
	require.Equal(t, "CPython 9.9", version)
}

func TestCloseRemovesTheFiles(t *testing.T) {
	o, err := CPython("python")
	require.NoError(t, err)
	require.FileExists(t, o.dir+"/oracle.py")
	require.NoError(t, o.Close())
	require.NoDirExists(t, o.dir)
}

func TestTail(t *testing.T) {
	var kept tail
	for i := range 3000 {
		fmt.Fprintf(&kept, "%d\n", i)
	}
	require.Len(t, kept.String(), tailSize)
	require.Contains(t, kept.String(), "2999\n")
}
