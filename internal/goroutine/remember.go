package goroutine

import (
	"sync"
	"sync/atomic"
)

var (
	remembered sync.Map     // ID, by Key
	some       atomic.Int32 // so many are
)

// Remember has Self, Name and Bubble know the calling goroutine without a stack trace, until forget is called; on the same
// goroutine, which a deferred call is even if it panics, or ends: another one may have its key then. In between nothing may lock it
// to its thread, nor unlock it. It does nothing where there are no keys, and if who calls the caller remembers it.
func Remember() (forget func()) {
	if !HasKeys {
		return func() {}
	}
	if _, ok := recall(); ok {
		return func() {}
	}
	key := Key()
	remembered.Store(key, Self())
	some.Add(1)
	return func() {
		remembered.Delete(key)
		some.Add(-1)
	}
}

// recall is the calling goroutine, if it is remembered.
func recall() (ID, bool) {
	if some.Load() == 0 {
		return ID{}, false
	}
	id, ok := remembered.Load(Key())
	if !ok {
		return ID{}, false
	}
	return id.(ID), true
}
