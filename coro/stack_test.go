package coro_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/loop"
)

// functions are the functions of a stack, without the package.
func functions(frames []coro.Frame) (names []string) {
	const prefix = "github.com/ouro-loop/ouro/coro_test."
	for _, f := range frames {
		names = append(names, f.Function[min(len(prefix), len(f.Function)):])
	}
	return names
}

type stackProbe struct {
	task  *coro.Task[coro.None]
	wait  coro.Awaitable[coro.None]
	found [][]string
}

func (p *stackProbe) foo(co *coro.Co) (coro.None, error) { return coro.None{}, p.bar(co) }

func (p *stackProbe) bar(co *coro.Co) error {
	p.found = append(p.found, functions(p.task.Stack()))
	_, err := p.wait.Await(co)
	return err
}

// The stack of a task is the same while it runs and while it is suspended, but for
// where it stands; and of all its calls, where CPython shows one for a suspended task.
//
// CPython: test_tasks.BaseTaskTests.test_get_stack
func TestTaskStack(t *testing.T) {
	l := testkit.NewLoop(t)
	f := loop.CreateFuture[coro.None](l)
	p := &stackProbe{wait: f}
	p.task = coro.CreateTask(l, p.foo)
	require.Empty(t, p.task.Stack(), "not begun")
	testkit.Briefly(t, l)
	require.Equal(t, [][]string{{"(*stackProbe).bar", "(*stackProbe).foo"}}, p.found)
	suspended := functions(p.task.Stack())
	require.Equal(t, []string{"(*stackProbe).bar", "(*stackProbe).foo"}, suspended[max(0, len(suspended)-2):])
	require.NoError(t, f.SetResult(coro.None{}))
	testkit.Briefly(t, l)
	require.Empty(t, p.task.Stack(), "done")
}
