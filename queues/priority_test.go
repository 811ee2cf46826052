package queues_test

import (
	"bytes"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/queues"
)

var cpython = flag.String("cpython", "", "record testdata/heapq.txt anew with this `python`")

// A job is an item whose number does not count in the comparison.
type job struct{ priority, number int }

func byPriority(a, b job) bool { return a.priority < b.priority }

// Items that are equal come out as they do of CPython's queue. The recording has a
// line for each sequence of puts and gets: what is put is a priority, "-" is a get,
// and behind the colon are the numbers of the items that came out, counted from 0
// in order of their put.
func TestPriorityOfEqualItems(t *testing.T) {
	if *cpython != "" {
		recordHeapq(t)
	}
	recording, err := os.ReadFile("testdata/heapq.txt")
	require.NoError(t, err)
	lines := strings.Split(strings.TrimSpace(string(recording)), "\n")
	require.Greater(t, len(lines), 100)
	for _, line := range lines {
		ops, want, ok := strings.Cut(line, ":")
		require.True(t, ok)
		q := queues.NewPriorityFunc(0, byPriority)
		n := 0
		var got []string
		for _, op := range strings.Fields(ops) {
			if op == "-" {
				item, err := q.GetNowait()
				require.NoError(t, err)
				got = append(got, strconv.Itoa(item.number))
				continue
			}
			priority, err := strconv.Atoi(op)
			require.NoError(t, err)
			require.NoError(t, q.PutNowait(job{priority, n}))
			n++
		}
		require.Equal(t, strings.Fields(want), got, ops)
	}
}

// recordHeapq asks a CPython.
func recordHeapq(t *testing.T) {
	const script = `
import asyncio, sys

class Job:
    def __init__(self, priority, number): self.priority, self.number = priority, number
    def __lt__(self, other): return self.priority < other.priority

for line in sys.stdin:
    q, n, out = asyncio.PriorityQueue(), 0, []
    for op in line.split():
        if op == "-":
            out.append(q.get_nowait().number)
        else:
            q.put_nowait(Job(int(op), n))
            n += 1
    print(line.strip() + ":", *out)
`
	var in bytes.Buffer
	rng := rand.New(rand.NewPCG(3, 14))
	for i := range 300 {
		size, priorities, left := 2+rng.IntN(40), 1+rng.IntN(1+i%6), 0
		for range size {
			if left > 0 && rng.IntN(5) < 2 {
				in.WriteString("- ")
				left--
			} else {
				fmt.Fprintf(&in, "%d ", rng.IntN(priorities))
				left++
			}
		}
		in.WriteString(strings.Repeat("- ", left) + "\n")
	}
	cmd := exec.Command(*cpython, "-c", script)
	cmd.Stdin, cmd.Stderr = &in, os.Stderr
	out, err := cmd.Output()
	require.NoError(t, err)
	require.NoError(t, os.WriteFile("testdata/heapq.txt", out, 0o644))
}

func TestPriority(t *testing.T) {
	t.Run("gives out what less orders", func(t *testing.T) {
		testkit.Run(t, func(co *coro.Co) {
			q := queues.NewPriorityFunc(0, func(a, b string) bool { return len(a) > len(b) })
			for _, v := range []string{"a", "bbb", "cc"} {
				require.NoError(t, q.Put(co, v))
			}
			var got []string
			for range 3 {
				v, err := q.Get(co)
				require.NoError(t, err)
				got = append(got, v)
			}
			require.Equal(t, []string{"bbb", "cc", "a"}, got)
		})
	})
	t.Run("sorts", func(t *testing.T) {
		rng := rand.New(rand.NewPCG(1, 2))
		q := queues.NewPriority[int](0)
		for range 1000 {
			require.NoError(t, q.PutNowait(rng.IntN(500)))
		}
		last := math.MinInt
		for !q.Empty() {
			v := getNowait(t, q)
			require.GreaterOrEqual(t, v, last)
			last = v
		}
	})
	t.Run("compares as Python does, NaN included", func(t *testing.T) {
		q := queues.NewPriority[float64](0)
		for _, v := range []float64{1, math.NaN(), 0} {
			require.NoError(t, q.PutNowait(v))
		}
		v, err := q.GetNowait()
		require.NoError(t, err)
		require.Zero(t, v)
	})
	t.Run("is not made without a comparison", func(t *testing.T) {
		require.PanicsWithValue(t, "queues: NewPriorityFunc of a nil function",
			func() { queues.NewPriorityFunc[int](0, nil) })
		var q queues.PriorityQueue[int]
		require.Panics(t, func() { _ = q.PutNowait(1) })
		require.True(t, q.Empty())
	})
	t.Run("keeps what is in it when less panics", func(t *testing.T) {
		broken := false
		q := queues.NewPriorityFunc(0, func(a, b int) bool {
			if broken {
				panic("oh")
			}
			return a < b
		})
		for i := range 4 {
			require.NoError(t, q.PutNowait(i))
		}
		broken = true
		require.Panics(t, func() { _ = q.PutNowait(9) })
		require.Equal(t, 4, q.Unfinished())
	})
}
