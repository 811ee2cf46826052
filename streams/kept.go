package streams

import (
	"net"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/waits"
	"github.com/ouro-loop/ouro/streams/internal/network"
)

// kept is what a Writer has written and the kernel has not taken yet. It is sent in the background,
// without a task: asyncio's transports do so, too.
type kept struct {
	conn      *Conn
	data      []byte
	sent      int // of data
	high, low int
	full      bool // there was more than high, and is not yet as little as low
	err       error
	dropped   bool       // something was lost with that
	waits     bool       // WhenWritable was asked
	lines     *keptLines // nil until somebody has waited
	closing   bool       // the connection is to be closed when all is sent
}

// keptLines are those who wait until there is little enough, and until there is nothing. Most connections
// are idle, and have none.
type keptLines struct{ drained, empty coro.Waiters }

// The water marks, in bytes.
//
// Semantics: asyncio.transports._FlowControlMixin, CPython 3.15.
const defaultHigh = 64 << 10

func (k *kept) init(c *Conn) { k.conn, k.high, k.low = c, defaultHigh, defaultHigh/4 }

func (k *kept) size() int { return len(k.data) - k.sent }

// add sends p, and keeps what cannot be sent at once.
func (k *kept) add(p []byte) error {
	if k.size() == 0 && !k.conn.amid {
		n, err := k.conn.send(p)
		if err != nil && err != errAgain {
			return err
		}
		p = p[n:]
	}
	if len(p) > 0 {
		k.data = append(k.data, p...)
		k.full = k.full || k.size() > k.high
		k.ask()
	}
	return nil
}

// ask has goOn called when more can be sent. A Write that is under way comes first.
func (k *kept) ask() {
	if !k.waits && !k.conn.amid {
		k.waits = true
		k.conn.t.WhenWritable(func() {
			k.waits = false
			k.goOn()
		})
	}
}

// goOn sends more of what is kept.
func (k *kept) goOn() {
	if k.err != nil || k.size() == 0 || k.conn.amid {
		return
	}
	n, err := k.conn.send(k.data[k.sent:])
	if err != nil && err != errAgain {
		return
	}
	k.sent += n
	if k.full && k.size() <= k.low {
		k.full = false
		k.wakeDrained()
	}
	if k.size() > 0 {
		k.ask()
		return
	}
	k.data, k.sent = k.data[:0], 0
	if cap(k.data) > 4*defaultHigh {
		k.data = nil
	}
	k.emptied()
}

// emptied is called when all that was kept is sent.
func (k *kept) emptied() {
	if k.conn.ended {
		_ = k.conn.t.CloseWrite()
	}
	if k.conn.unsent() == 0 {
		k.through()
	}
}

// through is called when nothing is unsent, with TLS below it neither.
func (k *kept) through() {
	k.wakeEmpty()
	if k.conn.above != nil {
		k.conn.above.through()
	}
	if k.closing {
		_ = k.conn.Close()
	}
}

// drop is the end of what is kept: the connection is lost, or closed.
func (k *kept) drop(err error) {
	if k.err == nil {
		k.err, k.dropped = err, k.conn.unsent() > 0
	}
	if k.conn.above != nil {
		k.conn.above.lost(err)
	}
	k.data, k.sent, k.full = nil, 0, false
	k.wakeDrained()
	k.wakeEmpty()
}

// drain waits while there is too much.
func (k *kept) drain(co *coro.Co) error {
	for k.full && k.err == nil {
		if _, err := k.inLine().drained.Wait(co, (*keptRole)(k)); err != nil {
			return err
		}
	}
	return k.err
}

// flush waits until all is sent.
func (k *kept) flush(co *coro.Co) error {
	for k.conn.unsent() > 0 && k.err == nil {
		if err := k.await(co); err != nil {
			return err
		}
	}
	if k.err == net.ErrClosed && !k.dropped {
		return nil
	}
	return k.err
}

// await waits until all is sent, the connection is lost, or a deadline of Writes has come.
func (k *kept) await(co *coro.Co) error {
	_, err := k.inLine().empty.Wait(co, (*keptRole)(k))
	return err
}

func (k *kept) inLine() *keptLines {
	if k.lines == nil {
		k.lines = new(keptLines)
	}
	return k.lines
}

func (k *kept) wakeDrained() {
	if k.lines != nil {
		k.lines.drained.WakeAll()
	}
}

func (k *kept) wakeEmpty() {
	if k.lines != nil {
		k.lines.empty.WakeAll()
	}
}

// A keptRole is what reports are told of those that wait for it.
type keptRole kept

var _ future.Role = (*keptRole)(nil)

func (r *keptRole) Describe() string { return r.Wait().String() }

func (r *keptRole) Wait() waits.Info {
	return waits.Info{Kind: "drain", Text: "a slow " + network.Operation(r.conn.t, writing)}
}
