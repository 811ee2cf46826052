package loop

import "time"

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
func (l *Loop) Parked() bool { return l.inbox.parked.Load() }

// SetPatience changes after how long a virtual clock that stands still is told of.
func SetPatience(d time.Duration) (restore func()) {
	before := patience
	patience = d
	return func() { patience = before }
}
