package replay_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/cmd/conform/internal/generator"
	"github.com/ouro-loop/ouro/cmd/conform/internal/replay"
	"github.com/ouro-loop/ouro/cmd/conform/internal/traces"
	"github.com/ouro-loop/ouro/internal/events"
	"github.com/ouro-loop/ouro/internal/model"
	"github.com/ouro-loop/ouro/internal/sched"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/trace"
)

// TestModel: the events of a run say all: at each of them, what the model makes of those up to
// there is what a recorder that begins at that moment is told of the loop.
func TestModel(t *testing.T) {
	for profile, programs := range map[generator.Profile]uint64{generator.All: 1000, generator.Core: 200, generator.Sync: 200} {
		t.Run(profile.String(), func(t *testing.T) {
			t.Parallel()
			for n := range programs {
				p := generator.Program(12, n, profile)
				c := &comparison{recorder: trace.New(trace.Full())}
				got := replay.RunRecorded(p, sched.DefaultMaxHosted, c.recorder, c.begin)
				if c.difference != "" {
					t.Fatalf("program %d, event %d: %s\n%s\n%s", n, c.at, c.difference, p.Listing(), tail(c.recorder.Trace(), c.at))
				}
				require.True(t, traces.Agree(replay.Run(p), got), "program %d: recording it makes a difference", n)
			}
		})
	}
}

// A comparison compares, at each event, the model with the loop.
type comparison struct {
	recorder   *trace.Recorder
	scheduler  *sched.Scheduler
	state      model.State
	at         int
	difference string
}

func (c *comparison) begin(l *loop.Loop) {
	c.scheduler = (*sched.Scheduler)(l.Scheduler())
	(*events.Recorder)(c.recorder).OnEvent = c.look
}

// look is called after each event.
func (c *comparison) look() {
	if c.difference != "" {
		return
	}
	e := (*events.Recorder)(c.recorder).Last()
	c.state.Apply(c.at, trace.Event{
		Kind: trace.Kind(e.Kind), What: trace.What(e.What), Cause: trace.Cause(e.Cause),
		Task: e.Task, Entry: e.Entry, Object: e.Object, Arg: e.Arg, Time: e.Time,
	})
	switch e.Kind {
	case events.Hold: // comes before the event in whose way it was noticed
	case events.Iterate: // and this with the first entry, when that was taken
	case events.Note: // the last of them comes before all is forgotten
	default:
		c.difference = c.compare(e)
	}
	if c.difference == "" {
		c.at++
	}
}

func (c *comparison) compare(e events.Event) string {
	now := c.told()
	var tasks, waiting []uint32
	for _, id := range c.state.Order {
		switch task := c.state.Tasks[id]; {
		case task.State.Ended():
		case task.State == model.Waiting:
			waiting = append(waiting, id)
			fallthrough
		default:
			tasks = append(tasks, id)
		}
	}
	for _, check := range []struct {
		name       string
		model, now any
	}{
		{"ready", texts(c.state.Ready), texts(now.Ready)},
		{"timers", timers(c.state), timers(now)},
		{"tasks", tasks, now.Order},
		{"waiting", waiting, c.waiting(&now)},
	} {
		if m, n := fmt.Sprint(check.model), fmt.Sprint(check.now); m != n {
			return fmt.Sprintf("%s: by the events %s, on the loop %s", check.name, m, n)
		}
	}
	if e.Kind == events.Run {
		return "" // it is told of before the switch
	}
	if by := c.state.Tasks[e.Task]; by != nil && by.State != model.Running {
		return "" // it has said that it suspends, or its end, and is about to
	}
	if running := c.running(); running != c.scheduler.Task() {
		return fmt.Sprintf("running: by the events %d, on the loop %d", running, c.scheduler.Task())
	}
	return ""
}

// told is what a recorder that begins now is told of the loop.
func (c *comparison) told() (s model.State) {
	probe := new(events.Recorder)
	probe.InitFull()
	c.scheduler.Loop().(interface{ TellAll(*events.Recorder) }).TellAll(probe)
	r := (*trace.Recorder)(probe)
	for i, e := range r.Trace().Events {
		s.Apply(i, e)
	}
	return s
}

// waiting are those that wait on the loop. One that runs again after a wait, or has been
// woken, is still with the future.
func (c *comparison) waiting(now *model.State) (ids []uint32) {
	for _, id := range now.Order {
		running := c.state.Tasks[id] != nil && c.state.Tasks[id].State == model.Running
		if now.Tasks[id].State == model.Waiting && !running {
			ids = append(ids, id)
		}
	}
	return ids
}

// running is the task that runs by the events, zero if none does.
func (c *comparison) running() uint32 {
	if last := len(c.state.Running) - 1; last >= 0 {
		return c.state.Running[last].Task
	}
	return 0
}

func texts(ready []model.Entry) (texts []string) {
	for _, e := range ready {
		texts = append(texts, fmt.Sprint(e.What, e.Task))
	}
	return texts
}

func timers(s model.State) (texts []string) {
	for _, t := range s.Timers {
		texts = append(texts, fmt.Sprint(t.ID, t.When))
	}
	return texts
}

func tail(t *trace.Trace, at int) string {
	var b strings.Builder
	for i := max(0, at-20); i <= at && i < len(t.Events); i++ {
		fmt.Fprintf(&b, "%d %+v %+v\n", i, t.Events[i], t.Detail(i))
	}
	return b.String()
}
