package explain

import (
	"strings"
	"time"

	"github.com/ouro-loop/ouro/internal/model"
	"github.com/ouro-loop/ouro/trace"
)

// picture is what the loop looks like after the step.
func (w *teller) picture() Picture {
	p := Picture{
		Running: w.running(), Output: len(w.story.Output),
		Ready: make([]Ready, 0, len(w.after.Ready)), Tasks: make([]TaskState, 0, len(w.ids)),
	}
	for i, e := range w.after.Ready {
		p.Ready = append(p.Ready, Ready{Entry: e.Number, Task: w.task(e.Task), Text: w.readyText(e), Later: i >= w.after.Left})
	}
	alarms := w.alarms()
	for _, id := range w.after.Order {
		task := w.after.Tasks[id]
		at := w.lines[id]
		if w.task(id) < 0 {
			continue // the cleanup's own
		}
		p.Tasks = append(p.Tasks, TaskState{stateText[task.State], at.Go, at.Python, task.Asked})
		if task.State == model.Waiting {
			p.Waiting = append(p.Waiting, w.waiting(task, alarms))
		}
	}
	for _, t := range w.after.Timers {
		set := w.t.Events[t.Set]
		p.Timers = append(p.Timers, TimerSet{t.ID, t.When, set.Time, w.task(set.Task), timerText(w.text(t.Set))})
	}
	for _, thing := range w.after.Things {
		if state := w.t.Detail(thing.Last).State; state != nil {
			p.Shared = append(p.Shared, w.thing(state))
		}
	}
	return p
}

var stateText = map[model.TaskState]string{
	model.Ready: "ready", model.Running: "running", model.Waiting: "waiting",
	model.Finished: "done", model.Failed: "failed", model.Canceled: "canceled",
}

func (w *teller) readyText(e model.Entry) string {
	switch task := w.after.Tasks[e.Task]; {
	case e.What != trace.Step:
		return w.plain(w.callback(e))
	case task != nil && task.Steps == 0:
		return "begins"
	}
	return "goes on"
}

// timerText is what a timer is, in a word or two.
func timerText(about string) string {
	if name, ok := strings.CutSuffix(about, "()"); ok {
		return functionName(name) + "()"
	}
	return strings.TrimPrefix(strings.TrimPrefix(about, "the alarm of "), "a ")
}

func (w *teller) running() Running {
	last := len(w.after.Running) - 1
	if last < 0 || w.d.kind == Iterate || w.d.kind == Wait || w.d.kind == Due || w.d.kind == Cleanup || w.d.kind == End {
		return Running{Nobody: w.nobody()}
	}
	e := w.after.Running[last]
	i, task := w.task(e.Task), w.after.Tasks[e.Task]
	if i < 0 || task == nil {
		return Running{Task: &i, Text: w.plain(w.callback(e))}
	}
	text := "goes on"
	if task.Steps == 1 {
		text = "begins"
	}
	at := w.lines[e.Task]
	return Running{Task: &i, Text: text, Go: at.Go, Python: at.Python}
}

// nobody says why nobody runs.
func (w *teller) nobody() []Part {
	s := new(says)
	switch w.d.kind {
	case Await:
		return w.otherNamed(s, w.e.Task).text(" has stepped aside").parts
	case Done:
		if i := w.task(uint32(w.e.Object)); i >= 0 {
			if w.e.What == trace.Failed {
				return s.other(i).text(" has failed").parts
			}
			return s.other(i).text(" has ended").parts
		}
	case Iterate, Outside:
		return s.text("Nobody yet").parts
	case Due:
		return s.text("Nobody: the loop looks at its timers").parts
	case Spawn:
		return s.text("Nobody yet: the loop has not begun").parts
	case Wait:
		if w.e.Arg == int64(endOfTime) {
			return s.text("Nobody: the loop waits").parts
		}
		return s.text("Nobody: the loop sleeps until %s", seconds(w.after.Until)).parts
	case Cleanup:
		return s.text("Nobody of the program’s").parts
	case End:
		return s.text("The loop is closed").parts
	}
	return s.text("Nobody, for a moment").parts
}

func (w *teller) waiting(task *model.Task, alarms map[uint32]time.Duration) Waiting {
	e, d := w.t.Events[task.Await], w.t.Detail(task.Await)
	kind := kindOf(e, d)
	x := Waiting{Task: w.task(task.ID), Kind: string(kind)}
	s := new(says)
	switch kind {
	case forSleep:
		if when, ok := alarms[task.ID]; ok {
			s.text("until %s", seconds(when))
		} else {
			s.text("its alarm is ringing")
		}
	case forTask:
		w.otherNamed(s, uint32(e.Object))
	case forGather, forWait, forGroup, forShield:
		s.text("%s", map[waitKind]string{forGather: "gather", forWait: "wait", forGroup: "its group", forShield: "shield"}[kind])
		for _, i := range w.known(d.Tasks) {
			x.Children = append(x.Children, w.child(i))
		}
	case forCompleted:
		s.text("the next of as_completed")
	case forRoom:
		s.text("room in the queue")
	case forItem:
		s.text("an item")
	case forJoin:
		s.text("the queue’s end")
	case forFuture:
		s.text("a future")
	default:
		s.text("%s", the(d.Text))
	}
	x.Says = s.parts
	return x
}

// alarms are the times of the alarms that sleeping tasks have set.
func (w *teller) alarms() map[uint32]time.Duration {
	alarms := map[uint32]time.Duration{}
	for _, t := range w.after.Timers {
		if w.text(t.Set) == sleepAlarm {
			alarms[w.t.Events[t.Set].Task] = t.When
		}
	}
	return alarms
}

func (w *teller) child(i int) Child {
	c := Child{Task: i}
	if s := w.after.Tasks[w.ids[i]].State; s.Ended() {
		c.State = stateText[s]
	}
	return c
}

func (w *teller) thing(s *trace.State) Thing {
	t := Thing{
		Name: s.Name, Kind: s.Kind, Value: s.Value, Size: s.Size, Items: s.Items,
		Unfinished: s.Unfinished, Down: s.Down, Holders: w.known(s.Holders), Set: s.Kind == "event" && s.Value > 0,
	}
	if t.Name == "" {
		t.Name = s.Kind
	}
	for _, line := range s.Waiters {
		for _, i := range w.known(line.Tasks) {
			t.Waiters = append(t.Waiters, Waiter{i, line.For})
		}
	}
	return t
}
