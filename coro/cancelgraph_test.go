package coro_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/loop"
)

// A cancelModel cancels as asyncio does, by nested calls: node i is a future if it has no
// children, and else a task that awaits a gather of them.
type cancelModel struct {
	children [][]int
	cancels  []int
	done     []bool
}

func (m *cancelModel) cancel(i int) (taken bool) {
	if len(m.children[i]) == 0 {
		taken = !m.done[i]
		m.done[i] = true
		return taken
	}
	m.cancels[i]++
	for _, child := range m.children[i] {
		m.cancel(child)
	}
	return true
}

// In graphs of gathers with shared children every task counts as many requests as it would
// in asyncio, whose cancel goes every way through the graph.
func TestCancelGraphCounts(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	shared := 0
	for range 300 {
		m := &cancelModel{}
		for i := range 6 + r.IntN(12) {
			var children []int
			if i > 2 {
				for range 1 + r.IntN(3) {
					children = append(children, r.IntN(i)) // the same twice, as well
				}
			}
			m.children = append(m.children, children)
		}
		n := len(m.children)
		m.cancels, m.done = make([]int, n), make([]bool, n)
		l := testkit.NewLoop(t)
		nodes := make([]coro.Awaitable[any], n)
		tasks := make([]*coro.Task[any], n)
		for i, children := range m.children {
			if len(children) == 0 {
				nodes[i] = loop.CreateFuture[any](l)
				continue
			}
			tasks[i] = coro.CreateTask(l, func(co *coro.Co) (any, error) {
				var of []coro.Awaitable[any]
				for _, child := range children {
					of = append(of, nodes[child])
				}
				return coro.Gather(co, of...).Await(co)
			})
			nodes[i] = tasks[i]
		}
		testkit.Iterate(t, l)
		m.cancel(n - 1)
		tasks[n-1].Cancel()
		for i, task := range tasks {
			if task != nil {
				require.Equal(t, m.cancels[i], task.Canceling(), "task %d of %v", i, m.children)
				if m.cancels[i] > 2 {
					shared++
				}
			}
		}
		testkit.Briefly(t, l)
	}
	require.Greater(t, shared, 50, "tasks with more than two requests")
}

// A graph with more ways through it than anybody could go is canceled all the same, and
// reported as a deadlock.
func TestCancelLayersOfGathers(t *testing.T) {
	const layers, width = 60, 5
	l := testkit.NewLoop(t)
	all := []*coro.Task[any]{}
	var above []coro.Awaitable[any]
	for range width {
		above = append(above, loop.CreateFuture[any](l))
	}
	for range layers {
		var layer []coro.Awaitable[any]
		for range width {
			below := above
			task := coro.CreateTask(l, func(co *coro.Co) (any, error) { return coro.Gather(co, below...).Await(co) })
			all = append(all, task)
			layer = append(layer, task)
		}
		above = layer
	}
	top := coro.Gather(l, above...)
	testkit.Iterate(t, l)
	require.True(t, top.Cancel())
	require.Equal(t, 1, all[len(all)-1].Canceling())
	require.Equal(t, width, all[len(all)-1-width].Canceling())
	require.Equal(t, math.MaxInt32, all[0].Canceling())
	_, err := loop.RunUntilComplete(l, top)
	testkit.RequireCanceled(t, err)
	for _, task := range all {
		require.True(t, task.Done())
		_ = task.Err()
	}
}

// Tasks that gather each other are a graph of circles.
func TestCancelTasksThatGatherEachOther(t *testing.T) {
	const n = 30
	l := testkit.NewLoop(t)
	tasks := make([]*coro.Task[any], n)
	for i := range tasks {
		tasks[i] = coro.CreateTask(l, func(co *coro.Co) (any, error) {
			var others []coro.Awaitable[any]
			for j, other := range tasks {
				if j != i {
					others = append(others, other)
				}
			}
			return coro.Gather(co, others...).Await(co)
		})
	}
	testkit.Iterate(t, l)
	require.True(t, tasks[0].Cancel())
	_, err := loop.RunUntilComplete(l, tasks[0])
	require.Error(t, err)
	for _, task := range tasks {
		task.Cancel()
		_ = task.Err()
	}
}
