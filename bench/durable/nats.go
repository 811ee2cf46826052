package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// natsRole is the argument of a process of this program that is a server of NATS, so that its processor time and memory
// are apart from ours.
const natsRole = "serve-nats"

// serveNATS serves, on a port that it prints, until its standard input ends.
func serveNATS(args []string) error {
	if len(args) != 2 {
		return errors.New("a directory, and how to sync")
	}
	s, err := server.NewServer(&server.Options{
		Host: "127.0.0.1", Port: server.RANDOM_PORT, JetStream: true, StoreDir: args[0], SyncAlways: args[1] == "always", NoSigs: true, NoLog: true})
	if err != nil {
		return err
	}
	s.Start()
	if !s.ReadyForConnections(time.Minute) {
		return errors.New("the server of NATS is not ready after a minute")
	}
	fmt.Println(s.ClientURL())
	_, _ = io.Copy(io.Discard, os.Stdin)
	s.Shutdown()
	s.WaitForShutdown()
	return nil
}

// A natsServer is such a process.
type natsServer struct {
	url  string
	cmd  *exec.Cmd
	quit io.Closer
}

func startNATS(dir, sync string) (*natsServer, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(self, natsRole, dir, sync)
	cmd.Stderr = os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // an interrupt is for us: programs are given back before it ends
	quit, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	s := &natsServer{cmd: cmd, quit: quit}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return nil, errors.Join(fmt.Errorf("the server of NATS has not said where it is: %w", err), s.stop())
	}
	s.url = strings.TrimSpace(line)
	return s, nil
}

func (s *natsServer) pid() int { return s.cmd.Process.Pid }

func (s *natsServer) stop() error { return errors.Join(s.quit.Close(), s.cmd.Wait()) }
