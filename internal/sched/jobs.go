package sched

// Jobs is a Chooser that also runs inside of the loop, at times of its own choice, what is otherwise
// handed to threads and goroutines. It is asked by a loop that takes nothing from outside. All but
// Running is called on the loop's goroutine.
type Jobs interface {
	// Begin takes a job for a pool: the executor that it was given to, nil for the default one, or
	// Goroutines.
	Begin(j Job, pool any)

	// Idle reports whether the default executor has no job left. If it has, WhenIdle calls f when
	// it has none.
	Idle() bool
	WhenIdle(f func())

	// Arrive is called before an entry is put into the ready queue, if the loop was asked for that.
	// What it delivers comes first.
	Arrive()

	// Running reports whether a job runs, and the loop waits for it. It is safe for concurrent use.
	Running() bool
}

// Jobs is the Chooser, nil if that is none.
func (s *Scheduler) Jobs() Jobs {
	jobs, _ := s.Chooser.(Jobs)
	return jobs
}

// Goroutines stands for what has no bounds.
const Goroutines = "goroutines"

// A Job is a function and its outcome. Call runs the function, on a goroutine that this may end, if
// Start has reported that it is wanted. Then Deliver brings the outcome to the loop.
type Job interface {
	Start() bool
	Call()
	Deliver()

	// GivenUp reports whether nobody waits for the outcome.
	GivenUp() bool

	// Name is the function's.
	Name() string
}
