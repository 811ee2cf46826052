package loop

import "github.com/ouro-loop/ouro/future"

// Coroutines may run the next entries themselves: a task that suspends (coro's Co.host),
// and a worker whose task has ended (worker.next). What they need of the loop is here.

// Peek is the entry that comes next, if the loop would do nothing but run it: the
// next one of this iteration, or the first of an iteration whose other four steps have
// nothing to do. It is nil if there is none, in debug mode, where entries are timed,
// and where an iteration would begin with so many that a host would gain nothing. Pop
// takes it.
func (l *Loop) Peek() future.Runnable {
	if l.debug || l.abort != nil {
		return nil
	}
	if l.todo == 0 {
		if l.ready.n == 0 || l.ready.n > maxHosted || !l.quiet() {
			return nil
		}
		l.todo = l.ready.n // the next iteration has begun
		l.scheduler.SetCrowded(false)
	}
	return l.ready.ring[l.ready.head]
}

// maxHosted is up to how many entries are worth being run by the task that suspends:
// of n it saves the switches of one.
const maxHosted = 8

// Pop takes the entry that Peek has shown.
func (l *Loop) Pop() {
	l.ready.pop()
	l.todo--
}

// RunHosted runs an entry on the goroutine of the task that asks. A panic in it is
// reported as by runIterations, and does not get as far as to the task's function.
func (l *Loop) RunHosted(entry future.Runnable) {
	before, lost := l.running, true
	l.running = entry
	defer func() {
		l.running = before
		if lost { // a Goexit: of the entry, or of the handler that was told of its panic
			l.scheduler.LoseHost()
		}
	}()
	l.runReporting(entry)
	lost = false
}

// runReporting runs an entry, and reports its panic.
func (l *Loop) runReporting(entry future.Runnable) {
	defer func() {
		if v := recover(); v != nil {
			l.reportPanic(future.NewPanicError(v))
			l.scheduler.LeaveCallback()
		}
	}()
	entry.Run()
}

// quiet reports whether the first four steps of an iteration would do nothing.
func (l *Loop) quiet() bool {
	if l.inbox.any() || l.stopping.Load() || l.watchesDescriptors() || l.unretrieved.AnyLost() {
		return false
	}
	next := l.timers.Next()
	return next == nil || next.When() > l.Time()
}
