package looptest

import (
	"fmt"
	"path"
	"strings"
	"time"

	"github.com/ouro-loop/ouro/internal/sched"
	"github.com/ouro-loop/ouro/looptest/internal/schedule"
	"github.com/ouro-loop/ouro/looptest/internal/search"
	"github.com/ouro-loop/ouro/trace"
)

// note puts a text into the trace.
func (r *run) note(text string) {
	if r.tells {
		r.recorder.Note(text)
	}
}

// noteChoice puts a choice of the loop's into the trace.
func (r *run) noteChoice(c sched.Choice, pick int) {
	switch {
	case c.Kind == sched.Slow && pick == 1:
		r.note("what is ready takes until the next deadline")
	case c.Kind == sched.Tie && pick == len(c.Timers):
		r.note("the other timers come too late for this")
	case c.Kind == sched.Tie && pick > 0:
		r.note(r.describeTimer(c.Timers[pick]) + " comes first")
	case c.Kind == sched.OutOfTurn && pick > 0:
		r.note(fmt.Sprintf("number %d of the %d that are ready comes next, out of turn", pick+1, c.N))
	case c.Kind == sched.InSet && pick > 0:
		r.note(fmt.Sprintf("number %d of the %d that are left in the set comes next", pick+1, c.N))
	}
}

func (r *run) describeTimer(timer sched.Entry) string {
	text := "a timer"
	if t, ok := timer.(interface{ About() string }); ok {
		text = t.About()
	}
	if serial := taskOf(timer); serial > 0 {
		return belongingTo(nameOf(r.scheduler(), serial), text)
	}
	return text
}

// belongingTo is an alarm with the name of the task that has set it.
func belongingTo(task, alarm string) string {
	what, ok := strings.CutPrefix(alarm, "the alarm of ")
	if !ok {
		return alarm + " of " + task
	}
	return "the alarm of " + task + "'s " + strings.TrimPrefix(what, "a ")
}

// called is what a task is called. That which Run creates has but a number.
func called(serial uint32, name string) string {
	if serial == 1 && name == "Task-1" {
		return "main"
	}
	return name
}

// A line is one step of a run, as a report has it.
type line struct {
	time time.Duration
	what string
	site string
}

func (l line) String() string {
	text := fmt.Sprintf("%8v  %s", l.time, l.what)
	if l.site != "" {
		text = fmt.Sprintf("%-52s %s", text, l.site)
	}
	return text
}

// linesOf are the steps of tasks, the callbacks of the program, the timers, and what was noted.
func linesOf(t *trace.Trace) (lines []line) {
	pushed := map[uint64]int{}    // the event that put an entry into the ready queue
	awaits := map[uint32]string{} // where each task waits
	timers := map[int64]uint32{}  // who has set each
	for i, e := range t.Events {
		switch e.Kind {
		case trace.Spawn:
			awaits[uint32(e.Object)] = t.Detail(i).Site
		case trace.Await:
			awaits[e.Task] = t.Detail(i).Site
		case trace.Timer:
			timers[int64(e.Object)] = e.Task
		case trace.Push:
			pushed[e.Entry] = i
		case trace.Note:
			switch e.What {
			case trace.Cleanup:
				return lines
			case trace.Text:
				lines = append(lines, line{e.Time, "→ " + t.Detail(i).Text, ""})
			}
		case trace.Run:
			at, known := pushed[e.Entry]
			switch {
			case e.What == trace.Step || e.What == trace.Eager:
				lines = append(lines, line{e.Time, called(e.Task, t.Task(e.Task).Name), short(awaits[e.Task])})
			case known && (e.What != trace.Internal || t.Events[at].Cause == trace.ByTimer):
				d := t.Detail(at)
				if by := timers[t.Events[at].Arg]; by > 0 && t.Events[at].Cause == trace.ByTimer {
					d.Text = belongingTo(called(by, t.Task(by).Name), d.Text)
				}
				lines = append(lines, line{e.Time, d.Text, short(d.Site)})
			}
		}
	}
	return lines
}

// short is a line of the program without its directory.
func short(site string) string {
	if site == "" {
		return ""
	}
	return path.Base(site)
}

// shown is how many lines of each side are shown.
const shown = 8

// difference tells in which steps a run that fails parts from the nearest that passes: that which
// lacks the last departure.
func (x *explorer) difference(failing *run, s schedule.Schedule) string {
	passing := x.recorded(search.NewAttempt(s[:len(s)-1]))
	if passing.failed() {
		return ""
	}
	a, b := linesOf(failing.recorder.Trace()), linesOf(passing.recorder.Trace())
	alike := 0
	for alike < min(len(a), len(b)) && a[alike] == b[alike] {
		alike++
	}
	var out strings.Builder
	if s[len(s)-1].Kind.Injects() {
		out.WriteString("without it the schedule passes:\n")
	} else {
		out.WriteString("the nearest schedule that passes lacks the last of them:\n")
	}
	from := max(0, alike-2)
	if from > 0 {
		fmt.Fprintf(&out, "    … %s alike\n", count(from, "step", "steps"))
	}
	write(&out, "   ", a[from:alike])
	write(&out, " ! ", firstOf(a[alike:]))
	out.WriteString("    instead of\n")
	write(&out, " ✓ ", firstOf(b[alike:]))
	return out.String()
}

func firstOf(lines []line) []line { return lines[:min(len(lines), shown)] }

func write(out *strings.Builder, mark string, lines []line) {
	for _, l := range lines {
		fmt.Fprintf(out, "  %s %v\n", mark, l)
	}
}
