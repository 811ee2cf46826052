package main

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/ouro-loop/ouro/bench/internal/peers"
)

// A server is one way to echo.
type server struct {
	id    string
	title string
	inGo  bool // so that GOMAXPROCS counts
	// command finds or builds the program, and gives what to run. The error says why this machine
	// cannot.
	command func(ctx context.Context, r *runner) ([]string, error)
}

// The ids that goals are about.
const (
	conn       = "conn"
	ownPoller  = "own"
	waiting    = "wait"
	floor      = "floor"
	goroutines = "goroutines"
	tokio      = "tokio"
	uvloop     = "uvloop"
	cpython    = "cpython"
)

// servers in the order of the table.
var servers = []server{
	{conn, "ouro, Conn", true, ourServer(conn)},
	{ownPoller, "ouro, Conn, OwnPoller", true, ourServer(ownPoller)},
	{waiting, "ouro, Conn, without a buffer", true, ourServer(waiting)},
	{"streams", "ouro, Reader and Writer", true, ourServer("streams")},
	{floor, "floor: the system calls alone, in C", false, func(ctx context.Context, r *runner) ([]string, error) {
		program, err := peers.BuildC(ctx, filepath.Join(r.peers(), "c", "echo.c"), r.temp)
		return []string{program}, err
	}},
	{goroutines, "goroutine per connection", true, ourServer(goroutines)},
	{tokio, "Tokio", false, func(ctx context.Context, r *runner) ([]string, error) {
		program, err := peers.BuildTokio(ctx, r.peers(), r.temp, "echo", "--features", "echo")
		return []string{program}, err
	}},
	{"uvloop-protocol", "uvloop, Protocol", false, uvloopServer("--protocol")},
	{uvloop, "uvloop, streams", false, uvloopServer()},
	{cpython, "CPython, streams", false, func(ctx context.Context, r *runner) ([]string, error) {
		python, err := peers.CPython(ctx)
		return []string{python, r.echoPy()}, err
	}},
}

func ourServer(way string) func(context.Context, *runner) ([]string, error) {
	return func(_ context.Context, r *runner) ([]string, error) {
		return []string{filepath.Join(r.temp, "server"), way}, nil
	}
}

func uvloopServer(flags ...string) func(context.Context, *runner) ([]string, error) {
	return func(ctx context.Context, r *runner) ([]string, error) {
		python, err := peers.Uvloop(ctx)
		return append([]string{python, r.echoPy(), "--uvloop"}, flags...), err
	}
}

func (r *runner) peers() string  { return filepath.Join(r.root, "bench", "peers") }
func (r *runner) echoPy() string { return filepath.Join(r.peers(), "python", "echo.py") }

func serverOf(id string) *server {
	at := slices.IndexFunc(servers, func(s server) bool { return s.id == id })
	if at < 0 {
		return nil
	}
	return &servers[at]
}

func serverIDs() (ids []string) {
	for _, s := range servers {
		ids = append(ids, s.id)
	}
	return ids
}

// A contestant is a server that can be run, with so many processors.
type contestant struct {
	*server
	procs   int // 0 where it is not for us to say
	argv    []string
	version string // as it calls itself
}

func (c *contestant) name() string {
	if c.procs == 0 {
		return c.title
	}
	return c.title + ", GOMAXPROCS=" + strconv.Itoa(c.procs)
}

func (c *contestant) env() []string {
	if c.procs == 0 {
		return nil
	}
	return append(os.Environ(), "GOMAXPROCS="+strconv.Itoa(c.procs))
}
