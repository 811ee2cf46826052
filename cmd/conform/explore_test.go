package main

import (
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/cmd/conform/internal/program"
	"github.com/ouro-loop/ouro/cmd/conform/internal/replay"
	"github.com/ouro-loop/ouro/cmd/conform/internal/traces"
)

func TestExploreWithoutADifference(t *testing.T) {
	out, errs, err := conform(t, replay.RunHosted, "", append(python(t), "explore", "--count", "100", "--progress", "0")...)
	require.NoError(t, err, out)
	require.Contains(t, out, "seed 1, profile all, 3 schedules of each program\nprograms            300\n")
	require.Regexp(t, `differences         0\nchoices             \d,\d+\n  not the default   \d+`, out)
	require.Contains(t, errs, "200 programs, ")
}

// What asyncio could not have done is seen.
func TestExploreWithADifference(t *testing.T) {
	for _, tt := range []struct {
		name   string
		broken library
		want   string // in the traces side by side
	}{
		{"two tasks that are ready run in the other order", func(p *program.Program, host int) traces.Trace {
			return swapTasks(replay.RunHosted(p, host))
		}, `(?m)^> .*Task-\S+ +#.* \| .*Task-\S+ +#`},
		{"another alternative was taken than is told", tellAnother, `(?m)^  .* open  (tie|slow|set) \d/\d +\| .* open  (tie|slow|set) \d/\d$`},
		{"a choice is offered that there is not", func(p *program.Program, host int) traces.Trace {
			return offerMore(replay.RunHosted(p, host))
		}, `(?m)^> .* \| .* open  tie 0/9$`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			out, _, err := conform(t, tt.broken, "", append(python(t), "explore", "--count", "100", "--schedules", "2")...)
			require.ErrorIs(t, err, errDiffers)
			require.Contains(t, out, "difference: conform explore --schedules 2 --seed 1 --skip ")
			require.Regexp(t, tt.want, out)
			line := regexp.MustCompile(`(?m)^\{"v":1.*$`).FindString(out)
			small, err := program.Parse([]byte(line))
			require.NoError(t, err)
			require.NotNil(t, small.Picks)
			require.NotEqual(t, replay.RunHosted(small, 1), tt.broken(small, 1), "it is still broken")
		})
	}
}

// swapTasks exchanges the first two entries of a trace that different tasks leave at one time, one after the other.
func swapTasks(t traces.Trace) traces.Trace {
	for i := range max(0, len(t)-1) {
		a, b := &t[i], &t[i+1]
		if a.I > 0 && b.I > 0 && a.Task != b.Task && a.Time == b.Time {
			*a, *b = *b, *a
			break
		}
	}
	return t
}

// tellAnother leaves out the last departure from the default, and tells of it all the same.
func tellAnother(p *program.Program, host int) traces.Trace {
	told := replay.RunHosted(p, host)
	picks := told.Picks()
	last := len(picks) - 1
	for last >= 0 && picks[last] == 0 {
		last--
	}
	if last < 0 {
		return told
	}
	p = p.Clone()
	p.Picks = picks
	p.Picks[last] = 0
	done := replay.RunHosted(p, host)
	choice := func(t traces.Trace) *traces.Entry {
		n := 0
		for i := range t {
			if t[i].I == traces.Choice {
				if n == last {
					return &t[i]
				}
				n++
			}
		}
		return &traces.Entry{}
	}
	*choice(done) = *choice(told)
	return done
}

// offerMore tells of a choice before the first end of a timer.
func offerMore(t traces.Trace) traces.Trace {
	for i := range t {
		if t[i].Time > 0 && t[i].I != traces.Choice {
			more := traces.Entry{Time: t[i].Time, Task: traces.NoTask, I: traces.Choice, Outcome: traces.ChoiceOf("tie", 0, 9)}
			return append(t[:i:i], append(traces.Trace{more}, t[i:]...)...)
		}
	}
	return t
}
