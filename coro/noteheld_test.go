package coro_test

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/internal/testkit"
	"github.com/ouro-loop/ouro/loop"
)

// key is something that one task holds.
type key struct {
	name   string
	holder coro.AnyTask
}

func (k *key) Describe() string { return fmt.Sprintf("key %q", k.name) }

func (k *key) Holders() []coro.AnyTask {
	if k.holder == nil {
		return nil
	}
	return []coro.AnyTask{k.holder}
}

// heldInMain is what the loop reports of the keys that main has noted.
func heldInMain(main func(co *coro.Co)) (texts []string) {
	err := loop.Main(func(co *coro.Co) error {
		main(co)
		return nil
	}, loop.VirtualTime(true), loop.ReportLeaks(true))
	for _, leak := range loop.Leaks(err) {
		texts = append(texts, leak.Text)
	}
	return texts
}

func TestNoteHeld(t *testing.T) {
	var kept key
	require.Equal(t, []string{`key "a" held by task "Task-1", which has ended`, `key "b" held by task "Task-1", which has ended`},
		heldInMain(func(co *coro.Co) {
			require.True(t, co.NotesHeld())
			a, back, b := &key{"a", co.Task()}, &key{"back", co.Task()}, &key{"b", co.Task()}
			for _, k := range []*key{a, back, b, a} {
				require.True(t, co.NoteHeld(k))
			}
			back.holder = nil
			kept.name, kept.holder = "kept", testkit.Spawn(co, func(co *coro.Co) error {
				return coro.Sleep(co, coro.Forever)
			}, coro.Quiet())
			co.NoteHeld(&kept) // by a task that goes on until the cleanup
			kept.holder = nil
		}))
	testkit.Run(t, func(co *coro.Co) {
		require.False(t, co.NoteHeld(&key{"a", co.Task()}))
		require.False(t, co.NotesHeld())
		require.False(t, co.NoteHeld(nil), "nobody asks")
		loop.Of(co).SetDebug(true)
		require.True(t, co.NotesHeld())
		loop.Of(co).SetDebug(false)
		require.False(t, co.NotesHeld())
	})
}

// What is held is remembered, what was given back is not, whatever there is of it.
func TestNoteHeldForgets(t *testing.T) {
	const n = 10_000
	collected := 0
	texts := heldInMain(func(co *coro.Co) {
		gone := make(chan struct{}, n)
		for i := range n {
			k := &key{fmt.Sprint(i), co.Task()}
			runtime.AddCleanup(k, func(struct{}) { gone <- struct{}{} }, struct{}{})
			co.NoteHeld(k)
			if i%1000 != 0 {
				k.holder = nil
			}
		}
		for range 1000 { // cleanups run on a goroutine of their own, after a collection
			if collected = len(gone); collected >= n-200 {
				break
			}
			runtime.GC()
			runtime.Gosched()
		}
	})
	require.GreaterOrEqual(t, collected, n-200)
	require.Len(t, texts, 10)
	require.Equal(t, `key "0" held by task "Task-1", which has ended`, texts[0])
	require.Equal(t, `key "9000" held by task "Task-1", which has ended`, texts[9])
}

// byValue is a role that cannot be compared.
type byValue struct{ tasks []coro.AnyTask }

func (byValue) Describe() string          { return "many" }
func (v byValue) Holders() []coro.AnyTask { return v.tasks }

func TestNoteHeldRefuses(t *testing.T) {
	heldInMain(func(co *coro.Co) {
		require.PanicsWithValue(t, "coro: NoteHeld of a <nil>; give it a pointer to what is held", func() { co.NoteHeld(nil) })
		require.PanicsWithValue(t, "coro: NoteHeld of a coro_test.byValue; give it a pointer to what is held", func() { co.NoteHeld(byValue{}) })
	})
}

// A key that is passed on from task to task.
func ExampleCo_NoteHeld() {
	front := &key{name: "front door"}
	take := func(co *coro.Co) error {
		front.holder = co.Task()
		co.NoteHeld(front)
		return nil // and takes it home
	}
	err := loop.Main(take, loop.ReportLeaks(true))
	fmt.Println(err)
	// Output:
	// loop: closed with 1 leak
	//   key "front door" held by task "Task-1", which has ended
}
