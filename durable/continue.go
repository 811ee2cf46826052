package durable

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"

	"github.com/ouro-loop/ouro/coro"
)

// InputOf is what the program began with: its [Input], or what it has continued as.
func InputOf[T any](co *coro.Co) (v T, err error) {
	p, err := programOf(co)
	if err != nil {
		return v, err
	}
	return decode[T](p.codec, p.begin.Data, "the input of the program")
}

// ID is the id of the program that the coroutine is in, empty if it is in none.
func ID(co *coro.Co) string {
	if p, err := programOf(co); err == nil {
		return p.id
	}
	return ""
}

// continued is the error that says so.
type continued struct{ input any }

func (c *continued) Error() string {
	return fmt.Sprintf("durable: the program continues as %v", c.input)
}

// ContinueAs is an error for main to return: main begins again, with input in place of what it began with,
// and with an empty journal. So a program may go on for ever. Signals that nobody has received are not lost.
// Other tasks end as they do at the end of main.
//
// Semantics: workflow.NewContinueAsNewError of Temporal.
func ContinueAs(input any) error { return &continued{input} }

func asContinued(err error) *continued {
	c := new(continued)
	if errors.As(err, &c) {
		return c
	}
	return nil
}

// continueAs replaces the journal by that of the program which goes on. Signals that nobody has
// received are there from the beginning.
func (p *program) continueAs(ctx context.Context, next *continued) error {
	data, err := p.codec.Marshal(next.input)
	if err != nil {
		return fmt.Errorf("durable: what program %q continues as cannot be kept: %w", p.id, err)
	}
	epoch, _ := strconv.ParseUint(p.epoch, 10, 64)
	begin := Record{Kind: Began, Time: p.begin.Time + p.loop.Time(), Name: p.begin.Name, N: rand.Uint64(), Key: strconv.FormatUint(epoch+1, 10), Data: data}
	entries := [][]byte{begin.appendTo(nil)}
	for _, s := range p.unreceived() {
		entries = append(entries, s.appendTo(nil))
	}
	ctx = context.WithoutCancel(ctx)
	if err := p.removeSeen(ctx); err != nil { // which the new journal does not know
		return err
	}
	if err := p.journal.Replace(ctx, entries...); err != nil {
		return writing(p.id, err)
	}
	return nil
}

// takeCarried takes the signals that the program before has left, see continueAs.
func (p *program) takeCarried() {
	for p.isReplaying() {
		if r, err := p.peek(); err != nil || r.Kind != Signaled || r.Key != "" {
			return
		}
		p.deliver(p.take())
	}
}
