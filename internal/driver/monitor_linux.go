package driver

import (
	"os"
	"syscall"
	"time"
)

// A monitor has Go's own one at work while the loop is. That is a thread that does not let a goroutine
// that computes keep the only processor, and looks into the runtime's poller meanwhile. It sleeps while
// nothing runs, and two things wake it: a system call that Go's scheduler is told of, and the next of the
// process's timers. What a loop does with its sockets the scheduler is not told of. It would wake that
// thread each time that the loop has waited, to look around every 20 microseconds from then on: a sixth of
// what a server takes.
//
// So there is a timer while there is something to do, which nobody waits for. Only a loop that has
// waited for long has no timer, and makes such a call.
type monitor struct{ until time.Time }

// monitorPause is how long a goroutine may compute as a rule before that is noticed: as long as for
// that thread itself.
const monitorPause = 10 * time.Millisecond

// begin is told that the loop has waited.
func (m *monitor) begin(f *os.File) {
	now := time.Now()
	left := m.until.Sub(now)
	if left > monitorPause/2 {
		return
	}
	m.until = now.Add(monitorPause)
	_ = f.SetWriteDeadline(m.until) // epoll's descriptor is not written to
	if left <= 0 {
		_, _, _ = syscall.Syscall(syscall.SYS_GETPID, 0, 0, 0)
	}
}
