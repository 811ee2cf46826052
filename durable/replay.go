package durable

import (
	"fmt"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/internal/frames"
)

// peek is the next record of the journal.
func (p *program) peek() (*Record, error) {
	if !p.peeked {
		if err := p.next.parse(p.entries[p.cursor], p.names); err != nil {
			return nil, err
		}
		p.peeked = true
	}
	return &p.next, nil
}

func (p *program) take() Record {
	p.cursor++
	p.peeked = false
	return p.next
}

func (p *program) isReplaying() bool { return p.cursor < len(p.entries) }

// tellEvery is after how many records OnReplay tells how far a replay is.
const tellEvery = 10_000

// replay runs the program with what its journal has.
func (p *program) replay() error {
	if p.err != nil {
		return p.err
	}
	for tell := tellEvery; p.isReplaying(); {
		if p.cursor >= tell && p.onReplay != nil {
			p.onReplay(p.cursor, len(p.entries))
			tell = p.cursor + tellEvery
		}
		r, err := p.peek()
		if err != nil {
			return fmt.Errorf("durable: program %q, record %d: %w", p.id, p.cursor, err)
		}
		at, isCommand := p.cursor, r.Kind.isCommand()
		if err := p.advance(r.Time); err != nil {
			return err
		}
		switch {
		case p.cursor != at:
			continue // it was asked for
		case p.over:
			if err := p.replayEnd(); err != nil {
				return err
			}
		case isCommand:
			return p.parted("waits")
		default:
			if err := p.replayEvents(); err != nil {
				return err
			}
		}
	}
	return nil
}

// replayEnd takes the end of the program.
func (p *program) replayEnd() error {
	end := p.end()
	if !p.isSame(&end) || string(p.next.Data) != string(end.Data) {
		return p.parted(end.String())
	}
	p.take()
	return nil
}

// replayEvents gives the program what has come in at one moment.
func (p *program) replayEvents() error {
	for {
		r, err := p.peek()
		if err != nil {
			return err
		}
		switch {
		case r.Kind.isCommand() || r.Kind == Began:
			return p.parted("waits")
		case (r.Kind == Returned || r.Kind == Failed || r.Kind == Beat) && p.activities[r.N] == nil:
			return p.parted(fmt.Sprintf("does not wait for activity %d", r.N))
		}
		p.deliver(p.take())
		if !p.isReplaying() {
			return nil
		}
		if next, err := p.peek(); err != nil || !next.With {
			return err
		}
	}
}

// isSame reports whether the next record is r, but for its data and site.
func (p *program) isSame(r *Record) bool {
	next := &p.next
	return p.peeked && next.Kind == r.Kind && next.N == r.N && next.Name == r.Name && next.Time == r.Time
}

// parted is the error of a program that does something else than its journal has.
func (p *program) parted(does string) error {
	return &PartedError{ID: p.id, Index: p.cursor, Journal: p.next.String(), Program: does}
}

// command is something that the program asks for: the next record, or a new one. The error is for the program
// that is unwound.
func (p *program) command(co *coro.Co, r Record) error {
	switch {
	case p.ended:
		return ErrStopped
	case p.err != nil:
		return p.suspend(co)
	}
	r.Time = p.loop.Time()
	if !p.isReplaying() {
		r.Site = frames.ShortCallSite()
		p.unwritten = append(p.unwritten, r.appendTo(nil))
		return nil
	}
	if _, err := p.peek(); err != nil {
		return p.breakOff(co, fmt.Errorf("durable: program %q, record %d: %w", p.id, p.cursor, err))
	}
	if !p.isSame(&r) {
		r.Site = frames.ShortCallSite()
		return p.breakOff(co, p.parted(r.String()))
	}
	p.take()
	return nil
}

// breakOff ends the run of the program, which does nothing more.
func (p *program) breakOff(co *coro.Co, err error) error {
	p.err = err
	p.loop.Stop()
	return p.suspend(co)
}

// suspend waits until the program is unwound.
func (p *program) suspend(co *coro.Co) error {
	_, _ = coro.NewFuture[coro.None](co).Await(co)
	for !p.ended {
		_, _ = coro.NewFuture[coro.None](co).Await(co) // a cancellation
	}
	return ErrStopped
}
