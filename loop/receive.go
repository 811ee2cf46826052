package loop

import (
	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/record"
	"github.com/ouro-loop/ouro/internal/waits"
)

// Receive is a coroutine that receives from ch. A value that is there already is
// taken without suspending. The error is ErrChannelClosed if ch is closed and
// empty.
//
// No value is lost to a cancellation: if one had arrived, it is returned, and the
// cancellation comes out of the task's next await.
//
// A virtual clock stands still meanwhile, unless opts has [Background].
func Receive[T any](ch <-chan T, opts ...ReceiveOption) coro.Func[T] {
	var o receiveOptions
	for _, opt := range opts {
		if opt == nil {
			panic("loop: a nil ReceiveOption; leave it out")
		}
		opt(&o)
	}
	return func(co *coro.Co) (T, error) {
		if err := Of(co).hermetically("Receive"); err != nil {
			var zero T
			return zero, err
		}
		return receive(co, ch, o)
	}
}

// receive is Receive on a loop that may.
//
//ouro:allow it is what brings a value from outside, at a time that is not the loop's
func receive[T any](co *coro.Co, ch <-chan T, o receiveOptions) (T, error) {
	if t := Of(co).tape; t != nil {
		return receiveTaped(co, ch, o, t)
	}
	select {
	case v, ok := <-ch:
		return received(v, ok)
	default:
	}
	return receiveLater(co, ch, o)
}

// receiveLater is receive from a channel in which there is nothing yet.
//
//ouro:allow as receive
func receiveLater[T any](co *coro.Co, ch <-chan T, o receiveOptions) (T, error) {
	r := newReceiver(Of(co), ch, o.background)
	defer r.stop() // also when the loop closes
	_, err := r.arrived.Await(co)
	if err == nil {
		return received(r.value, r.ok)
	}
	r.stop()
	r.lookTaken()
	if !r.taken || !r.ok {
		var zero T
		return zero, err
	}
	rearm(co, err)
	return r.value, nil
}

// A ReceiveOption is an option of Receive.
type ReceiveOption func(*receiveOptions)

type receiveOptions struct{ background bool }

// Background says that nothing need come: a virtual clock goes on meanwhile, and if nothing
// else is left that can happen, it is a deadlock. It is for a channel of signals or orders.
func Background() ReceiveOption { return func(o *receiveOptions) { o.background = true } }

func received[T any](v T, ok bool) (T, error) {
	if !ok {
		return v, ErrChannelClosed
	}
	return v, nil
}

// rearm makes a cancellation that was delivered come out of the next await, and
// leaves the count of requests as it was.
func rearm(co *coro.Co, err error) {
	t := co.Task()
	if t.Canceling() > 0 {
		t.Uncancel()
	}
	if c, ok := err.(*future.CanceledError); ok {
		if msg, ok := c.Message(); ok {
			t.Cancel(msg)
			return
		}
	}
	t.Cancel()
}

// A receiver is a goroutine that waits for one value.
type receiver[T any] struct {
	loop    *Loop
	arrived *future.Future[coro.None]
	quit    chan struct{}
	ended   chan struct{}
	stopped bool
	errand  *errand // nil if it is not out
	number  uint64  // on a tape
	ch      <-chan T

	// Written by the goroutine before it ends.
	value T
	ok    bool // false: the channel was closed
	taken bool
}

func newReceiver[T any](l *Loop, ch <-chan T, background bool) *receiver[T] {
	r := &receiver[T]{
		loop:    l,
		arrived: new(future.Future[coro.None]),
		quit:    make(chan struct{}),
		ended:   make(chan struct{}),
		ch:      ch,
	}
	r.arrived.Core().Init(l, channelRole{})
	if !background {
		r.errand = l.sendOut(onChannel, r.arrived.Core())
	}
	if t := l.tape; t != nil && !t.over {
		t.channels++
		r.number = t.channels
	}
	if l.replays() {
		close(r.ended) // the value comes when it is its turn
		l.tape.expectArrival(record.Channel, r.number, r)
	} else {
		go r.receive()
	}
	return r
}

// channelRole is what stands behind the future of a Receive.
type channelRole struct{}

func (channelRole) Describe() string { return "a value of a channel" }

func (r channelRole) Wait() waits.Info { return waits.Info{Kind: "channel", Text: r.Describe()} }

func (r *receiver[T]) receive() {
	defer close(r.ended)
	select {
	case r.value, r.ok = <-r.ch:
		r.taken = true
		_ = r.loop.inbox.post(r) // on a closed loop nobody waits for it
	case <-r.quit:
	}
}

// Run is called on the loop when a value has arrived.
func (r *receiver[T]) Run() {
	r.loop.takeIn(&r.errand)
	future.Resolve(r.arrived, coro.None{})
}

// stop ends the goroutine, and waits for its end, which comes at once: it only selects.
func (r *receiver[T]) stop() {
	if r.stopped {
		return
	}
	r.stopped = true
	close(r.quit)
	<-r.ended
	r.loop.takeIn(&r.errand)
}
