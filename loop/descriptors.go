package loop

import (
	"fmt"
	"time"

	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/driver"
)

// descriptors are the file descriptors that a loop watches.
type descriptors struct {
	driver  *driver.Driver
	watched map[int]*descriptor // by AddReader and AddWriter
}

// A descriptor has at most one callback for each direction.
type descriptor struct {
	reader, writer *standingCall
	number         uint64 // on a tape
}

// wantsDescriptors reports whether there is somebody to be told of a descriptor that is ready.
func (l *Loop) wantsDescriptors() bool { return l.descriptors != nil && l.descriptors.driver.Wanted() }

// openDescriptors is what the loop watches descriptors with, made when the first asks for it.
func (l *Loop) openDescriptors() (*descriptors, error) {
	if l.descriptors == nil {
		d, err := driver.New(l, l.inbox.rouse, driver.Options{Budget: int(l.ioBudget), OwnThread: l.ownPoller})
		if err != nil {
			return nil, fmt.Errorf("loop: watching file descriptors: %w", err)
		}
		l.descriptors = &descriptors{driver: d, watched: make(map[int]*descriptor)}
	}
	return l.descriptors, nil
}

// AddReader has fn called whenever fd can be read without blocking, in place of an
// earlier reader of fd; once in every iteration for as long as that is so. The
// descriptor should be in non-blocking mode, and be removed before it is closed. All
// calls are in one context, a copy of the present one.
// The Handle stops it as well, as of the next time it would be called.
//
// The error tells of a descriptor that is closed or that cannot be watched, such
// as a regular file; on Windows and js/wasm it is always errors.ErrUnsupported.
//
// Semantics: asyncio.loop.add_reader, CPython 3.15.
func (l *Loop) AddReader(fd int, fn func()) (Handle, error) { return l.watch(fd, fn, false) }

// AddWriter has fn called whenever fd can be written without blocking, as
// AddReader does for reading.
//
// Semantics: asyncio.loop.add_writer, CPython 3.15.
func (l *Loop) AddWriter(fd int, fn func()) (Handle, error) { return l.watch(fd, fn, true) }

// RemoveReader stops watching fd for reading, and reports whether it was watched.
//
// Semantics: asyncio.loop.remove_reader, CPython 3.15.
func (l *Loop) RemoveReader(fd int) bool {
	(*wired)(l).CheckGoroutine()
	l.endRest() // it may be a deadlock now
	return l.unwatch(fd, false)
}

// RemoveWriter stops watching fd for writing, and reports whether it was watched.
//
// Semantics: asyncio.loop.remove_writer, CPython 3.15.
func (l *Loop) RemoveWriter(fd int) bool {
	(*wired)(l).CheckGoroutine()
	l.endRest() // it may be a deadlock now
	return l.unwatch(fd, true)
}

func (l *Loop) watch(fd int, fn func(), write bool) (Handle, error) {
	if fn == nil {
		panic("loop: AddReader or AddWriter of a nil function")
	}
	l.mustBeMade()
	(*wired)(l).CheckGoroutine()
	if l.closed.Load() {
		return Handle{}, ErrClosed
	}
	if err := l.hermetically("a descriptor"); err != nil {
		return Handle{}, err
	}
	l.endRest()
	all, err := l.openDescriptors()
	if err != nil {
		return Handle{}, err
	}
	d := all.watched[fd]
	if d == nil {
		d = &descriptor{}
		if l.tape != nil {
			l.tape.descriptors++
			d.number = l.tape.descriptors
		}
	}
	if err := all.driver.Set(fd, !write || d.reader != nil, write || d.writer != nil); err != nil {
		delete(all.watched, fd) // the driver has given it up altogether
		return Handle{}, fmt.Errorf("loop: %w", err)
	}
	all.watched[fd] = d
	c := l.newStandingCall(fn)
	slot := d.slot(write)
	if *slot != nil {
		(*slot).canceled = true
	}
	*slot = c
	return Handle{c: &c.callback}, nil
}

func (l *Loop) unwatch(fd int, write bool) bool {
	d := l.watched()[fd]
	if d == nil {
		return false
	}
	slot := d.slot(write)
	if *slot == nil {
		return false
	}
	(*slot).canceled = true
	*slot = nil
	if d.reader == nil && d.writer == nil {
		delete(l.descriptors.watched, fd)
	}
	// The driver's only error here is of a descriptor that is closed by now.
	_ = l.descriptors.driver.Set(fd, d.reader != nil, d.writer != nil)
	return true
}

// watched are the descriptors of AddReader and AddWriter.
func (l *Loop) watched() map[int]*descriptor {
	if l.descriptors == nil {
		return nil
	}
	return l.descriptors.watched
}

func (d *descriptor) slot(write bool) **standingCall {
	if write {
		return &d.writer
	}
	return &d.reader
}

// pollsNow reports whether an iteration is to look for descriptors before it waits for so long, or
// runs what is ready. Where the loop waits in the driver, that looks first.
func (l *Loop) pollsNow(limit time.Duration) bool {
	if l.descriptors == nil {
		return false
	}
	due := l.descriptors.driver.Due(l.sched.Ready())
	return due && (limit == 0 || l.steps != nil || l.clock.virtual || l.sched.Events != nil)
}

// pollsAfterWait reports whether there is something to look for after a wait. A loop that was
// woken for something else looks when that is done, unless asyncio's does.
func (l *Loop) pollsAfterWait() bool {
	return l.descriptors != nil && (l.descriptors.driver.Found() || l.descriptors.driver.Levels() || l.lookoutTells())
}

// lookoutTells reports whether a descriptor is ready, as the driver's lookout has seen while the loop was
// parked on its channel.
func (l *Loop) lookoutTells() bool { return l.descriptors != nil && l.descriptors.driver.Told() }

// pollDescriptors schedules the callbacks of the descriptors that are ready, and the tasks that
// wait for them. It reports whether there were any.
func (l *Loop) pollDescriptors() bool {
	before := l.sched.Ready()
	var err error
	if l.sched.Chooser != nil {
		err = l.pollChosen()
	} else {
		err = l.pollInto(l.readyDescriptor)
	}
	if err != nil {
		l.CallExceptionHandler(future.ErrorContext{Message: "polling file descriptors", Err: err})
	}
	return l.sched.Ready() > before
}

func (l *Loop) pollInto(ready func(fd int, d *descriptor, write bool)) error {
	return l.descriptors.driver.Poll(func(fd int, readable, writable bool) {
		d := l.watched()[fd]
		if d == nil {
			return
		}
		if readable {
			ready(fd, d, false)
		}
		if writable {
			ready(fd, d, true)
		}
	})
}

func (l *Loop) readyDescriptor(fd int, d *descriptor, write bool) {
	c := *d.slot(write)
	if c != nil && l.tape != nil && l.tape.in == nil {
		l.tape.polled(d, write)
	}
	switch {
	case c == nil:
	case c.canceled:
		l.unwatch(fd, write)
	default:
		l.pushFromOutside(c)
	}
}

func (l *Loop) closeDescriptors() {
	if l.descriptors != nil {
		l.descriptors.driver.Close()
		l.descriptors = nil
	}
}
