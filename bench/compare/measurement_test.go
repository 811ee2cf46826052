package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParseGo(t *testing.T) {
	header, ms, err := parseGo(strings.NewReader(`goos: linux
goarch: amd64
pkg: github.com/ouro-loop/ouro/bench
cpu: A Processor
BenchmarkYield/tasks=2000/ouro-2         	 3000	       110.5 ns/op	       0 B/op	       0 allocs/op
BenchmarkYield/tasks=2000/floor          	 4000	        95.00 ns/op	       0 B/op	       0 allocs/op
BenchmarkGather/n=100/ouro-2  	      10	     20000 ns/op	       200.0 ns/task	    4000 B/op	     150 allocs/op
BenchmarkGather/n=100/floor-2  	      10	     20000 ns/op	       200.0 ns/task	   25000 CPU-ns/op	   12.5 GC-%	    4000 B/op	     150 allocs/op
BenchmarkParked/n=10/ouro-16  	       2	     70000 ns/op	      3152 B/task	      800 scanned-B/task	      2020 ns/cancel	 3000 CPU-ns/cancel	      5000 ns/create	 11 B/op	  12 allocs/op
--- BENCH: something that go test says
PASS
`), 3)
	require.NoError(t, err)
	require.Equal(t, "A Processor", header["cpu"])
	require.Equal(t, []measurement{
		{Row: "Yield/tasks=2000", Who: "ouro", Round: 3, Value: 110.5, Ops: 3000, HasMem: true},
		{Row: "Yield/tasks=2000", Who: "floor", Round: 3, Value: 95, Ops: 4000, HasMem: true},
		{Row: "Gather/n=100", Who: "ouro", Round: 3, Value: 200, Ops: 1000, Allocs: 1.5, HasMem: true},
		{Row: "Gather/n=100", Who: "floor", Round: 3, Value: 200, Ops: 1000, Allocs: 1.5, HasMem: true, CPU: 250, GC: 12.5},
		{Row: "Parked/n=10/bytes", Who: "ouro", Round: 3, Value: 3152, Ops: 2},
		{Row: "Parked/n=10/scanned-bytes", Who: "ouro", Round: 3, Value: 800, Ops: 2},
		{Row: "Parked/n=10/cancel", Who: "ouro", Round: 3, Value: 2020, Ops: 2, CPU: 3000},
		{Row: "Parked/n=10/create", Who: "ouro", Round: 3, Value: 5000, Ops: 2},
	}, ms)
}

func TestParseGoRefuses(t *testing.T) {
	for _, test := range []struct{ name, line string }{
		{"nobody", "BenchmarkYield-2  10  5 ns/op"},
		{"a value without a unit", "BenchmarkYield/ouro-2  10  5 ns/op 7"},
		{"no number", "BenchmarkYield/ouro-2  10  five ns/op"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, _, err := parseGo(strings.NewReader(test.line), 0)
			require.Error(t, err)
		})
	}
}

func TestParsePeer(t *testing.T) {
	version, ms, err := parsePeer(strings.NewReader(`{"peer": "Node 20"}
{"name": "Yield/tasks=1", "ns_per_op": 60.5, "ops": 100, "note": "a microtask"}
{"name": "Yield/tasks=1", "variant": "setImmediate", "ns_per_op": 4000, "ops": 10}
{"name": "Parked/n=10/bytes", "bytes_per_op": 900, "ops": 10}
`), "node", 1)
	require.NoError(t, err)
	require.Equal(t, "Node 20", version)
	require.Equal(t, []measurement{
		{Row: "Yield/tasks=1", Who: "node", Round: 1, Value: 60.5, Ops: 100, Note: "a microtask", Peer: true},
		{Row: "Yield/tasks=1", Who: "node setImmediate", Round: 1, Value: 4000, Ops: 10, Peer: true},
		{Row: "Parked/n=10/bytes", Who: "node", Round: 1, Value: 900, Ops: 10, Peer: true},
	}, ms)

	for _, line := range []string{`not JSON`, `{"name": "Yield"}`, `{"ns_per_op": 5}`} {
		_, _, err := parsePeer(strings.NewReader(line), "node", 0)
		require.Error(t, err, line)
	}
}

func TestResults(t *testing.T) {
	r := newResults()
	r.add(
		measurement{Row: "Yield/tasks=1", Who: "tokio", Round: 0, Value: 30, Peer: true},
		measurement{Row: "Yield/tasks=1", Who: "node setImmediate", Round: 0, Value: 4000, Peer: true},
		measurement{Row: "Yield/tasks=1", Who: "node", Round: 0, Value: 60, Peer: true},
		measurement{Row: "Yield/tasks=1", Who: "gosched", Round: 0, Value: 100},
		measurement{Row: "Yield/tasks=1", Who: "floor", Round: 0, Value: 50},
		measurement{Row: "Yield/tasks=1", Who: "ouro", Round: 0, Value: 20},
		measurement{Row: "Yield/tasks=1", Who: "ouro", Round: 1, Value: 25},
		measurement{Row: "Yield/tasks=1", Who: "ouro", Round: 2, Value: 30},
		measurement{Row: "Yield/tasks=1", Who: "floor", Round: 2, Value: 50},
	)
	require.Equal(t, []string{"floor", "gosched", "node", "node setImmediate", "tokio"}, r.others("Yield/tasks=1"))
	require.Equal(t, []float64{20, 25, 30}, r.values("Yield/tasks=1", "ouro"))
	require.InDeltaSlice(t, []float64{0.4, 0.6}, r.ratios("Yield/tasks=1", "ouro", "floor"), 1e-9,
		"of the rounds in which there are both")
	require.Empty(t, r.ratios("Yield/tasks=1", "ouro", "cpython"))
}
