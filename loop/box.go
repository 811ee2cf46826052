package loop

import (
	"fmt"
	"sync"
	"time"

	"github.com/ouro-loop/ouro/internal/record"
	"github.com/ouro-loop/ouro/internal/sched"
)

// held stands for the posts of an inbox whose loop is a replay: what is posted waits in a box for its
// turn, and the loop always looks whether something is due.
var held = new(post)

// hold has what is posted put into x.
func (b *inbox) hold(x *box) {
	b.box = x
	b.posts.Store(held)
}

// A box keeps what goroutines have posted during a replay until the record has it.
type box struct {
	mu     sync.Mutex
	came   chan struct{}             // closed when something has, and replaced
	waits  map[arrival][]sched.Entry // by where they come from, in order
	closed bool
}

func newBox() *box {
	return &box{came: make(chan struct{}), waits: make(map[arrival][]sched.Entry)}
}

// put is called on any goroutine.
func (x *box) put(e sched.Entry) error {
	a := arrivalOf(e)
	x.mu.Lock()
	defer x.mu.Unlock()
	switch {
	case x.closed:
		return ErrClosed
	case a.source == record.Signal, a.source == record.Interrupt, a.source == record.Context, a.source == record.Nothing:
		return nil // these the record has
	}
	x.waits[a] = append(x.waits[a], e)
	close(x.came)
	x.came = make(chan struct{})
	return nil
}

func (x *box) close() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.closed, x.waits = true, nil
}

// replayPatience is how long a replay waits for what a goroutine of the program's is to post.
var replayPatience = 10 * time.Second

// take takes the first that came from where a came from, and waits for it: without end for a job, which
// is at work, else as long as there is patience.
func (x *box) take(a arrival) (sched.Entry, error) {
	var patience <-chan time.Time
	for {
		e, came := x.try(a)
		switch {
		case e != nil:
			return e, nil
		case patience == nil && a.source != record.Job:
			patience = time.After(replayPatience)
		}
		select {
		case <-came:
		case <-patience:
			return nil, fmt.Errorf("nobody who posts it: a replay has waited for it for %v; "+
				"functions of executors whose outcome is in the record are not called, and cannot post anything", replayPatience)
		}
	}
}

// try is take for who does not wait; came is closed when there is more.
func (x *box) try(a arrival) (e sched.Entry, came <-chan struct{}) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if q := x.waits[a]; len(q) > 0 {
		e, x.waits[a] = q[0], q[1:]
		if len(q) == 1 {
			delete(x.waits, a)
		}
	}
	return e, x.came
}
