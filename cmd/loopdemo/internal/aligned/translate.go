package aligned

import (
	"slices"

	"github.com/ouro-loop/ouro/trace"
)

// Translate gives run, another run of the same program, what is known of it in Python from
// this one: event by event if the two are the same, and otherwise line by line and function by
// function.
func (rec *Recording) Translate(run *Recording) {
	if slices.EqualFunc(rec.Moments, run.Moments, sameMoment) {
		for i, m := range rec.Moments {
			run.Moments[i].Python, run.Moments[i].Coro, run.Moments[i].Args = m.Python, m.Coro, m.Args
		}
		return
	}
	lines := rec.Counterparts()
	coros := map[string]string{}
	for _, m := range rec.Moments {
		if m.Kind == trace.Spawn {
			coros[m.Function] = m.Coro
		}
	}
	for i := range run.Moments {
		m := &run.Moments[i]
		m.Python, m.Coro = lines[m.Go], coros[m.Function]
	}
}

// sameMoment reports whether the same happens in two runs.
func sameMoment(a, b Moment) bool {
	return a.Event == b.Event && a.Go == b.Go && a.Detail.Text == b.Detail.Text
}
