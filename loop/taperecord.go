package loop

import (
	"context"
	"time"

	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/frames"
	"github.com/ouro-loop/ouro/internal/record"
	"github.com/ouro-loop/ouro/internal/sched"
)

const (
	checkpointEvery = 4096 // entries
	saveEvery       = time.Second
)

// note notes that e has entered, here. Without a time of its own it has that of the last event.
func (t *tape) note(e record.Event) {
	if t.over {
		return
	}
	if e.Time == 0 {
		e.Time = t.now
	}
	e.Place = t.place()
	t.at(&e)
	t.out.Event(&e)
}

func (t *tape) recordEntry(e record.Entry) {
	if t.entries%checkpointEvery == 0 && t.entries > 0 || t.out.Full() {
		t.save(record.BeforeEntry)
	}
	t.out.Entry(e)
}

// save writes a block.
func (t *tape) save(m record.Moment) {
	t.out.Checkpoint(t.checkpoint(m))
	t.saved = t.now
	if err := t.out.Err(); err != nil {
		t.over = true
		t.loop.CallExceptionHandler(future.ErrorContext{Message: "the loop is no longer recorded", Err: err})
	}
}

// rests is told that the loop is about to wait.
func (t *tape) rests() {
	if !t.over && !t.out.Empty() && t.real()-t.saved >= saveEvery {
		t.save(record.BeforeWait)
	}
}

// end is the end of the record: the loop is closed.
func (t *tape) end() {
	if t.over {
		return
	}
	if t.in != nil {
		t.replayEnds()
	} else {
		t.save(record.BeforeClose)
		t.out.End(t.entries)
	}
	t.over = true
}

// arrived tells that e has come in, before it is put into the ready queue.
func (t *tape) arrived(e sched.Entry) {
	if t.over {
		return
	}
	a := arrivalOf(e)
	n := record.Event{Kind: record.Arrival, Source: a.source, Number: a.number, Site: a.site, Time: t.real()}
	if o, ok := e.(interface{ outcome() []byte }); ok {
		n.Data = o.outcome()
	}
	t.note(n)
}

// An arrival is what an entry that comes from outside is to a record.
type arrival struct {
	source record.Source
	number uint64
	site   string
}

func arrivalOf(e sched.Entry) arrival {
	if a, ok := e.(interface{ arrival() arrival }); ok {
		return a.arrival()
	}
	return arrival{source: record.Unknown}
}

// A tapedPost is a posted of a loop with a tape.
type tapedPost struct {
	*posted
	from arrival
}

func (p *tapedPost) arrival() arrival { return p.from }

// outcome is why the context has ended, if it has.
func (p *tapedPost) outcome() []byte {
	if p.from.source != record.Context {
		return nil
	}
	return record.Encode(struct{}{}, context.Cause(p.block.loop.ctx))
}

// Run calls the function, unless it was canceled, which another goroutine may do at any time.
func (p *tapedPost) Run() {
	t := p.block.loop.tape
	switch {
	case t.in == nil:
		if !p.begin() {
			t.note(record.Event{Kind: record.Looked, Source: record.Post})
			return
		}
		p.call()
		p.block.ended()
	case !t.wasCanceled(record.Post):
		p.call() // and it is not used again: it may be canceled
	}
}

// newTapedPost is h for a loop with a tape, of the source from.
func newTapedPost(h PostedHandle, from record.Source) *post {
	return &post{entry: &tapedPost{h.p, arrival{source: from, site: frames.ShortCallSite()}}}
}
