// Package goroutine tells on which goroutine its caller runs. Go keeps that to
// itself, except in stack traces, whose first line is read here. That takes some
// microseconds, more on a deep stack, and is for what is seldom.
package goroutine

import (
	"runtime"
	"strings"
)

// Name is what stack traces call the calling goroutine, "goroutine 12". No two that
// live have the same. It is empty, which callers take for unknown, should traces ever
// have another form.
func Name() string {
	name, _, ok := strings.Cut(head(), " [")
	if !ok || !strings.HasPrefix(name, "goroutine ") {
		return ""
	}
	return name
}

// Locked reports whether the calling goroutine is locked to its OS thread, by
// runtime.LockOSThread, as main is if an init function called that, or because C has
// called it.
func Locked() bool { return strings.Contains(head(), "locked to thread") }

// Bubble is the testing/synctest bubble that the caller is in, "" for none. Inside of one
// os/signal blocks for ever.
func Bubble() string {
	_, bubble, ok := strings.Cut(head(), "synctest bubble ")
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
