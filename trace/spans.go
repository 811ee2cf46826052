package trace

// A span is a step of a task, or a callback: the events from first up to end are what it has
// done, and what was done inside of it.
type span struct {
	task       uint32 // zero for a callback
	first, end int
}

// spans are what has run, in order of beginning, and for each event which of them has done
// it: the innermost, as an eager task begins inside of its creator's step; -1 if it is the
// loop's own doing.
func (t *Trace) spans() (all []span, by []int) {
	var open []int // the innermost last
	for i, e := range t.Events {
		switch {
		case e.Kind == Run && e.What == Eager:
			open = append(open, len(all))
			all = append(all, span{task: e.Task, first: i})
		case e.Kind == Run:
			open = append(open[:0], len(all))
			all = append(all, span{task: e.Task, first: i})
		case e.Kind == Iterate, e.Kind == Wait:
			open = open[:0]
		default:
			for len(open) > 1 && all[open[len(open)-1]].task != e.Task {
				open = open[:len(open)-1] // an eager task has suspended, or ended
			}
		}
		if n := len(open); n == 0 || !all[open[n-1]].has(e) {
			by = append(by, -1)
			continue
		}
		by = append(by, open[len(open)-1])
		for _, s := range open {
			all[s].end = i + 1
		}
	}
	return all, by
}

// has reports whether it is s that has done e. The end of a callback is not recorded, so that
// what may be the loop's own is taken for that.
func (s span) has(e Event) bool {
	return s.task == e.Task && (s.task != 0 || !e.byLoop())
}

// byLoop reports whether e is, as a rule, done by the loop rather than by what runs.
func (e Event) byLoop() bool { return e.Kind == Push && (e.Cause == ByTimer || e.Cause == Outside) }
