package main

import (
	"fmt"
	"strconv"
	"strings"
	"syscall"
)

// connections are how many a server has: busy ones, and others.
type connections struct{ busy, idle int }

// parseConnections reads "50", or "50+10000".
func parseConnections(text string) (c connections, err error) {
	busy, idle, beside := strings.Cut(text, "+")
	if c.busy, err = strconv.Atoi(busy); err == nil && beside {
		c.idle, err = strconv.Atoi(idle)
	}
	if err != nil || c.busy < 1 || c.idle < 0 {
		return c, fmt.Errorf("%q connections: a number, or two such as 50+10000, of which the second are idle", text)
	}
	return c, nil
}

func (c connections) String() string {
	if c.idle == 0 {
		return thousands(c.busy)
	}
	return fmt.Sprintf("%s beside %s idle", thousands(c.busy), thousands(c.idle))
}

// thousands has a comma for them.
func thousands(n int) string {
	if n < 1000 {
		return strconv.Itoa(n)
	}
	return fmt.Sprintf("%s,%03d", thousands(n/1000), n%1000)
}

func parseProcs(text string) (procs []int, err error) {
	for _, s := range strings.Split(text, ",") {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 {
			return nil, fmt.Errorf("%q processors: a number, or several such as 1,2", s)
		}
		procs = append(procs, n)
	}
	return procs, nil
}

// spareDescriptors are those that a program has besides its connections.
const spareDescriptors = 100

// allowDescriptors lets this process, and those that it starts, have as many as the loads need.
func allowDescriptors(loads []connections) error {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return err
	}
	for _, l := range loads {
		if need := uint64(l.busy + l.idle + spareDescriptors); need > limit.Max {
			return fmt.Errorf("%v connections need %d descriptors, and a process may have %d: see ulimit -n, or leave them out with -conns", l, need, limit.Max)
		}
	}
	limit.Cur = limit.Max
	return syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit)
}
