package coro_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/loop"
)

// A task has a copy of its creator's context, as that was when the task was created.
//
// CPython: test_tasks.BaseTaskTests.test_context_1
func TestVarsOfTaskAreACopy(t *testing.T) {
	v := coro.NewVar("v", "nope")
	run(t, func(co *coro.Co) error {
		require.Equal(t, "nope", v.Get(co))
		sub := coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
			err := coro.Sleep(co, 10*ms)
			require.Equal(t, "nope", v.Get(co))
			v.Set(co, "something else")
			return err
		}))
		v.Set(co, "yes")
		require.Equal(t, "yes", v.Get(co))
		_, err := sub.Await(co)
		require.Equal(t, "yes", v.Get(co))
		require.Equal(t, "something else", v.Get(sub))
		return err
	})
}

// A callback has a copy of the context that it was registered in.
//
// CPython: test_tasks.BaseTaskTests.test_context_2
func TestVarsOfCallbackAreACopy(t *testing.T) {
	v := coro.NewVar("v", "nope")
	l := testkit.NewLoop(t)
	var tr testkit.Trace
	testkit.Complete(t, l, coro.Do(func(co *coro.Co) error {
		for j := range 2 {
			f := loop.CreateFuture[coro.None](l)
			f.AddDoneCallback(func() {
				tr.Add("callback of %s", v.Get(l))
				v.Set(l, "something else") // is not to reach the task
			})
			v.Set(co, fmt.Sprintf("yes%d", j))
			l.CallSoon(func() { _ = f.SetResult(coro.None{}) })
			if _, err := f.Await(co); err != nil {
				return err
			}
			require.Equal(t, fmt.Sprintf("yes%d", j), v.Get(co))
			for i := range 3 {
				want := fmt.Sprintf("yes%d-%d", i, j)
				v.Set(co, want)
				if err := coro.Sleep(co, ms); err != nil {
					return err
				}
				require.Equal(t, want, v.Get(co))
			}
		}
		return nil
	}))
	require.Equal(t, testkit.Trace{"callback of nope", "callback of yes2-0"}, tr)
	require.Equal(t, "nope", v.Get(l))
}

// CPython: test_tasks.BaseTaskTests.test_context_3
func TestVarsOfManyTasks(t *testing.T) {
	v := coro.NewVar("v", -1)
	l := testkit.NewLoop(t)
	testkit.Complete(t, l, coro.Do(func(co *coro.Co) error {
		sub := func(co *coro.Co, n int) (coro.None, error) {
			for i := range 10 {
				v.Set(co, n+i)
				if err := coro.Sleep(co, time.Duration(1+(n*7+i*13)%50)*ms); err != nil {
					return coro.None{}, err
				}
				require.Equal(t, n+i, v.Get(co))
			}
			return coro.None{}, nil
		}
		var tasks []*coro.Task[coro.None]
		for n := range 100 {
			tasks = append(tasks, coro.CreateTask(co, coro.Bind(sub, n)))
		}
		_, err := coro.Gather(co, coro.Each[coro.None](tasks)...).Await(co)
		return err
	}))
	require.Equal(t, -1, v.Get(l))
}

// A task that is given a context changes that one.
//
// CPython: test_tasks.BaseTaskTests.test_context_4
// CPython: test_tasks.BaseTaskTests.test_context_5
// CPython: test_tasks.BaseTaskTests.test_context_6
func TestVarsGiven(t *testing.T) {
	v := coro.NewVar("v", 0)
	for _, test := range []struct {
		name  string
		eager bool
	}{{"lazy", false}, {"eager", true}} {
		t.Run(test.name, func(t *testing.T) {
			run(t, func(co *coro.Co) error {
				vars := co.Vars().Copy()
				_, set := v.Lookup(vars)
				require.False(t, set)
				for i := range 2 {
					_, err := coro.CreateTask(co, coro.Do(func(co *coro.Co) error {
						err := coro.Sleep(co, 0)
						v.Set(co, i+1)
						return err
					}), coro.InContext(vars), coro.Eager(test.eager)).Await(co)
					require.NoError(t, err)
					require.Equal(t, i+1, v.Get(vars))
				}
				_, set = v.Lookup(co)
				require.False(t, set)
				return nil
			})
		})
	}
}

// CPython: test_tasks.BaseTaskTests.test_get_context
func TestVarsOfTask(t *testing.T) {
	l := testkit.NewLoop(t)
	vars := l.Vars().Copy()
	task := coro.CreateTask(l, returning(1, nil), coro.InContext(vars))
	require.Same(t, vars, task.Vars())
	_, err := loop.RunUntilComplete(l, task)
	require.NoError(t, err)
	require.Same(t, vars, task.Vars())
	require.NotSame(t, vars, coro.CreateTask(l, returning(1, nil)).Vars())
}

// A token is good once, for its variable, in its context.
func TestVarReset(t *testing.T) {
	v, other := coro.NewVar("v", 0), coro.NewVar("other", 0)
	var vars, copied coro.Vars
	first := v.Set(&vars, 1)
	copied = *vars.Copy()
	second := v.Set(&vars, 2)

	refused := func(v *coro.Var[int], s coro.Scope, token *coro.Token[int]) {
		t.Helper()
		require.ErrorIs(t, v.Reset(s, token), coro.ErrToken)
	}
	refused(v, &vars, nil)
	refused(other, &vars, second)
	refused(v, &copied, second)
	require.Equal(t, 2, v.Get(&vars), "a refusal changes nothing")

	require.NoError(t, v.Reset(&vars, second))
	value, set := v.Lookup(&vars)
	require.True(t, set)
	require.Equal(t, 1, value, "the value from before is back")
	refused(v, &vars, second)
	require.Equal(t, 1, v.Get(&vars))

	require.NoError(t, v.Reset(&vars, first))
	_, set = v.Lookup(&vars)
	require.False(t, set, "there was none")
	refused(v, &vars, first)
	require.Equal(t, 1, v.Get(&copied), "a copy keeps what it has")
}

// A variable that is set or taken away leaves the others as they are.
func TestVarsKeepEachOther(t *testing.T) {
	a, b, c := coro.NewVar("a", 0), coro.NewVar("b", 0), coro.NewVar("c", 0)
	var vars coro.Vars
	all := func() [3]int { return [3]int{a.Get(&vars), b.Get(&vars), c.Get(&vars)} }
	a.Set(&vars, 1)
	token := b.Set(&vars, 2)
	c.Set(&vars, 3)
	require.Equal(t, [3]int{1, 2, 3}, all())
	a.Set(&vars, 4)
	require.Equal(t, [3]int{4, 2, 3}, all())
	require.NoError(t, b.Reset(&vars, token))
	require.Equal(t, [3]int{4, 0, 3}, all())
}
