package driver

import "fmt"

// Set makes fd watched for exactly the given directions, level-triggered; with neither it is no
// longer watched, which succeeds for closed and unknown descriptors too. On an error, which names
// fd, it is not watched at all. A descriptor of a transport is refused, and stays what it is.
//
// The kernel is asked even if nothing changes, since the number may belong to another file by now.
func (d *Driver) Set(fd int, read, write bool) error {
	var want Direction
	if read {
		want |= Read
	}
	if write {
		want |= Write
	}
	r := d.numbered[fd]
	switch {
	case r != nil && r.transport != nil:
		if want == 0 {
			return nil
		}
		return fmt.Errorf("descriptor %d is used by %s", fd, r.transport)
	case want == 0:
		d.unwatch(r)
		return nil
	case d.queue == nil:
		if err := d.renew(); err != nil {
			return err
		}
	}
	return d.watch(r, fd, want)
}

// watch has fd watched for want, as r if that is not nil.
func (d *Driver) watch(r *registration, fd int, want Direction) error {
	if r == nil {
		r = &registration{fd: fd}
		d.slots.take(r)
		d.numbered[fd] = r
		d.levels++
		d.pace.entries = 0
	} else {
		d.slots.renew(r)
	}
	if err := d.queue.watch(fd, r.at, r.want, want); err != nil {
		d.unwatch(r) // a kqueue may have taken one direction of the two
		return fmt.Errorf("cannot watch descriptor %d: %w", fd, err)
	}
	r.want = want
	return nil
}

// unwatch ends what watch began; r may be nil.
func (d *Driver) unwatch(r *registration) {
	if r != nil {
		d.levels--
		d.drop(r)
	}
}

// drop takes r out of the queue.
func (d *Driver) drop(r *registration) {
	delete(d.numbered, r.fd)
	d.slots.give(r)
	if d.queue != nil {
		d.queue.forget(r.fd)
	}
}
