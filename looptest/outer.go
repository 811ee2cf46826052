package looptest

import "strings"

// The test's own t knows nothing of runs: what it is told in one cannot be undone, and so no
// shorter schedule be looked for.

// noteOuter is called after a run. It fails that in which the test's own t has failed.
func (x *explorer) noteOuter(r *run) {
	if x.outer || !x.tb.Failed() {
		return
	}
	x.outer = true
	r.said.Reset()
	r.failure = nil
	r.tell(failure{"outer", "the test's own t has failed in a run: use the t that main is given, which belongs to it, " +
		"if it was not the race detector that has found something"})
}

// reportOuter is all that there is to say of such a run.
func (x *explorer) reportOuter(r *run) {
	x.tb.Helper()
	x.tb.Errorf("looptest: %s\nreplay:   %s", strings.TrimSuffix(r.text(), "\n"), x.command(r.departed))
	x.result(Result{Schedule: r.departed.String(), Failure: r.failure.text})
}
