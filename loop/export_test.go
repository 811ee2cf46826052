package loop

import (
	"time"

	"github.com/ouro-loop/ouro/internal/sched"
)

// TimerCount is how many timers wait for their deadline.
func (l *Loop) TimerCount() int { return l.timers.Len() }

// ReadyCount is how many entries the ready queue has.
func (l *Loop) ReadyCount() int { return l.sched.Ready() }

// OutsideCount is how much work executors and goroutines do for the loop.
func (l *Loop) OutsideCount() int { return l.outside.n }

// MaxPosts is how many posts an iteration takes in at most.
const MaxPosts = maxPosts

// Interrupts is how many interrupts r has received.
func (r *Runner) Interrupts() int {
	w := r.interrupts.watch
	w.mu.Lock()
	defer w.mu.Unlock()
	return r.interrupts.received
}

// InterruptPatience is how long a loop has for ending when an interrupt asks for it.
const InterruptPatience = interruptPatience

// Parked reports whether the loop waits for a post or a descriptor, or is about to. It is
// safe for concurrent use.
func (l *Loop) Parked() bool { return l.inbox.parked.Load() != awake }

// SetPatience changes after how long a virtual clock that stands still is told of.
func SetPatience(d time.Duration) (restore func()) {
	before := patience
	patience = d
	return func() { patience = before }
}

// Look is what the loop has to do for an Inspect.
func (l *Loop) Look(stacks int) { l.look(stacks) }

// LookFloor goes through the tasks, and does nothing with them.
func (l *Loop) LookFloor() (n int) {
	l.sched.All(func(c *sched.Coroutine) {
		if pendingTask(c).Awaited() != nil {
			n++
		}
	})
	return n
}

// Asked reports whether a question is waiting. It is safe for concurrent use.
func (l *Loop) Asked() bool { return l.questions.any.Load() }

// Questions is how many questions are waiting. It is safe for concurrent use.
func (l *Loop) Questions() int {
	l.questions.mu.Lock()
	defer l.questions.mu.Unlock()
	return len(l.questions.list)
}

// Watched reports whether the loop does something for watchdogs.
func (l *Loop) Watched() bool { return l.sched.Watched() }

// SetReplayPatience changes how long a replay waits for a goroutine, until undo.
func SetReplayPatience(d time.Duration) (undo func()) {
	before := replayPatience
	replayPatience = d
	return func() { replayPatience = before }
}
