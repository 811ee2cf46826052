// Package goroutine tells on which goroutine its caller runs. Go keeps that to
// itself, except in stack traces, whose first line is read here. That takes some
// microseconds, more on a deep stack, and is for what is seldom; see Remember.
package goroutine

import (
	"runtime"
	"strings"
)

// ID is a goroutine, as what it calls knows it.
type ID struct {
	// Name is what stack traces call it, "goroutine 12". No two that live have the same. It is
	// empty, which callers take for unknown, should traces ever have another form.
	Name string

	// Locked says that it is locked to its OS thread, by runtime.LockOSThread, as main is if an
	// init function called that, or because C has called it.
	Locked bool

	// Bubble is the testing/synctest bubble that it is in, "" for none. Inside of one os/signal
	// blocks for ever.
	Bubble string
}

// Self is the calling goroutine.
func Self() ID {
	if id, ok := recall(); ok {
		return id
	}
	head := head()
	return ID{nameIn(head), strings.Contains(head, "locked to thread"), bubbleIn(head)}
}

// Name is the Name of Self. It is not inlined, as a coroutine's worker calls it: an ID would be on every stack.
//
//go:noinline
func Name() string { return Self().Name }

// Bubble is the Bubble of Self.
func Bubble() string { return Self().Bubble }

func nameIn(head string) string {
	name, _, ok := strings.Cut(head, " [")
	if !ok || !strings.HasPrefix(name, "goroutine ") {
		return ""
	}
	return name
}

func bubbleIn(head string) string {
	_, bubble, ok := strings.Cut(head, "synctest bubble ")
	if !ok {
		return ""
	}
	bubble, _, _ = strings.Cut(bubble, "]")
	bubble, _, _ = strings.Cut(bubble, ",")
	return bubble
}

// head is the first line of the caller's stack trace:
// "goroutine 12 [running, synctest bubble 1]:".
func head() string {
	var trace [128]byte
	line, _, _ := strings.Cut(string(trace[:runtime.Stack(trace[:], false)]), "\n")
	return line
}
