package watch

import (
	"runtime"
	"strings"
	"sync"

	"github.com/ouro-loop/ouro/internal/events"
	"github.com/ouro-loop/ouro/internal/goroutine"
	"github.com/ouro-loop/ouro/trace"
)

// watcher is the sink of a program's lines and prints, which it notes among the events of
// the loop. All but the state of waiting is for who has the turn: the loop's goroutine, or
// a thread while the loop waits.
type watcher struct {
	recorder *trace.Recorder
	events   *events.Recorder // the same one
	starter  string           // the goroutine that calls the program

	places []Place          // of the events so far
	lines  map[actor]int    // where each is
	begun  map[actor]string // of the line that each prints
	thread *actor           // the thread whose turn it is

	mu      sync.Mutex
	changed sync.Cond // waiting or ended
	waiting bool      // the loop waits
	ended   bool      // the program has
}

// actor is who is at a line: a task, or a thread, or, with neither, whatever else runs on the
// loop's goroutine.
type actor struct {
	task   uint32
	thread string
}

func newWatcher() *watcher {
	r := trace.New(trace.Full())
	w := &watcher{
		recorder: r,
		events:   (*events.Recorder)(r),
		starter:  goroutine.Name(),
		lines:    map[actor]int{},
		begun:    map[actor]string{},
	}
	w.changed.L = &w.mu
	w.events.OnEvent = w.onEvent
	return w
}

// onEvent notes the place of the last event.
func (w *watcher) onEvent() {
	e := w.events.Last()
	a := actor{task: e.Task}
	if w.thread != nil {
		a = *w.thread
	}
	if e.What == events.Line {
		w.lines[a] = int(e.Arg)
	}
	w.places = append(w.places, Place{Line: w.lines[a], Thread: w.thread != nil})
	if w.thread != nil {
		return // mu is held, and the loop waits still
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.waiting = e.Kind == events.Wait; w.waiting {
		w.changed.Broadcast()
	}
}

// end is when the program has ended. Of threads nothing more is noted.
func (w *watcher) end() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ended = true
	w.changed.Broadcast()
}

// do calls f for whoever calls it, when it is its turn.
func (w *watcher) do(f func(a actor)) {
	if w.onLoop() {
		f(actor{task: w.current()})
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for !w.waiting && !w.ended {
		w.changed.Wait()
	}
	if w.ended {
		return
	}
	thread := actor{thread: goroutine.Name()}
	w.thread = &thread
	f(thread)
	w.thread = nil
}

func (w *watcher) current() uint32 {
	if w.events.Current == nil {
		return 0 // no loop is recorded now
	}
	return w.events.Current()
}

// onLoop reports whether the caller runs on the goroutine that has started the program, or
// on one that takes its turn with that, as those of tasks do.
func (w *watcher) onLoop() bool {
	return isCoroutine() || goroutine.Name() == w.starter
}

// isCoroutine reports whether the caller's goroutine is one of iter.Pull.
func isCoroutine() bool {
	pcs := make([]uintptr, 64)
	n := runtime.Callers(0, pcs)
	for n == len(pcs) {
		pcs = make([]uintptr, 2*n)
		n = runtime.Callers(0, pcs)
	}
	frames := runtime.CallersFrames(pcs[:n])
	for {
		f, more := frames.Next()
		if f.Function == "runtime.corostart" {
			return true
		}
		if !more {
			return false
		}
	}
}

func (w *watcher) At(line int) {
	w.do(func(a actor) { w.events.Line(a.task, line) })
}

func (w *watcher) Enter() (caller int) {
	w.do(func(a actor) { caller = w.lines[a] })
	return caller
}

// Leave keeps the line of a function that nobody of the program has called: it is where its
// task has ended.
func (w *watcher) Leave(caller int) {
	if caller != 0 {
		w.do(func(a actor) { w.lines[a] = caller })
	}
}

// Print notes each line when it is complete.
func (w *watcher) Print(text string) {
	w.do(func(a actor) {
		printed := strings.Split(w.begun[a]+text, "\n")
		last := len(printed) - 1
		for _, line := range printed[:last] {
			w.events.Note(events.Print, a.task, 0, line)
		}
		w.begun[a] = printed[last]
	})
}
