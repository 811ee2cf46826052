package loop

import (
	"errors"
	"fmt"
)

// ErrHermetic is wrapped by the refusals of a loop that takes nothing from outside, see
// [Hermetic].
var ErrHermetic = errors.New("loop: it is hermetic, and takes nothing from outside")

// Hermetic has the loop take nothing from outside: [Go], [ToThread], [RunInExecutor],
// [Receive], [Submit], CallSoonThreadsafe, descriptors and signal handlers fail with an
// error that wraps ErrHermetic. With [VirtualTime] a program then does the same in every
// run, as long as it asks neither the computer's clock nor chance. In a test of package looptest
// threads and goroutines are run inside, and so refused to nobody. The interrupts and the
// [Context] of a Run still end it.
func Hermetic(on bool) Option { return func(o *options) { o.hermetic = on } }

// hermetically is the refusal of what takes something from outside, nil if the loop may. What a job
// does that is run inside is not from there.
func (l *Loop) hermetically(what string) error {
	if !l.hermetic {
		return nil
	}
	if jobs := l.sched.Jobs(); jobs != nil && jobs.Running() {
		return nil
	}
	return fmt.Errorf("%w: %s cannot be used; do without, or leave the option Hermetic out; a durable program has durable.Do", ErrHermetic, what)
}
