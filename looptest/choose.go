package looptest

import (
	"fmt"
	"slices"
	"time"

	"github.com/ouro-loop/ouro/internal/sched"
	"github.com/ouro-loop/ouro/looptest/internal/schedule"
	"github.com/ouro-loop/ouro/looptest/internal/search"
)

// A run is asked by the loop, and by the test, and asks its strategy.

var kinds = [...]schedule.Kind{sched.Tie: schedule.Tie, sched.Slow: schedule.Slow, sched.InSet: schedule.InSet, sched.OutOfTurn: schedule.Queue}

// Choose implements sched.Chooser.
func (r *run) Choose(c sched.Choice) int {
	if c.Kind == sched.Slow && !r.x.options.slow {
		return 0
	}
	choice := &r.choice
	*choice = search.Choice{Kind: kinds[c.Kind], N: c.N}
	if c.Kind == sched.Tie {
		if choice.Late = c.N > len(c.Timers); choice.Late && !r.x.options.slow {
			choice.N--
		}
		r.tied = c.Timers
		choice.Who = r.who
		if r.histories != nil {
			choice.Cause = func(i int) uint64 { return r.histories.causeOf(c.Numbers, i) }
		}
	}
	i := int(r.choose(choice))
	if r.tells {
		r.noteChoice(c, i)
	}
	return i
}

func (r *run) chooseOwn(what string, n int) int {
	i := int(r.choose(&search.Choice{Kind: schedule.Own, N: n}))
	r.note(fmt.Sprintf("%s: %d of %d", what, i, n))
	return i
}

func (r *run) chooseDelay(least, most time.Duration) time.Duration {
	if r.x.record != nil {
		return least // without a look at the clock, of which the record would have to know
	}
	c := search.Choice{Kind: schedule.Delay, Delays: r.delaysOf(least, most), Most: int64(most)}
	c.N = len(c.Delays)
	d := time.Duration(r.choose(&c))
	r.note(fmt.Sprintf("a delay of %v", d))
	return d
}

// delaysOf are the delays that are worth a try.
func (r *run) delaysOf(least, most time.Duration) []int64 {
	ds := append(r.delays[:0], int64(least))
	now := r.loop.Time()
	r.eachDeadline(func(when time.Duration) {
		for _, d := range [...]time.Duration{when - now - 1, when - now} {
			if least < d && d < most {
				ds = append(ds, int64(d))
			}
		}
	})
	slices.Sort(ds[1:])
	ds = slices.Compact(ds)
	if most > least {
		ds = append(ds, int64(most))
	}
	r.delays = ds
	return ds
}

func (r *run) eachDeadline(f func(when time.Duration)) {
	r.scheduler().Loop().(interface {
		EachDeadline(f func(when time.Duration))
	}).EachDeadline(f)
}

// nextDeadline is when the next timer is due, if there is one.
func (r *run) nextDeadline() (next time.Duration, ok bool) {
	r.eachDeadline(func(when time.Duration) {
		if !ok || when < next {
			next, ok = when, true
		}
	})
	return next, ok
}

// choose asks the strategy, as long as the run is of interest.
func (r *run) choose(c *search.Choice) (pick int64) {
	usual := int64(0)
	if c.Kind == schedule.Delay {
		usual = c.Delays[0]
	}
	if c.N < 2 || r.calm || r.failed() || r.drift != nil {
		return usual
	}
	at := r.choices
	r.choices++
	if r.histories != nil {
		inside := c.Kind != schedule.Tie && c.Kind != schedule.Slow
		c.State = r.state(inside)
		if inside {
			defer func() { r.histories.chose(uint64(pick)) }()
		}
	}
	pick, err := r.strategy.Pick(at, c)
	if err != nil {
		r.drift = err
		return usual
	}
	if pick != usual {
		d := schedule.Departure{At: at, Kind: c.Kind, N: c.N, Pick: pick}
		if c.Kind == schedule.Delay {
			d.N = 0
		}
		r.departed = append(r.departed, d)
	}
	return pick
}

// state is a number for the state of the program, 0 if it is not known: jobs are in no digest.
func (r *run) state(inside bool) uint64 {
	if r.histories == nil || len(r.jobs.out) > 0 {
		return 0
	}
	return r.histories.state(r.loop.Time(), inside)
}
