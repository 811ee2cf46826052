package driver

import "time"

// The loop waits here in four steps:
//
//	d.SetAlarm(at)
//	says that it waits, and looks for the last time whether there is something to do
//	d.Wait()
//	says that it does not wait any more; if somebody did that before: d.Interrupted()
//
// Who has something for it says that it does not wait any more, and calls Interrupt, on any
// goroutine. The alarm comes first, since an Interrupt that is under way is not to be overwritten by it.

// SetAlarm has the next Wait end at a time, or not by itself if that is zero. It reports false
// where the Driver cannot wait, as it has no queue: it calls wake soon.
func (d *Driver) SetAlarm(at time.Time) bool {
	d.dismiss()
	if d.queue == nil && d.renew() != nil {
		time.AfterFunc(renewRetry, d.wake)
		return false
	}
	d.queue.setAlarm(at)
	return true
}

// Wait waits until a descriptor is ready, the alarm goes off, or somebody calls Interrupt.
func (d *Driver) Wait() {
	if !d.Found() {
		d.found, d.err = d.queue.wait(d.limit())
		d.calm()
	}
}

// Found reports whether Wait has found something for Poll to report.
func (d *Driver) Found() bool { return d.found > 0 || d.err != nil }

// Interrupt ends the Wait that is under way, or is to come. It is for any goroutine, once for each
// SetAlarm.
func (d *Driver) Interrupt() { d.queue.interrupt() }

// Interrupted is told, on the loop's goroutine, that an Interrupt has returned.
func (d *Driver) Interrupted() {
	d.queue.interrupted()
	d.interrupts++
}
