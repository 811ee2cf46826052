//go:build unix

package loop_test

import (
	"os"
	"os/exec"
	"os/signal"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// childTest is the environment variable that tells a process which test's child it is.
const childTest = "OURO_TEST_CHILD"

// child is a process of its own for body, by the same test in it. When it begins an
// interrupt kills it, whatever it does to this process.
type child struct {
	cmd *exec.Cmd
	out strings.Builder
}

// inChild starts body in a child.
func inChild(t *testing.T, body func()) *child {
	t.Helper()
	c := newChild(t, body)
	// What is ignored here would be there, but for what is caught.
	caught := make(chan os.Signal, 1)
	signal.Notify(caught, os.Interrupt)
	defer signal.Stop(caught)
	require.NoError(t, c.cmd.Start())
	return c
}

// newChild is inChild without the start. In the child it does not return.
func newChild(t *testing.T, body func()) *child {
	t.Helper()
	if os.Getenv(childTest) == t.Name() {
		body()
		os.Exit(0)
	}
	var pattern []string
	for _, name := range strings.Split(t.Name(), "/") {
		pattern = append(pattern, "^"+regexp.QuoteMeta(name)+"$")
	}
	c := &child{cmd: exec.Command(os.Args[0], "-test.run="+strings.Join(pattern, "/"), "-test.timeout=1m")}
	c.cmd.Env = append(os.Environ(), childTest+"="+t.Name(),
		"GORACE="+os.Getenv("GORACE")+" atexit_sleep_ms=0") // the race detector's end takes a second
	c.cmd.Stdout, c.cmd.Stderr = &c.out, &c.out
	return c
}

// wait gives what the child has printed, and whether an interrupt has killed it; if
// not, it has ended well.
func (c *child) wait(t *testing.T) (out string, killed bool) {
	t.Helper()
	err := c.cmd.Wait()
	out = c.out.String()
	if err == nil {
		return out, false
	}
	var exit *exec.ExitError
	require.ErrorAs(t, err, &exit, out)
	status := exit.Sys().(syscall.WaitStatus)
	require.True(t, status.Signaled(), "%v\n%s", err, out)
	require.Equal(t, syscall.SIGINT, status.Signal(), out)
	return out, true
}

// pressCtrlC is for children, which it may kill.
func pressCtrlC() {
	if err := syscall.Kill(os.Getpid(), syscall.SIGINT); err != nil {
		panic(err)
	}
}

// keepPressing presses Ctrl-C again and again until stop is called, which waits for it.
func keepPressing(pause time.Duration) (stop func()) {
	quit, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		next := time.NewTicker(pause)
		defer next.Stop()
		for {
			pressCtrlC()
			select {
			case <-quit:
				return
			case <-next.C:
			}
		}
	}()
	return func() {
		close(quit)
		<-stopped
	}
}
