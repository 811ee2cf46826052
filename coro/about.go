package coro

// What the entries of this package are called where people are told of them.

func (s *sleeper) About() string            { return "the alarm of a sleep" }
func (d *deadline) About() string           { return "the alarm of a timeout" }
func (w *waiting) About() string            { return "the alarm of a wait" }
func (c *completion[T]) About() string      { return "the alarm of as_completed" }
func (w *gatherWatch) About() string        { return "gather's callback" }
func (w *waitWatch) About() string          { return "wait's callback" }
func (w *completionWatch[T]) About() string { return "as_completed's callback" }
func (m *groupMember) About() string        { return "the task group's callback" }
func (r *releaser) About() string           { return "the callback of what has timed out" }
func (f *forsaken) About() string           { return "the callback of what nobody waits for any more" }
func (sh *shieldInner[T]) About() string    { return "shield's callback" }
func (sh *shieldOuter[T]) About() string    { return "shield's callback" }
func (r *shieldReport) About() string       { return "shield's callback" }
