package looptest

import (
	"slices"

	"github.com/ouro-loop/ouro/looptest/internal/schedule"
)

// Hostile has what is ready in an iteration run in any order. asyncio would not do this: there,
// what is ready first runs first, and programs may rely on it. So what this finds need not be a
// bug; it is for code that is not to rely on it, as it is meant for other loops as well. The report
// of a failure that needs it begins by saying so, and however many schedules pass, it is never said
// that these were all. [T.State] does nothing with it.
func Hostile() Option { return func(o *options) { o.hostile = true } }

// isHostile reports whether asyncio would not run s.
func isHostile(s schedule.Schedule) bool {
	return slices.ContainsFunc(s, func(d schedule.Departure) bool { return d.Kind == schedule.Queue })
}

func (x *explorer) passedHostile() {
	x.tb.Helper()
	x.result(Result{Departures: -1})
	x.tb.Logf("looptest: %s, but for the usual one such as asyncio need not run: Hostile",
		count(x.ran, "schedule passes", "schedules pass"))
}
