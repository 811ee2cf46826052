package coro_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/loop"
)

// Nobody inherits the value of a task: neither what it creates, in whatever context, nor a
// callback, nor a second variable.
func TestTaskLocalIsNotInherited(t *testing.T) {
	v, other := coro.NewTaskLocal("v", "none"), coro.NewTaskLocal("other", "none")
	run(t, func(co *coro.Co) error {
		me := co.Task()
		v.Set(me, "main's")
		child := testkit.Spawn(co, func(co *coro.Co) error {
			require.Equal(t, "none", v.Get(co.Task()))
			v.Set(co.Task(), "the child's")
			return coro.Sleep(co, 0)
		})
		sharing := testkit.Spawn(co, func(co *coro.Co) error {
			require.Equal(t, "none", v.Get(co.Task()))
			return nil
		}, coro.InContext(co.Vars()))
		testkit.Wait(t, co, child, sharing)

		require.Equal(t, "main's", v.Get(me))
		require.Equal(t, "none", other.Get(me))
		require.Equal(t, "the child's", v.Get(child), "also when it has ended")
		value, ok := v.Lookup(sharing)
		require.Equal(t, "none", value)
		require.False(t, ok)
		return nil
	})
}

func TestTaskLocal(t *testing.T) {
	v := coro.NewTaskLocal[error]("v", errTest)
	require.Equal(t, "v", v.Name())
	run(t, func(co *coro.Co) error {
		me := co.Task()
		v.Unset(me) // which was not set
		require.Equal(t, errTest, v.Get(me))
		v.Set(me, nil)
		value, ok := v.Lookup(me)
		require.NoError(t, value)
		require.True(t, ok)
		v.Set(me, errOther)
		require.Equal(t, errOther, v.Get(me))
		v.Unset(me)
		_, ok = v.Lookup(me)
		require.False(t, ok)

		me.SetName("renamed")
		v.Set(me, errOther)
		require.Equal(t, "renamed", me.Name())
		return nil
	})
	var zero coro.Task[int]
	l := testkit.NewLoop(t)
	var typed *coro.Task[int]
	const none = "coro: a TaskLocal of a nil task; there is no current task in a callback"
	for _, test := range []struct {
		task coro.AnyTask
		text string
	}{
		{coro.CurrentTask(l), none},
		{typed, none},
		{&zero, "coro: a Task that was not made by CreateTask has no task-local values; the zero Task is none"},
	} {
		require.PanicsWithValue(t, test.text, func() { v.Get(test.task) })
		require.PanicsWithValue(t, test.text, func() { v.Set(test.task, nil) })
		require.PanicsWithValue(t, test.text, func() { v.Unset(test.task) })
	}
}

// A tree of quiet tasks is not reported when the loop closes, whoever in it has created
// whom; a tree beside it is.
func TestQuietTree(t *testing.T) {
	for _, test := range []struct {
		name string
		opts func(l *loop.Loop) []coro.TaskOption
		want []string
	}{
		{"no option", func(*loop.Loop) []coro.TaskOption { return nil }, []string{"grandchild", "child", "root", "beside"}},
		{"Quiet", func(*loop.Loop) []coro.TaskOption { return []coro.TaskOption{coro.Quiet()} }, []string{"grandchild", "child", "beside"}},
		{"QuietTree", func(*loop.Loop) []coro.TaskOption { return []coro.TaskOption{coro.QuietTree()} }, []string{"beside"}},
		{"QuietTree in a context", func(l *loop.Loop) []coro.TaskOption {
			return []coro.TaskOption{coro.QuietTree(), coro.InContext(l.Vars().Copy())}
		}, []string{"beside"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var tr testkit.Trace
			l := loop.New(loop.VirtualTime(true), tr.Handler())
			forever := func(co *coro.Co) error { return coro.Sleep(co, coro.Forever) }
			with := func(name string, below func(co *coro.Co) error) func(co *coro.Co) error {
				return func(co *coro.Co) error {
					testkit.Spawn(co, below, coro.Name(name))
					return forever(co)
				}
			}
			testkit.Spawn(l, with("child", with("grandchild", forever)), append(test.opts(l), coro.Name("root"))...)
			testkit.Spawn(l, forever, coro.Name("beside"))
			testkit.Briefly(t, l)
			testkit.Briefly(t, l)
			require.Empty(t, tr)
			var pending []string
			l.SetExceptionHandler(pendingNames(&pending))
			require.NoError(t, l.Close())
			require.ElementsMatch(t, test.want, pending)
		})
	}
}
