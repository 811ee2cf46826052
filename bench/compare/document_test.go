package main

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/bench/internal/machine"
)

// sample is two rounds of two rows.
func sample() *results {
	r := newResults()
	for round := range 2 {
		add := func(row, who string, value, allocs float64, note string) {
			r.add(measurement{Row: row, Who: who, Round: round, Value: value, Allocs: allocs, HasMem: who == ours,
				Note: note, Peer: note != ""})
		}
		add("Yield/tasks=1", "ouro", 20, 0, "")
		add("Yield/tasks=1", "floor", 40, 0, "")
		add("Yield/tasks=1", "node", 60, 0, "less work")
		add("Yield/tasks=1", "node setImmediate", 4000, 0, "more work")
		add("Yield/tasks=1", "tokio", 10, 0, "a note")
		add("CreateTaskAwait", "ouro", 300, 3, "")
		add("CreateTaskAwait", "floor", 120, 0, "")
		add("NotInTheTable", "ouro", 5, 0, "")
	}
	return r
}

// sampleWithCPU has CPU times too.
func sampleWithCPU() *results {
	r := sample()
	for procs := 1; procs <= 2; procs++ {
		r.addCPU(procs, []measurement{
			{Row: "CreateTaskAwait", Who: "ouro", CPU: 300 + 60*float64(procs), GC: 20, HasMem: true, Allocs: 1},
			{Row: "CreateTaskAwait", Who: "floor", CPU: 120},
			{Row: "CreateTaskAwait", Who: "goroutine", CPU: 720},
			{Row: "NotInTheTable", Who: "ouro"},
		})
	}
	return r
}

func TestCPUTable(t *testing.T) {
	require.Equal(t, `| work | ours | floor | others | GC | ours, 2 | floor, 2 | others, 2 |
| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
| create a task and await it | 360 ns | 3× | 0.50× | 20% | 420 ns | 3.50× | 0.58× |
`, cpuTable(sampleWithCPU()))
	require.Contains(t, goalTable(sampleWithCPU()),
		"| create a task and await it | floor, CPU time on one core | 3× ±0% | ≤ 2.20× | **missed by 36%** |\n")
	require.Empty(t, cpuSection(sample()))
}

func TestGoalTable(t *testing.T) {
	require.Equal(t, `| work | against | ratio | goal | |
| --- | --- | ---: | ---: | --- |
| sleep(0) in one task alone | floor | 0.50× ±0% | ≤ 0.40× | **missed by 25%** |
| sleep(0) in one task alone | faster than Node | 3× ±0% | ≥ 1× | met |
| sleep(0) in one task alone | faster than Tokio | 0.50× ±0% | ≥ 1× | **missed by 50%** |
| create a task and await it | floor | 2.50× ±0% | ≤ 2× | **missed by 25%** |
| create a task and await it | allocations | 3 | ≤ 2 | **missed by 50%** |

1 of 5 are met.
`, goalTable(sample()))
}

func TestBigTable(t *testing.T) {
	require.Equal(t, `| work | who | time | ± | times ours | |
| --- | --- | ---: | ---: | ---: | --- |
| sleep(0) in one task alone | **ouro** | **20 ns** | 0% | | allocations: 0 |
| | floor | 40 ns | 0% | 2× |  |
| | Node | 60 ns | 0% | 3× | less work |
| | Node, setImmediate | 4000 ns | 0% | 200× | more work |
| | Tokio | 10 ns | 0% | **0.50×** | a note |
| create a task and await it | **ouro** | **300 ns** | 0% | | allocations: 3 |
| | floor | 120 ns | 0% | 0.40× |  |
| NotInTheTable | **ouro** | **5 ns** | 0% | | allocations: 0 |
`, bigTable(sample()))
}

func TestGlance(t *testing.T) {
	r := sample()
	lines := strings.Split(glance(r, rowsOf(r), append([]string{sameProcess}, rivalIDs()...)...), "\n")
	require.Equal(t, "| sleep(0) in one task alone | 20 ns | | | | 3× | **0.50×** | | | | |", lines[2], "the faster of Node's ways")
}

func TestOpening(t *testing.T) {
	text := opening(sample())
	require.True(t, strings.HasPrefix(text, `# Benchmarks

What a program pays here, and how many times that it pays elsewhere for the same. Where it is **bold**, it pays less there.

| work | ours | CPython | uvloop | Node | Tokio | goroutines |
| --- | ---: | ---: | ---: | ---: | ---: | ---: |
| create a task and await it | 300 ns | | | | | |

`), text)
	for name := range whatPrograms {
		require.True(t, slices.ContainsFunc(rows, func(r row) bool { return r.name == name }), name)
	}
}

// TestDocumentOpens: what the document that is there says of its figures is what the next would.
func TestDocumentOpens(t *testing.T) {
	text, err := os.ReadFile("../../docs/benchmarks.md")
	require.NoError(t, err)
	require.Contains(t, string(text), inShort)
	for _, work := range whatPrograms {
		require.Contains(t, string(text), "\n| "+work+" |")
	}
}

func TestDocumentNamesWhatIsMissing(t *testing.T) {
	text := document(machine.Machine{CPU: "A Processor", Cores: 2, Commit: "abc"}, config{rounds: 2, time: time.Second},
		[]string{"uvloop: not installed"}, []string{"Node 20"}, sample())
	for _, want := range []string{"A Processor, 2 cores", "Commit: abc", "Rivals: Node 20", "Missing: uvloop: not installed",
		"Median of 2 rounds"} {
		require.Contains(t, text, want)
	}
	require.NotContains(t, text, plotName)
}

func TestPlot(t *testing.T) {
	_, ok := plot(sample())
	require.False(t, ok)
	r := newResults()
	r.add(measurement{Row: "Growth/tasks/n=100", Who: ours, Value: 100},
		measurement{Row: "Growth/tasks/n=10000", Who: ours, Value: 250})
	svg, ok := plot(r)
	require.True(t, ok)
	require.Equal(t, 1, strings.Count(svg, "<polyline"))
}

func TestByTable(t *testing.T) {
	require.Negative(t, byTable("Yield", "Gather"))
	require.Negative(t, byTable("Timeout", "NotInTheTable"))
	require.Positive(t, byTable("Queue", "Timers"))
	require.Negative(t, byTable("Queue", "QueueAlone"), "a name is not the beginning of another")
}

func TestNanoseconds(t *testing.T) {
	require.Equal(t, "12.3 ms", nanoseconds(12.3e6))
	require.Equal(t, "250 µs", nanoseconds(250e3))
	require.Equal(t, "99.5 ns", nanoseconds(99.5))
}
