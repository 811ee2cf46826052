package goroutine_test

import (
	"iter"
	"runtime"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/internal/goroutine"
)

func TestName(t *testing.T) {
	name := goroutine.Name()
	require.Regexp(t, `^goroutine [0-9]+$`, name)
	require.Equal(t, name, goroutine.Name())
	other := make(chan string)
	go func() { other <- goroutine.Name() }()
	require.NotEqual(t, name, <-other)
}

func TestInBubble(t *testing.T) {
	require.False(t, goroutine.Bubble() != "")
	synctest.Test(t, func(t *testing.T) {
		require.True(t, goroutine.Bubble() != "")
		require.Regexp(t, `^goroutine [0-9]+$`, goroutine.Name())
	})
}

// Goroutines that live have different keys, and each has one whatever happens to its stack.
func TestKey(t *testing.T) {
	if !goroutine.HasKeys {
		t.Skip("goroutines have no keys here")
	}
	const n = 100
	keys, done := make(chan uintptr, n), make(chan struct{})
	defer close(done)
	var deep func(n int) uintptr
	deep = func(n int) uintptr {
		var room [1024]byte
		if n == 0 {
			return goroutine.Key()
		}
		key := deep(n - 1)
		room[n%len(room)]++
		return key
	}
	for range n {
		go func() {
			key := goroutine.Key()
			runtime.Gosched()
			if deep(100) != key {
				key = 0
			}
			keys <- key
			<-done
		}()
	}
	seen := map[uintptr]bool{0: true, goroutine.Key(): true}
	for range n {
		key := <-keys
		require.False(t, seen[key])
		seen[key] = true
	}
	next, stop := iter.Pull(func(yield func(uintptr) bool) { yield(goroutine.Key()) })
	defer stop()
	key, _ := next()
	require.False(t, seen[key], "a coroutine is a goroutine")
}

// What is remembered is what a stack trace says, of that goroutine alone, and no longer than it lasts.
func TestRemember(t *testing.T) {
	self := func(id chan goroutine.ID) { id <- goroutine.Self() }
	ids := make(chan goroutine.ID)
	for range 100 { // of which the later ones have the keys of the earlier
		go func() {
			before := goroutine.Self()
			forget := goroutine.Remember()
			goroutine.Remember()() // inside: nothing is forgotten
			go self(ids)
			require.NotEqual(t, before, <-ids)
			require.Equal(t, before, goroutine.Self())
			forget()
			require.Equal(t, before, goroutine.Self())
			ids <- before
		}()
		<-ids
	}
	synctest.Test(t, func(t *testing.T) {
		defer goroutine.Remember()()
		require.NotEmpty(t, goroutine.Bubble())
	})
	require.Empty(t, goroutine.Bubble())
}

// A goroutine that is remembered is found without a stack trace, whose cost depends on how deep it is called.
func TestRememberedIsCheap(t *testing.T) {
	if !goroutine.HasKeys {
		t.Skip("goroutines have no keys here")
	}
	defer goroutine.Remember()()
	require.Zero(t, testing.AllocsPerRun(100, func() { goroutine.Self() }), "a stack trace becomes a string")
}

func BenchmarkKey(b *testing.B) {
	for b.Loop() {
		goroutine.Key()
	}
}
