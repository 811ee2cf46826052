package explain

import "github.com/ouro-loop/ouro/trace"

// A draft is a step before it has its words: the event that it is about, and those that
// belong to it.
type draft struct {
	kind   Kind
	main   int
	events []int
	byLine bool
}

// drafts are the steps of t. What an event leads to at once is part of its step: the entry
// that a new task puts into the queue, those that a future's end does, the alarm of a sleep.
func drafts(t *trace.Trace) []draft {
	d := &drafter{t: t, seen: map[uint64]*trace.State{}, timers: map[uint64]int{}}
	for i, e := range t.Events {
		d.take(i, e)
	}
	return d.steps
}

type drafter struct {
	t       *trace.Trace
	steps   []draft
	early   []int // events before the first step
	cleanup bool
	seen    map[uint64]*trace.State // the last state of each thing
	timers  map[uint64]int          // the event that has set a timer
}

func (d *drafter) begin(kind Kind, i int) {
	d.steps = append(d.steps, draft{kind: kind, main: i, events: append(d.early, i)})
	d.early = nil
}

// add makes the event part of the step that there is.
func (d *drafter) add(i int) {
	if s := d.last(); s != nil {
		s.events = append(s.events, i)
	} else {
		d.early = append(d.early, i)
	}
}

func (d *drafter) last() *draft {
	if len(d.steps) == 0 {
		return nil
	}
	return &d.steps[len(d.steps)-1]
}

func (d *drafter) take(i int, e trace.Event) {
	if e.Kind == trace.Note {
		d.note(i, e)
		return
	}
	if d.cleanup {
		d.add(i)
		return
	}
	switch e.Kind {
	case trace.Spawn:
		d.begin(Spawn, i)
	case trace.Iterate:
		d.begin(Iterate, i)
	case trace.Run:
		d.begin(Run, i)
	case trace.Wait:
		d.begin(Wait, i)
	case trace.Timer:
		d.timers[e.Object] = i
		d.begin(Timer, i)
	case trace.Untimer:
		d.untimer(i, e)
	case trace.Push:
		d.push(i, e)
	case trace.Await:
		d.await(i, e)
	case trace.Done:
		d.done(i, e)
	case trace.Cancel:
		if e.What == trace.Asked {
			d.begin(Cancel, i)
		} else {
			d.add(i)
		}
	case trace.Hold:
		d.hold(i, e)
	}
}

func (d *drafter) note(i int, e trace.Event) {
	switch e.What {
	case trace.AtLine:
		d.begin(Line, i)
		d.last().byLine = true
	case trace.Print, trace.Text:
		d.begin(Print, i)
	case trace.Report:
		d.begin(Report, i)
	case trace.Cleanup:
		d.cleanup = true
		d.begin(Cleanup, i)
	case trace.Closed:
		d.cleanup = false
		d.begin(End, i)
	default:
		d.add(i)
	}
}

func (d *drafter) push(i int, e trace.Event) {
	switch {
	case e.Cause == trace.ByTimer:
		d.begin(Due, i)
	case e.Cause == trace.Outside:
		d.begin(Outside, i)
	case e.Cause == trace.ByCode && (e.What == trace.Call || e.What == trace.Timed || d.t.Detail(i).Text == timeoutAlarm):
		d.begin(Call, i)
	default:
		d.add(i)
	}
}

// untimer begins a step, but for the alarm of a sleep, which is taken back because that is
// canceled.
func (d *drafter) untimer(i int, e trace.Event) {
	if set, ok := d.timers[e.Object]; ok && d.t.Detail(set).Text != "" && d.t.Detail(set).Text != sleepAlarm {
		d.begin(Timer, i)
		return
	}
	d.add(i)
}

// await makes one step of a sleep and its alarm.
func (d *drafter) await(i int, e trace.Event) {
	s := d.last()
	if s != nil && s.kind == Timer && e.What == trace.Sleep && d.t.Events[s.main].Task == e.Task && d.t.Events[s.main].Kind == trace.Timer {
		s.kind, s.main = Await, i
		s.events = append(s.events, i)
		return
	}
	d.begin(Await, i)
}

// done makes one step of a cancellation and of what it ends at once.
func (d *drafter) done(i int, e trace.Event) {
	s := d.last()
	if s != nil && s.kind == Cancel && e.Object == 0 && e.What == trace.Canceled {
		s.events = append(s.events, i)
		return
	}
	d.begin(Done, i)
}

// hold begins a step only if more has changed than who is in line. What a thing looks like at
// first is no change.
func (d *drafter) hold(i int, e trace.Event) {
	now := d.t.Detail(i).State
	before := d.seen[e.Object]
	if now == nil {
		d.add(i)
		return
	}
	d.seen[e.Object] = now
	if before == nil || before.Kind != now.Kind || !changed(before, now) || d.isReserved(before, now) {
		d.add(i)
		return
	}
	d.begin(Shared, i)
}

// isReserved reports whether a place of a semaphore is for a task that the step before has
// woken: so that step has said.
func (d *drafter) isReserved(before, now *trace.State) bool {
	s := d.last()
	return s != nil && s.kind == Done && now.Kind == "semaphore" && now.Value < before.Value && len(now.Holders) == len(before.Holders)
}

// changed reports whether there is more to tell of than who waits.
func changed(a, b *trace.State) bool {
	return a.Value != b.Value || len(a.Items) != len(b.Items) || a.Unfinished != b.Unfinished || a.Down != b.Down ||
		len(a.Holders) != len(b.Holders)
}
