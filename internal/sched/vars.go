package sched

// Vars is a context: what the entry that runs sees as the values of context variables.
// A coroutine has its own, a copy of its creator's; a callback is called in a copy of
// the one it was registered in.
type Vars struct {
	table *table // never changed in place, so that a copy is one assignment; nil when empty
}

type table struct{ bindings []binding }

type binding struct{ key, value any }

// Get is the value of key, and whether it has one.
func (v *Vars) Get(key any) (any, bool) {
	if v.table == nil {
		return nil, false
	}
	for _, b := range v.table.bindings {
		if b.key == key {
			return b.value, true
		}
	}
	return nil, false
}

// Set gives key a value.
func (v *Vars) Set(key, value any) {
	anySet.Store(true)
	v.table = &table{append(v.others(key), binding{key, value})}
}

// Unset takes the value of key away.
func (v *Vars) Unset(key any) { v.table = &table{v.others(key)} }

// others is a copy of the bindings but for that of key.
func (v *Vars) others(key any) []binding {
	if v.table == nil {
		return nil
	}
	others := make([]binding, 0, len(v.table.bindings)+1)
	for _, b := range v.table.bindings {
		if b.key != key {
			others = append(others, b)
		}
	}
	return others
}

// QuietTree is the key of the mark that coro.QuietTree sets.
type QuietTree struct{}

// CallOptions are what a callback may be given besides its function.
type CallOptions struct {
	Vars *Vars // what it is called in, nil for a copy of the present context
}

// Vars is the context of c.
func (c *Coroutine) Vars() *Vars {
	if c.vars != nil {
		return c.vars
	}
	return &c.ownVars
}

// Vars is the context that what runs now is in: that of the coroutine or callback, or
// the loop's own.
func (s *Scheduler) Vars() *Vars {
	switch {
	case s.current != nil:
		return s.current.Vars()
	case s.callbackVars != nil:
		return s.callbackVars
	}
	return &s.baseVars
}

// Call calls fn as a callback, in the context v. After a panic of fn, LeaveCallback ends
// what Call began.
func (s *Scheduler) Call(v *Vars, fn func()) {
	s.callbackVars = v
	fn()
	s.callbackVars = nil
}

// LeaveCallback forgets the context of a callback that has panicked.
func (s *Scheduler) LeaveCallback() { s.callbackVars = nil }

// CallIn calls fn in the context v, in place of that of what runs now.
func (s *Scheduler) CallIn(v *Vars, fn func()) {
	at := &s.callbackVars
	if s.current != nil {
		at = &s.current.vars
	}
	before := *at
	*at = v
	defer func() { *at = before }()
	fn()
}
