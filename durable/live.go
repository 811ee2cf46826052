package durable

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
)

// run runs the program until it ends, and returns the record of that; or until it continues as another
// one, and then no record.
func (p *program) run(ctx context.Context) (last Record, err error) {
	defer p.close()
	if err := p.replay(); err != nil {
		return last, err
	}
	if err := p.advanceToNow(); err != nil {
		return last, err
	}
	p.isLive = true
	for _, n := range slices.Sorted(maps.Keys(p.activities)) {
		p.fresh = append(p.fresh, p.activities[n])
	}
	work, stop := context.WithCancel(ctx)
	defer stop() // also when a Goexit takes the loop down
	last, err = p.live(work)
	stop()
	p.drain(err != nil && ctx.Err() != nil && p.err == nil)
	return last, err
}

// live runs the program with what comes from outside.
func (p *program) live(ctx context.Context) (last Record, err error) {
	for look := p.sentBefore; ; look = p.startAndWait { // what was sent before the run comes before all that it does
		if err := p.advance(p.now()); err != nil {
			return last, err
		}
		if p.over {
			return p.finish(ctx)
		}
		events, err := look(ctx)
		if err != nil {
			return last, err
		}
		if err := p.admit(ctx, events); err != nil {
			return last, err
		}
	}
}

// sentBefore are the messages that were there when the program was taken.
func (p *program) sentBefore(ctx context.Context) ([]Record, error) {
	select {
	case <-p.journal.Arrived():
		return p.messages(ctx)
	default:
		return nil, nil
	}
}

// startAndWait starts what is to be started, and waits for events.
func (p *program) startAndWait(ctx context.Context) ([]Record, error) {
	if err := p.startActivities(ctx); err != nil {
		return nil, err
	}
	return p.wait(ctx)
}

// admit writes events down, and gives them to the program.
func (p *program) admit(ctx context.Context, events []Record) error {
	if len(events) == 0 {
		return nil
	}
	if err := p.advance(p.now()); err != nil {
		return err
	}
	if p.over {
		return nil // it has not waited for them
	}
	valid := events[:0]
	for _, e := range events {
		if p.awaits(e) {
			e.Time = p.loop.Time()
			valid = append(valid, e)
		}
	}
	if len(valid) == 0 {
		return nil
	}
	for i := range valid {
		valid[i].With = i > 0
		p.unwritten = append(p.unwritten, valid[i].appendTo(nil))
	}
	if err := p.write(ctx); err != nil {
		return err
	}
	for _, e := range valid {
		p.deliver(e)
	}
	p.removeMessages(ctx)
	return nil
}

// awaits reports whether an event is to be given to the program, after those before it: a canceled activity may have
// returned all the same, or tell how far it is after its end; and a message that was removed in vain comes again.
func (p *program) awaits(e Record) bool {
	switch e.Kind {
	case Returned, Failed, Beat:
		a := p.activities[e.N]
		if a == nil || a.answered {
			return false
		}
		a.answered = e.Kind != Beat
	case Signaled, Canceled:
		if p.seen[e.Key] {
			p.done = append(p.done, e.Key)
			return false
		}
		p.seen[e.Key] = true
	}
	return true
}

// deliver gives an event to the program, which does not run meanwhile.
func (p *program) deliver(e Record) {
	switch e.Kind {
	case Returned, Failed:
		a := p.activities[e.N]
		delete(p.activities, e.N)
		a.data, a.failed = e.Data, e.Kind == Failed
		a.core.Finish()
	case Beat:
		p.beats[p.activities[e.N].first] = e.Data
	case Signaled:
		_ = p.signalQueue(e.Name).PutNowait(e.Data) // it has no bound
	case Canceled:
		p.main.Cancel(e.Name)
	}
	if e.Key != "" {
		p.seen[e.Key] = true
		if p.isLive { // else who removes it has done so, or it comes again
			p.done = append(p.done, e.Key)
		}
	}
}

// write makes durable what was not yet written.
func (p *program) write(ctx context.Context) error {
	if len(p.unwritten) == 0 {
		return nil
	}
	p.count += len(p.unwritten)
	switch {
	case p.count > p.most:
		return fmt.Errorf("program %q: %w: it would have %d records, and may have %d; ContinueAs begins a fresh one, MaxRecords allows for more",
			p.id, ErrJournalFull, p.count, p.most)
	case p.count > p.most/2 && !p.warned:
		p.warned = true
		p.logger.Warn("durable: the journal gets long; ContinueAs begins a fresh one", "program", p.id, "records", p.count, "most", p.most)
	}
	// A program that is told to end writes first what it has begun to.
	if err := p.journal.Append(context.WithoutCancel(ctx), p.unwritten...); err != nil {
		p.err = writing(p.id, err) // some of it may be there: nothing more is written
		return p.err
	}
	p.unwritten, p.needed = p.unwritten[:0], false
	return nil
}

// finish writes down how the program has ended, unless it is for better code to go on from.
func (p *program) finish(ctx context.Context) (last Record, err error) {
	panicked, unkept := new(future.PanicError), new(unkeptError)
	if errors.As(p.broke, &panicked) || errors.As(p.broke, &unkept) {
		return last, fmt.Errorf("durable: program %q: %w", p.id, p.broke)
	}
	if next := asContinued(p.broke); next != nil {
		return last, p.continueAs(ctx, next)
	}
	last = p.end()
	p.unwritten = append(p.unwritten, last.appendTo(nil))
	if err := p.write(ctx); err != nil {
		return Record{}, err
	}
	p.removeMessages(ctx)
	return last, nil
}

// showAfter is how long an activity may run before a journal tells of it, and not only of its outcome.
const showAfter = 50 * time.Millisecond

// longestWait is how long no clock is looked at: timers stand still while a computer sleeps.
const longestWait = time.Minute

// wait waits for events, until a timer is due at most.
func (p *program) wait(ctx context.Context) ([]Record, error) {
	var due, show <-chan time.Time
	if next := p.loop.NextDeadline(); next != coro.Forever {
		timer := time.NewTimer(min(next-p.now(), longestWait))
		defer timer.Stop()
		due = timer.C
	} else if p.isDeadlocked() {
		if events, err := p.messages(ctx); err != nil || len(events) > 0 {
			return events, err
		}
		return nil, p.deadlock()
	}
	if next := p.loop.NextDeadline(); p.restFor > 0 && len(p.activities) == 0 && next-p.now() >= p.restFor {
		if events, err := p.messages(ctx); err != nil || len(events) > 0 {
			return events, err
		}
		return nil, p.rest(ctx, next)
	}
	if len(p.unwritten) > 0 {
		timer := time.NewTimer(showAfter)
		defer timer.Stop()
		show = timer.C
	}
	for {
		select {
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-p.journal.Lost():
			return nil, fmt.Errorf("program %q: %w", p.id, ErrLost)
		case <-p.mail.wake:
			records := p.mail.take()
			if ctx.Err() != nil { // one may have failed for that
				p.mail.putBack(records)
				return nil, context.Cause(ctx)
			}
			if len(records) > 0 {
				return records, nil
			}
		case <-p.journal.Arrived():
			return p.messages(ctx)
		case <-due:
			return nil, nil
		case <-show:
			if err := p.write(ctx); err != nil {
				return nil, err
			}
		}
	}
}

// drain waits for the activities that are under way when the run ends, and keeps what they return if it is to go
// on another time.
func (p *program) drain(keep bool) {
	timer := time.NewTimer(p.grace)
	defer timer.Stop()
	var kept []Record
	for late := false; !late; {
		idle := p.mail.isIdle()
		for _, r := range p.mail.take() {
			if keep && r.Kind == Returned && p.activities[r.N] != nil {
				kept = append(kept, r)
			}
		}
		if idle {
			break
		}
		select {
		case <-p.mail.wake:
		case <-timer.C:
			late = true
			p.logger.Warn("durable: activities go on although the program does not", "program", p.id)
		}
	}
	if !keep {
		return
	}
	for i := range kept { // at one moment, when the program stood still: what they lead to has not happened
		kept[i].Time, kept[i].With = p.loop.Time(), i > 0
		p.unwritten = append(p.unwritten, kept[i].appendTo(nil))
	}
	if err := p.write(context.Background()); err != nil {
		p.logger.Error("durable: what the last activities have returned is lost", "program", p.id, "err", err)
	}
}

// isDeadlocked reports whether nothing can ever come but what nobody has announced.
func (p *program) isDeadlocked() bool {
	return len(p.activities) == 0 && p.receiving == 0 && p.loop.NextDeadline() == coro.Forever
}

// deadlock is the error that says who waits for what.
func (p *program) deadlock() (err error) {
	if p.cleanup != nil {
		_, err = loop.RunUntilComplete(p.loop, p.cleanup)
	} else {
		_, err = loop.RunUntilComplete(p.loop, p.main)
	}
	return err
}
