package loop

import (
	"errors"
	"time"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/internal/frames"
	"github.com/ouro-loop/ouro/internal/record"
	"github.com/ouro-loop/ouro/internal/sched"
)

// receiveTaped is receive on a loop with a tape, which has whether a value was there already. A
// replay takes it from the same channel, and waits for it.
//
//ouro:allow as receive
func receiveTaped[T any](co *coro.Co, ch <-chan T, o receiveOptions, t *tape) (v T, err error) {
	open := false
	there := t.looked(record.Channel, "receives from a channel", func() (there bool) {
		select {
		case v, open = <-ch:
			return true
		default:
			return false
		}
	})
	switch {
	case t.in != nil && t.over:
		return v, t.err
	case !there:
		return receiveLater(co, ch, o)
	case t.in != nil:
		if v, open, err = receiveNow(ch); err != nil {
			t.part("has "+err.Error(), frames.CallSite())
			return v, t.err
		}
	}
	return received(v, open)
}

// receiveNow waits for what a replay knows to come.
func receiveNow[T any](ch <-chan T) (v T, ok bool, err error) {
	select {
	case v, ok = <-ch:
		return v, ok, nil
	case <-time.After(replayPatience):
		return v, false, errors.New("nobody who sends a value, for which a replay has waited")
	}
}

func (r *receiver[T]) arrival() arrival { return arrival{source: record.Channel, number: r.number} }

// fetch receives the value that has arrived.
func (r *receiver[T]) fetch(record.Event) (sched.Entry, error) { return r, r.take() }

func (r *receiver[T]) take() (err error) {
	if !r.taken {
		r.value, r.ok, err = receiveNow(r.ch)
		r.taken = err == nil
	}
	return err
}

// lookTaken is for who is canceled: whether a value had arrived all the same is on the tape.
func (r *receiver[T]) lookTaken() {
	t := r.loop.tape
	if t == nil || t.over {
		return
	}
	taken := t.looked(record.Channel, "gives up receiving from a channel", func() bool { return r.taken })
	if t.in != nil && taken {
		if err := r.take(); err != nil {
			t.part("has "+err.Error(), frames.CallSite())
		}
	}
}
