package loop

// A standingCall is called each time that what it stands for comes: a signal, or a
// descriptor that is ready. All its calls are in one context, so that each sees what
// those before it have set.
type standingCall struct {
	callback
}

func (l *Loop) newStandingCall(fn func()) *standingCall {
	c := &standingCall{callback{loop: l, fn: fn, vars: *l.sched.Vars()}}
	if l.sched.Debug {
		c.noteSite()
	}
	return c
}

// Run calls the function, unless it was canceled. Unlike a call it can run many times.
func (c *standingCall) Run() {
	if !c.canceled {
		c.loop.sched.Call(&c.vars, c.fn)
	}
}
