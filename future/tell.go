package future

import (
	"github.com/ouro-loop/ouro/internal/events"
	"github.com/ouro-loop/ouro/internal/sched"
	"github.com/ouro-loop/ouro/internal/waits"
)

// recorded reports whether it is recorded what happens on the loop of c.
func (c *Core) recorded() bool { return c.sched != nil && c.sched.Events != nil }

// tellDone tells r that c is done. First is the first of its callbacks.
func (c *Core) tellDone(r *events.Recorder, first *Link) {
	what := events.Result
	switch {
	case c.state == Canceled:
		what = events.Canceled
	case c.Failed():
		what = events.Failed
	}
	var d events.Detail
	if r.Full() { // first: what the program's methods do may be recorded itself
		d = c.detail()
		if what == events.Failed {
			d.Text = textOf(c.failure())
		}
	}
	r.Done(what, c.sched.Task(), taskOf(c), waiterOf(first))
	r.Explain(d)
}

// detail is what c is called where all is recorded.
func (c *Core) detail() (d events.Detail) {
	if c.role != nil {
		d.Name = waits.Described(c.role)
	}
	return d
}

// taskOf is the serial of the task whose future c is, zero if it is no task's.
func taskOf(c *Core) uint32 {
	if task, ok := c.role.(interface{ Serial() uint32 }); ok {
		return task.Serial()
	}
	return 0
}

// waiterOf is the serial of the first task among the callbacks.
func waiterOf(l *Link) uint32 {
	for ; l != nil; l = l.next {
		if c, ok := l.run.(*sched.Coroutine); ok {
			return c.Body().Serial()
		}
	}
	return 0
}

// textOf is what err says. An Error that panics must not end what was to be recorded.
func textOf(err error) (text string) {
	defer func() {
		if recover() != nil {
			text = "an error whose Error method panics"
		}
	}()
	return err.Error()
}

// tellCancel tells that c, which is pending, was asked to cancel, at that depth of the
// request's way.
func (c *Core) tellCancel(depth int, msg *string) {
	what := events.Asked
	if depth > 0 {
		what = events.Passed
	}
	r := c.sched.Events
	var d events.Detail
	if r.Full() { // first, as in tellDone
		d = c.detail()
		if msg != nil {
			d.Text = *msg
		}
	}
	r.Cancel(what, c.sched.Task(), taskOf(c), depth)
	r.Explain(d)
}
