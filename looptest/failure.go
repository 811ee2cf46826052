package looptest

import (
	"errors"
	"strings"

	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
)

// A failure is why a run has failed.
type failure struct {
	kind string // one word
	text string
}

// same reports whether two runs have failed for one reason: numbers may differ.
func (f failure) same(other failure) bool {
	return f.kind == other.kind && outline(f.text) == outline(other.text)
}

// isCause reports whether the errors that follow are but consequences.
func (f failure) isCause() bool { return f.kind == "job" || f.kind == "parted" || f.kind == "record" }

func (r *run) failsAs(other *run) bool { return r.failed() && r.failure.same(*other.failure) }

// outline is the beginning of a text, without its numbers.
func outline(text string) string {
	const enough = 160
	text = strings.Map(func(r rune) rune {
		if '0' <= r && r <= '9' {
			return -1
		}
		return r
	}, text[:min(len(text), 2*enough)])
	return text[:min(len(text), enough)]
}

// failureOf is what the error of main, or of the run, has to say.
func failureOf(err error) failure {
	var deadlock *loop.DeadlockError
	var stuck *loop.StuckError
	var panicked *future.PanicError
	var parts *loop.PartedError
	switch {
	case errors.As(err, &parts):
		return parted(err)
	case errors.Is(err, loop.ErrRecordEnds), errors.Is(err, loop.ErrNoRecord):
		return failure{"record", err.Error()}
	case errors.As(err, &deadlock):
		return failure{"deadlock", err.Error()}
	case errors.As(err, &stuck):
		return failure{"livelock", err.Error()}
	case errors.Is(err, loop.ErrHermetic):
		what, _, _ := strings.Cut(err.Error(), "; do without") // the option is not the test's
		return failure{"outside", what + ": nobody controls that. Have something of the test's own in its place, with a Delay and what it may Choose"}
	case errors.As(err, &panicked):
		return failure{"panic", err.Error()}
	}
	return failure{"error", "main returned an error: " + err.Error()}
}
