// Echo measures servers that send back what they are sent: ours, the system calls alone, a goroutine for
// each connection, Tokio, uvloop and CPython.
//
//	go run ./bench/echo                               everything, on the terminal
//	go run ./bench/echo -markdown docs/benchmarks.md  and into the section of that page
//	go run ./bench/echo -servers conn,tokio -conns 50 two of them, at 50 connections
//
// The client is another process, of one thread, see package load. It has one request of 1 KiB under
// way on each connection. In each round every server has its turn with every number of connections,
// in random order, and is started anew for it. System calls are counted in runs of their own, as that
// slows all down.
//
// A server that this machine cannot run is named as missing, and so is one that fails.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"time"
)

type config struct {
	root     string // of the repository
	markdown string // the page
	rounds   int
	warm     time.Duration
	time     time.Duration // that is measured
	servers  []string      // their ids
	loads    []connections
	procs    []int
	progress func(format string, args ...any)
}

func main() {
	c, err := parse(os.Args[1:])
	if err == nil {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
		defer stop()
		err = run(ctx, c, os.Stdout)
	}
	if err != nil && err != flag.ErrHelp {
		fmt.Fprintln(os.Stderr, "echo:", err)
		os.Exit(1)
	}
}

func parse(args []string) (c config, err error) {
	f := flag.NewFlagSet("echo", flag.ContinueOnError)
	f.StringVar(&c.root, "root", ".", "the repository's `directory`")
	f.StringVar(&c.markdown, "markdown", "", "also write it into the section Echo of this `page`")
	f.IntVar(&c.rounds, "rounds", 9, "how often everything is measured")
	seconds := f.Float64("seconds", 0.5, "how long one measurement takes")
	ids := f.String("servers", strings.Join(serverIDs(), ","), "the `ids` of those that are measured")
	loads := f.String("conns", "1,50,1000,50+10000", "`numbers` of connections; 50+10000 are 50 beside 10,000 that are idle")
	procs := f.String("procs", "1,2", "`numbers` of processors that those in Go have, GOMAXPROCS")
	if err := f.Parse(args); err != nil {
		return c, err
	}
	c.time = time.Duration(*seconds * float64(time.Second))
	c.warm = c.time * 3 / 10
	if c.rounds < 1 || c.time <= 0 {
		return c, fmt.Errorf("%d rounds of %v: there has to be something to measure", c.rounds, c.time)
	}
	c.servers = strings.Split(*ids, ",")
	for _, id := range c.servers {
		if serverOf(id) == nil {
			return c, fmt.Errorf("there is no server %q; there are %s", id, strings.Join(serverIDs(), ", "))
		}
	}
	for _, text := range strings.Split(*loads, ",") {
		l, err := parseConnections(text)
		if err != nil {
			return c, err
		}
		c.loads = append(c.loads, l)
	}
	c.procs, err = parseProcs(*procs)
	c.progress = func(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) }
	return c, err
}

func run(ctx context.Context, c config, out io.Writer) error {
	temp, err := os.MkdirTemp("", "ouro-echo-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(temp) }()
	r := &runner{config: c, temp: temp}
	if err := r.prepare(ctx); err != nil {
		return err
	}
	if err := r.measure(ctx); err != nil {
		return err
	}
	if _, err := io.WriteString(out, r.text()); err != nil || c.markdown == "" {
		return err
	}
	return r.writeInto(c.markdown)
}
