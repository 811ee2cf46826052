//go:build unix

package sqlstore_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/require"
)

// server is the one that all tests share, each with a database of its own.
var server struct {
	sync.Mutex
	dsn  string
	stop func()
}

func TestMain(m *testing.M) {
	code := m.Run()
	if server.stop != nil {
		server.stop()
	}
	os.Exit(code)
}

var made atomic.Int64 // databases

func freshPostgres(t testing.TB) (connect func(t testing.TB) *sql.DB) {
	dsn := startPostgres(t)
	name := fmt.Sprint("test", made.Add(1))
	_, err := connectTo(t, "pgx", dsn+" dbname=postgres").ExecContext(t.Context(), "CREATE DATABASE "+name)
	require.NoError(t, err)
	return func(t testing.TB) *sql.DB { return connectTo(t, "pgx", dsn+" dbname="+name) }
}

// startPostgres starts the server if it does not run, and returns how to connect to it.
func startPostgres(t testing.TB) (dsn string) {
	t.Helper()
	server.Lock()
	defer server.Unlock()
	if server.dsn != "" {
		return server.dsn
	}
	initdb, postgres := program(t, "initdb"), program(t, "postgres")
	dir, err := os.MkdirTemp("/tmp", "sqlstore") // the path of a socket is short
	require.NoError(t, err)
	as := notRoot(t, dir)
	command := func(name string, args ...string) *exec.Cmd {
		cmd := exec.Command(name, args...)
		cmd.Dir, cmd.SysProcAttr = dir, &syscall.SysProcAttr{Credential: as}
		return cmd
	}
	data := filepath.Join(dir, "data")
	out, err := command(initdb, "--pgdata", data, "--username", "postgres", "--auth", "trust", "--no-sync", "--encoding", "UTF8", "--locale", "C").CombinedOutput()
	require.NoError(t, err, string(out))
	log, err := os.Create(filepath.Join(dir, "log"))
	require.NoError(t, err)
	run := command(postgres, "-D", data, "-k", dir, "-c", "listen_addresses=", "-c", "fsync=off", "-c", "max_connections=300")
	run.Stdout, run.Stderr = log, log
	require.NoError(t, run.Start())
	server.stop = func() {
		_ = run.Process.Signal(syscall.SIGINT)
		_ = run.Wait()
		_ = log.Close()
		_ = os.RemoveAll(dir)
	}
	dsn = "host=" + dir + " user=postgres sslmode=disable"
	waitFor(t, dsn+" dbname=postgres", log.Name())
	server.dsn = dsn
	return dsn
}

// waitFor waits until a server answers.
func waitFor(t testing.TB, dsn, log string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for db := connectTo(t, "pgx", dsn); db.PingContext(ctx) != nil; {
		select {
		case <-again.C:
		case <-ctx.Done():
			said, _ := os.ReadFile(log)
			t.Fatalf("the server does not answer\n%s", said)
		}
	}
}

// program is where a program of PostgreSQL is; the test is skipped if there is none.
func program(t testing.TB, name string) string {
	t.Helper()
	if path, err := exec.LookPath(name); err == nil {
		return path
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/" + name)
	require.NoError(t, err)
	if len(found) == 0 {
		t.Skipf("there is no %s: PostgreSQL is not installed", name)
	}
	return found[len(found)-1]
}

// notRoot is who runs the server, which does not let root do that, and gives them a directory; nil for who runs the tests.
func notRoot(t testing.TB, dir string) *syscall.Credential {
	t.Helper()
	if os.Getuid() != 0 {
		return nil
	}
	names := []string{"postgres", "nobody"}
	for _, name := range names {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.Atoi(u.Uid)
		require.NoError(t, err)
		gid, err := strconv.Atoi(u.Gid)
		require.NoError(t, err)
		require.NoError(t, os.Chown(dir, uid, gid))
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	}
	t.Skip("root cannot run PostgreSQL, and there is none of " + strings.Join(names, ", "))
	return nil
}
