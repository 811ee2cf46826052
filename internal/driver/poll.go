package driver

import (
	"cmp"
	"slices"
	"time"
)

// Poll calls ready for each descriptor of Set that is ready now, in the order in which the kernel
// found them ready, wakes the tasks that wait for one of a transport, and never blocks. Errors and
// hang-ups count as readable and as writable, where registered. A kqueue reports a descriptor that
// is both in two calls. ready may call Set for the descriptor that it is told of, and nothing else
// of the Driver.
func (d *Driver) Poll(ready func(fd int, readable, writable bool)) error {
	d.polled()
	d.undelegate()
	if len(d.numbered) == 0 {
		return nil
	}
	if d.queue == nil && d.renew() != nil {
		return nil // it has been told, and is tried again
	}
	if !d.Found() {
		d.take()
	}
	if err := d.err; err != nil {
		d.err = nil
		return err
	}
	haunted := false
	for i := range d.found {
		at, is := d.queue.event(i)
		r := d.slots.find(at)
		switch {
		case r == nil:
			haunted = true
		case r.transport != nil:
			r.transport.happened(is)
		default:
			if is &= r.want; is != 0 {
				ready(r.fd, is&Read != 0, is&Write != 0)
			}
		}
	}
	if d.found > 0 {
		d.interrupts = 0
	}
	d.found = 0
	if haunted && d.queue.haunts() {
		return d.renew()
	}
	return nil
}

func (d *Driver) take() {
	d.found, d.err = d.queue.take(d.limit())
	d.calm()
}

// calm is told of what was taken. While the loop is busy with that nobody else need be told of more, unless the lookout
// is there, which waits for it. A loop that has one thing to do at a time soon waits again: it
// would cost more than it saves.
func (d *Driver) calm() {
	if d.found > 1 && d.lookout.ended == nil {
		d.queue.ignore()
	}
}

// mostEdges is how many events of transports are taken at a time. The others come next, since a
// queue has those first that waited.
const mostEdges = 512

// limit is how many events are taken: all, if asyncio's selector would.
func (d *Driver) limit() int {
	if d.levels == 0 {
		return min(len(d.numbered), mostEdges)
	}
	return len(d.numbered)
}

// renew moves to a new queue. Epoll watches open files, not numbers: one that
// was closed here while registered, but lives on through a duplicate (as
// net.Conn's File makes), stays in the queue and cannot be named any more to be
// removed. Every time it is ready it would wake the loop, for nothing or for
// another file that has its number now.
//
// # Differences from asyncio
//
// CPython's loop spins, or calls the callbacks of the other file. The remedy is
// libev's.
//
// Where no descriptor is free for it, the old queue's is. The new one finds all edges anew.
func (d *Driver) renew() error {
	d.dismiss()
	if d.queue != nil {
		d.queue.close()
		d.queue, d.found, d.err = nil, 0, nil
	}
	queue, err := openQueue(d.own)
	if err != nil {
		return err
	}
	d.queue = queue
	for _, r := range d.inOrder() {
		if t := r.transport; t == nil {
			// What is refused was closed as well; the old queue had dropped it too.
			_ = queue.watch(r.fd, r.at, 0, r.want)
		} else if queue.register(r.fd, r.at) != nil {
			t.happened(Read | Write | HungUp) // it is for an operation to meet the error
		}
	}
	return nil
}

// inOrder are the registrations by the number of their descriptor.
func (d *Driver) inOrder() []*registration {
	all := make([]*registration, 0, len(d.numbered))
	for _, r := range d.numbered {
		all = append(all, r)
	}
	slices.SortFunc(all, func(a, b *registration) int { return cmp.Compare(a.fd, b.fd) })
	return all
}

// renewRetry is how soon a new queue is tried again for which no descriptor was free.
const renewRetry = 10 * time.Millisecond
