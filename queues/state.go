package queues

import (
	"fmt"
	"iter"
	"strings"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/named"
	"github.com/ouro-loop/ouro/internal/waits"
	"github.com/ouro-loop/ouro/trace"
)

// state is all of a queue but its items: their number, and the tasks that wait. It
// does not depend on the items' type or order.
type state struct {
	name       named.Name
	maxSize    int
	n          int // items
	unfinished int // items put for which TaskDone was not called
	down       bool

	getters, putters, joiners coro.Waiters
	bound                     coro.Bound
}

// keptItems is up to how many items a queue keeps the room for when it has been emptied.
// Of more than that it gives half back each time it is down to an eighth.
const keptItems = 1024

// fitted is items with half the room if that is far too much.
func fitted[T any](items []T) []T {
	if cap(items) <= keptItems || len(items) > cap(items)/8 {
		return items
	}
	return append(make([]T, 0, cap(items)/2), items...)
}

// Len is how many items are in the queue.
//
// Semantics: asyncio.Queue.qsize, CPython 3.15.
func (s *state) Len() int { return s.n }

// MaxSize is how many items the queue takes, zero or less for any number.
//
// Semantics: asyncio.Queue.maxsize, CPython 3.15.
func (s *state) MaxSize() int { return s.maxSize }

// Empty reports whether there is no item in the queue.
//
// Semantics: asyncio.Queue.empty, CPython 3.15.
func (s *state) Empty() bool { return s.n == 0 }

// Full reports whether the queue has reached its bound.
//
// Semantics: asyncio.Queue.full, CPython 3.15.
func (s *state) Full() bool { return s.maxSize > 0 && s.n >= s.maxSize }

// The three kinds of queue repeat the loops of Put and Get, which are in no function of
// their own: every frame between a coroutine and the switch away from it costs a
// mispredicted return.

// mayWait is the error of a Put or Get that would have to wait. A recorder is told of the
// queue.
func (s *state) mayWait(co *coro.Co, role future.Role, queue trace.Thing) error {
	if s.down {
		return s.name.Wrap("queue", ErrShutDown)
	}
	if err := s.bound.Bind(co, role); err != nil {
		return err
	}
	co.Share(queue)
	return nil
}

// recorded is what a queue with these items looks like to who records.
func (s *state) recorded(items []string) trace.State {
	var lines []trace.Line
	lines = append(lines, trace.Lines("room", coro.IDs(s.Putters()))...)
	lines = append(lines, trace.Lines("item", coro.IDs(s.Getters()))...)
	lines = append(lines, trace.Lines("join", coro.IDs(s.Joiners()))...)
	return trace.State{
		Kind: "queue", Name: s.Name(), Size: max(s.maxSize, 0),
		Items: items, Unfinished: s.unfinished, Down: s.down, Waiters: lines,
	}
}

// textsOf are items as fmt.Sprint has them, up to as many as somebody looks at.
func textsOf[T any](items iter.Seq[T]) (texts []string) {
	const most = 20
	for v := range items {
		if len(texts) == most {
			return append(texts, "...")
		}
		texts = append(texts, fmt.Sprint(v))
	}
	return texts
}

// gaveUpPut and gaveUpGet return err, the cancellation of a wait. A wake-up that the
// wait had goes to the next task in line, if there is room or an item for it.
func (s *state) gaveUpPut(woken bool, err error) error {
	if woken && !s.Full() {
		s.putters.Wake(1)
	}
	return err
}

func (s *state) gaveUpGet(woken bool, err error) error {
	if woken && !s.Empty() {
		s.getters.Wake(1)
	}
	return err
}

// refused is the error of a put or get that does not wait: ErrShutDown, or err if it is
// not that.
func (s *state) refused(err error) error {
	if s.down {
		err = ErrShutDown
	}
	return s.name.Wrap("queue", err)
}

// put counts an item that was put as unfinished, and wakes a getter.
func (s *state) put() {
	s.unfinished++
	s.getters.Wake(1)
}

// added counts an item that is in the queue now, and removed one that no longer is.
func (s *state) added() { s.n++ }

func (s *state) removed() { s.n-- }

// got wakes a putter, after an item was taken out.
func (s *state) got() { s.putters.Wake(1) }

// TaskDone says that the work on an item that was taken out is done. The call for the
// last unfinished item wakes the tasks in Join. The error is ErrTooManyDone if no item
// is unfinished.
//
// Semantics: asyncio.Queue.task_done, CPython 3.15.
func (s *state) TaskDone() error {
	if s.unfinished <= 0 {
		return s.name.Wrap("queue", ErrTooManyDone)
	}
	s.unfinished--
	if s.unfinished == 0 {
		s.joiners.WakeAll()
	}
	return nil
}

// Join waits until TaskDone was called for every item that was put; if there is
// none, it does not suspend. The error is a cancellation of the task.
//
// Semantics: asyncio.Queue.join, CPython 3.15.
func (s *state) Join(co *coro.Co) error {
	if s.unfinished == 0 {
		return nil
	}
	if err := s.bound.Bind(co, (*joinRole)(s)); err != nil {
		return err
	}
	_, err := s.joiners.Wait(co, (*joinRole)(s))
	return err
}

// Unfinished is how many items still need a TaskDone.
func (s *state) Unfinished() int { return s.unfinished }

// shutDown is Shutdown without the items.
func (s *state) shutDown(immediate bool) {
	s.down = true
	if immediate {
		s.unfinished = max(0, s.unfinished-s.n)
		s.n = 0
		if s.unfinished == 0 {
			s.joiners.WakeAll()
		}
	}
	s.getters.WakeAll()
	s.putters.WakeAll()
}

// SetName names the queue in reports.
func (s *state) SetName(name string) { s.name.Set(name) }

// Name is what SetName was given.
func (s *state) Name() string { return s.name.String() }

// Getters are the tasks that wait for an item, in order. A task that was woken or
// canceled is among them until it runs.
func (s *state) Getters() []coro.AnyTask { return s.getters.Tasks() }

// Putters are the tasks that wait for room, in order. A task that was woken or
// canceled is among them until it runs.
func (s *state) Putters() []coro.AnyTask { return s.putters.Tasks() }

// Joiners are the tasks that wait in Join, in order. A task that was woken or canceled
// is among them until it runs.
func (s *state) Joiners() []coro.AnyTask { return s.joiners.Tasks() }

// format is the text of String methods: <Queue "jobs" maxsize=3 items=2 tasks=2>.
func (s *state) format(kind string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "<%s maxsize=%d", s.name.Title(kind), s.maxSize)
	for _, part := range []struct {
		name string
		n    int
	}{
		{"items", s.n},
		{"getters", s.getters.Len()},
		{"putters", s.putters.Len()},
		{"tasks", s.unfinished},
	} {
		if part.n > 0 {
			fmt.Fprintf(&b, " %s=%d", part.name, part.n)
		}
	}
	if s.down {
		b.WriteString(" shutdown")
	}
	b.WriteString(">")
	return b.String()
}

// getRole, putRole and joinRole are the future.Roles of the tasks that wait.
type (
	getRole  state
	putRole  state
	joinRole state
)

func (r *getRole) Describe() string { return "an item of " + r.name.Title("queue") }

func (r *putRole) Describe() string {
	return fmt.Sprintf("room in %s (%d of %d)", r.name.Title("queue"), r.n, r.maxSize)
}

func (r *joinRole) Describe() string {
	return fmt.Sprintf("the end of the work on %s (%d unfinished)", r.name.Title("queue"), r.unfinished)
}

// Wait is what a report tells of it.
func (r *getRole) Wait() waits.Info {
	return waits.Info{Kind: "queue get", Name: r.name.String(), Text: r.Describe(), Line: &r.getters}
}

// Wait is what a report tells of it.
func (r *putRole) Wait() waits.Info {
	return waits.Info{Kind: "queue put", Name: r.name.String(), Text: r.Describe(), Line: &r.putters}
}

// Wait is what a report tells of it.
func (r *joinRole) Wait() waits.Info {
	return waits.Info{Kind: "queue join", Name: r.name.String(), Text: r.Describe(), Line: &r.joiners}
}
