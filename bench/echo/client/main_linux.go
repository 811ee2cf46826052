// Client puts a load on an echo server, and prints what has come of it, in JSON.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"net/netip"
	"os"
	"runtime"
	"runtime/debug"

	"github.com/ouro-loop/ouro/bench/echo/load"
)

func main() {
	var l load.Load
	flag.TextVar(&l.Addr, "addr", netip.AddrPort{}, "the server's `address`")
	flag.IntVar(&l.Busy, "busy", 1, "connections that have a request under way at all times")
	flag.IntVar(&l.Idle, "idle", 0, "others, which have each had one")
	flag.DurationVar(&l.Warm, "warm", 0, "how long nothing is measured")
	flag.DurationVar(&l.Time, "time", 0, "how long it is measured")
	flag.IntVar(&l.PID, "pid", 0, "the server's process")
	flag.Parse()
	runtime.LockOSThread()
	debug.SetGCPercent(-1)
	result, err := load.Run(l)
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(result)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "client:", err)
		os.Exit(1)
	}
}
