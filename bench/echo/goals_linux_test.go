package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/bench/echo/load"
)

// sample is two rounds, at 50 connections, on one processor and on two.
func sample() *runner {
	r := &runner{config: config{rounds: 2, loads: []connections{fifty}, procs: []int{1, 2}}}
	add := func(id string, procs int, perSecond, cpu int) {
		c := &contestant{server: serverOf(id), procs: procs}
		r.contestants = append(r.contestants, c)
		for round := range 2 {
			n := perSecond * (round + 1)
			r.results.add(trial{c, fifty}, round, load.Result{Seconds: 1, Requests: n, CPU: time.Duration(n*cpu) * time.Microsecond,
				User: 0.25, P50: 3 * time.Microsecond, P99: time.Millisecond})
		}
	}
	add(conn, 1, 1000, 8)
	add(conn, 2, 2000, 10)
	add(goroutines, 1, 1000, 10)
	add(goroutines, 2, 1000, 9)
	add(tokio, 0, 1500, 8)
	add(floor, 0, 1600, 7)
	return r
}

func TestGoals(t *testing.T) {
	r := sample()
	r.results.count(trial{r.contestants[0], fifty}, 2.5)
	require.Equal(t, `| connections | who | what | against | GOMAXPROCS=1 | GOMAXPROCS=2 | goal |
| --- | --- | --- | --- | ---: | ---: | ---: |
| 50 | ouro, Conn | CPU of a request | goroutine per connection | 0.80× | missed: 1.11×, the floor 0.78× | ≤ 1.00× |
| 50 | ouro, Conn | CPU of a request | Tokio | 1.00× | missed: 1.25×, the floor 0.88× | ≤ 1.15× |
| 50 | ouro, Conn | requests a second | goroutine per connection | missed: 1.00×, the floor 1.60× | 2.00× | ≥ 1.30× |
| 50 | ouro, Conn | requests a second | Tokio | missed: 0.67×, the floor 1.07× | 1.33× | ≥ 1.00× |
| 50 | ouro, Conn | system calls of a request |  | missed: 2.50 |  | ≤ 2.20 |
`, r.goalTable().Markdown())
}

func TestMainTable(t *testing.T) {
	require.Equal(t, `connections  server                                  req/s  least  p50 µs  p99 µs  CPU µs  least  of it user
50           ouro, Conn, GOMAXPROCS=1                 1500   1000       3    1000     8.0    8.0         2.0
50           ouro, Conn, GOMAXPROCS=2                 3000   2000       3    1000    10.0   10.0         2.5
50           goroutine per connection, GOMAXPROCS=1   1500   1000       3    1000    10.0   10.0         2.5
50           goroutine per connection, GOMAXPROCS=2   1500   1000       3    1000     9.0    9.0         2.2
50           Tokio                                    2250   1500       3    1000     8.0    8.0         2.0
50           floor: the system calls alone, in C      2400   1600       3    1000     7.0    7.0         1.8
`, sample().mainTable().Text())
}
