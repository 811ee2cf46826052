package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/netip"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// A process is a server that runs.
type process struct {
	cmd  *exec.Cmd
	addr netip.AddrPort
	name string // what it says that it is
}

// startLimit is how long a server may take until it says where it is.
const startLimit = 30 * time.Second

// start runs a server, which is killed at the latest when this process ends.
func start(ctx context.Context, c *contestant) (*process, error) {
	cmd := exec.CommandContext(ctx, c.argv[0], c.argv[1:]...)
	cmd.Env = c.env()
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	var complaint strings.Builder
	cmd.Stderr = &complaint
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &process{cmd: cmd}
	late := time.AfterFunc(startLimit, func() { _ = cmd.Process.Kill() })
	err = p.hear(out)
	late.Stop()
	if err != nil {
		p.stop()
		return nil, fmt.Errorf("%w; %s", err, strings.TrimSpace(complaint.String()))
	}
	return p, nil
}

// hear reads the line that a server prints: its address, and its name.
func (p *process) hear(out io.Reader) error {
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return fmt.Errorf("it has not said where it is: %w", err)
	}
	addr, name, _ := strings.Cut(strings.TrimSpace(line), " ")
	p.name = name
	p.addr, err = netip.ParseAddrPort(addr)
	return err
}

func (p *process) stop() {
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait()
}
