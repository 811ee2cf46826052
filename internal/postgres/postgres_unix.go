//go:build unix

// Package postgres starts a PostgreSQL server, if it is installed, for tests and measurements.
package postgres

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// ErrMissing is wrapped by the error of Start where there is no server to start.
var ErrMissing = errors.New("PostgreSQL cannot be started here")

// A Server is one that runs until Stop.
type Server struct {
	Dir string // of its socket, and of all that it has, in "data"
	run *exec.Cmd
}

// startWithin is how long a slow machine may take.
const startWithin = time.Minute

// Start starts a server with settings, as "fsync=off", in a new directory, and waits until it can be connected to.
func Start(settings ...string) (s *Server, err error) {
	initdb, err := program("initdb")
	if err != nil {
		return nil, err
	}
	server, err := program("postgres")
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("/tmp", "postgres") // the path of a socket is short
	if err != nil {
		return nil, err
	}
	s = &Server{Dir: dir}
	defer func() {
		if err != nil {
			s.Stop()
		}
	}()
	as, err := notRoot(dir)
	if err != nil {
		return nil, err
	}
	command := func(name string, args ...string) *exec.Cmd {
		cmd := exec.Command(name, args...)
		cmd.Dir, cmd.SysProcAttr = dir, &syscall.SysProcAttr{Credential: as}
		return cmd
	}
	data := filepath.Join(dir, "data")
	out, err := command(initdb, "--pgdata", data, "--username", "postgres", "--auth", "trust", "--no-sync", "--encoding", "UTF8", "--locale", "C").CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("initdb: %w: %s", err, out)
	}
	args := []string{"-D", data, "-k", dir, "-c", "listen_addresses="}
	for _, setting := range settings {
		args = append(args, "-c", setting)
	}
	cmd := command(server, args...)
	log, err := cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	s.run = cmd
	return s, s.waitFor(log)
}

// waitFor waits until the server says in its log that it is ready, and has somebody read what it says later.
func (s *Server) waitFor(log io.Reader) error {
	late := time.AfterFunc(startWithin, func() { _ = s.run.Process.Kill() })
	defer late.Stop()
	var said bytes.Buffer
	for lines := bufio.NewReader(log); ; {
		line, err := lines.ReadString('\n')
		said.WriteString(line)
		if err != nil {
			return fmt.Errorf("PostgreSQL has not started: %w\n%s", err, &said)
		}
		if strings.Contains(line, "ready to accept connections") {
			go func() { _, _ = io.Copy(io.Discard, lines) }()
			return nil
		}
	}
}

// DSN is how to connect to a database of the server: "postgres" is one that it has.
func (s *Server) DSN(database string) string {
	return "host=" + s.Dir + " user=postgres sslmode=disable dbname=" + database
}

// Pid is the process that all others of the server are children of.
func (s *Server) Pid() int { return s.run.Process.Pid }

// Stop ends the server, and removes its directory.
func (s *Server) Stop() {
	if s.run != nil {
		_ = s.run.Process.Signal(syscall.SIGINT)
		_ = s.run.Wait()
	}
	_ = os.RemoveAll(s.Dir)
}

// program is where a program of PostgreSQL is.
func program(name string) (string, error) {
	if path, err := exec.LookPath(name); err == nil {
		return path, nil
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/" + name)
	if len(found) == 0 {
		return "", fmt.Errorf("%w: there is no %s", ErrMissing, name)
	}
	return found[len(found)-1], nil
}

// notRoot is who runs the server, which does not let root do that, and gives them a directory; nil for who runs this process.
func notRoot(dir string) (*syscall.Credential, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.Atoi(u.Uid)
		if err != nil {
			return nil, err
		}
		gid, err := strconv.Atoi(u.Gid)
		if err != nil {
			return nil, err
		}
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, os.Chown(dir, uid, gid)
	}
	return nil, fmt.Errorf("%w: root may not run it, and there is neither postgres nor nobody", ErrMissing)
}
