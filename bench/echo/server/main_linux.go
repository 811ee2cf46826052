// Server echoes what it is sent, in the way that it is told. It prints its address and the version of
// Go, and serves until it is killed.
package main

import (
	"fmt"
	"maps"
	"net"
	"os"
	"runtime"
	"slices"
	"strings"

	"github.com/ouro-loop/ouro/loop"
)

// ways are how it is done.
var ways = map[string]func() error{
	"goroutines": goroutines,
	"conn":       onLoop(echoConn),
	"own":        onLoop(echoConn, loop.OwnPoller(true)),
	"wait":       onLoop(echoWaiting(new(buffers))),
	"streams":    onLoop(echoStreams),
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "server:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 1 || ways[args[0]] == nil {
		return fmt.Errorf("one of %s is to be named", strings.Join(slices.Sorted(maps.Keys(ways)), ", "))
	}
	return ways[args[0]]()
}

// listenAddr is a free port.
const listenAddr = "127.0.0.1:0"

func announce(addr net.Addr) { fmt.Println(addr, runtime.Version()) }

// bufferSize is what one reads at most, each of the rivals too.
const bufferSize = 4096
