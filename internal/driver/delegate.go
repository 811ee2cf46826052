package driver

// interruptsToDelegate is how many waits in a row have to be interrupted for the loop to wait elsewhere.
const interruptsToDelegate = 8

// Delegate reports whether the loop had better wait elsewhere, as it is woken for other things time
// and again, by threads for one: a wait here begins with a system call, and to end it takes two
// changes of a deadline. From then on, and until the first descriptor is ready, the lookout waits
// for those, and wakes the loop. What a wake costs more then is little against what it has saved
// by that time.
//
// After it the loop says that it waits, and looks whether the lookout has something to tell before it does.
func (d *Driver) Delegate() bool {
	if d.own || d.interrupts < interruptsToDelegate || d.levels > 0 || d.queue == nil || !delegates {
		return false
	}
	if !d.delegated {
		d.Arm()
		d.delegated = true
	}
	return true
}

// Told reports whether the lookout that the loop has delegated to has something for Poll.
func (d *Driver) Told() bool { return d.delegated && !d.lookout.armed.Load() }

// Rest is told that the loop waits elsewhere, and for no descriptor.
func (d *Driver) Rest() {
	if d.delegated {
		d.dismiss()
	}
}

// undelegate is the end of it, once there is something.
func (d *Driver) undelegate() {
	if d.Told() {
		d.delegated, d.interrupts = false, 0
	}
}
