//go:build unix

package interop

import (
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// An owner is who runs a server. The zero owner is who runs the tests.
type owner struct{ uid, gid int }

// notRoot is who runs a server that does not let root do that.
func notRoot(t *testing.T, names ...string) owner {
	t.Helper()
	if os.Getuid() != 0 {
		return owner{}
	}
	for _, name := range names {
		if u, err := user.Lookup(name); err == nil {
			uid, err := strconv.Atoi(u.Uid)
			require.NoError(t, err)
			gid, err := strconv.Atoi(u.Gid)
			require.NoError(t, err)
			return owner{uid, gid}
		}
	}
	t.Skipf("root cannot run this server, and there is no user %v", names)
	return owner{}
}

// directory makes one, below which nothing has a path that is too long for a socket.
func (o owner) directory(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "interop")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(dir)) })
	if o != (owner{}) {
		require.NoError(t, os.Chown(dir, o.uid, o.gid))
	}
	return dir
}

func (o owner) command(dir, name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	if o != (owner{}) {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(o.uid), Gid: uint32(o.gid)}}
	}
	return cmd
}

// prepare runs what a server needs before it can start.
func prepare(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s: %s", cmd, out)
}

// patience is how long a server may take to start, or to end.
const patience = time.Minute

// start has a server run until the end of the test, when a signal ends it, and waits until it listens on a
// socket.
func start(t *testing.T, cmd *exec.Cmd, socket string, end os.Signal) {
	t.Helper()
	log, err := os.Create(filepath.Join(t.TempDir(), "log"))
	require.NoError(t, err)
	defer log.Close()
	cmd.Stdout, cmd.Stderr = log, log
	require.NoError(t, cmd.Start())
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	t.Cleanup(func() {
		_ = cmd.Process.Signal(end)
		select {
		case <-ended:
		case <-time.After(patience):
			_ = cmd.Process.Kill()
			t.Errorf("%s does not end", cmd)
		}
	})
	giveUp := time.After(patience)
	for {
		if c, err := net.Dial("unix", socket); err == nil {
			require.NoError(t, c.Close())
			return
		}
		select {
		case err := <-ended:
			ended <- err
			said, _ := os.ReadFile(log.Name())
			t.Fatalf("%s has ended: %v\n%s", cmd, err, said)
		case <-giveUp:
			said, _ := os.ReadFile(log.Name())
			t.Fatalf("%s does not listen\n%s", cmd, said)
		case <-time.After(20 * time.Millisecond):
		}
	}
}
