package loop

import (
	"fmt"

	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/driver"
)

// descriptors are the file descriptors that a loop watches.
type descriptors struct {
	driver  *driver.Driver // nil until the first is added
	watched map[int]*descriptor
}

// A descriptor has at most one callback for each direction.
type descriptor struct {
	reader, writer *standingCall
	number         uint64 // on a tape
}

func (l *Loop) watchesDescriptors() bool { return len(l.watched) > 0 }

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
	if l.driver == nil {
		d, err := driver.New(l.inbox.rouse)
		if err != nil {
			return Handle{}, fmt.Errorf("loop: watching file descriptors: %w", err)
		}
		l.driver, l.watched = d, make(map[int]*descriptor)
	}
	d := l.watched[fd]
	if d == nil {
		d = &descriptor{}
		if l.tape != nil {
			l.tape.descriptors++
			d.number = l.tape.descriptors
		}
	}
	if err := l.driver.Set(fd, !write || d.reader != nil, write || d.writer != nil); err != nil {
		delete(l.watched, fd) // the driver has given it up altogether
		return Handle{}, fmt.Errorf("loop: %w", err)
	}
	l.watched[fd] = d
	c := l.newStandingCall(fn)
	slot := d.slot(write)
	if *slot != nil {
		(*slot).canceled = true
	}
	*slot = c
	return Handle{c: &c.callback}, nil
}

func (l *Loop) unwatch(fd int, write bool) bool {
	d := l.watched[fd]
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
		delete(l.watched, fd)
	}
	// The driver's only error here is of a descriptor that is closed by now.
	_ = l.driver.Set(fd, d.reader != nil, d.writer != nil)
	return true
}

func (d *descriptor) slot(write bool) **standingCall {
	if write {
		return &d.writer
	}
	return &d.reader
}

// pollDescriptors schedules the callbacks of the descriptors that are ready, and
// reports whether there were any.
func (l *Loop) pollDescriptors() bool {
	before := l.sched.Ready()
	err := l.driver.Poll(func(fd int, readable, writable bool) {
		d := l.watched[fd]
		if d == nil {
			return
		}
		if readable {
			l.readyDescriptor(fd, d, false)
		}
		if writable {
			l.readyDescriptor(fd, d, true)
		}
	})
	if err != nil {
		l.CallExceptionHandler(future.ErrorContext{Message: "polling file descriptors", Err: err})
	}
	return l.sched.Ready() > before
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
	if l.driver != nil {
		l.driver.Close()
		l.driver, l.watched = nil, nil
	}
}
