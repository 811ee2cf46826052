package looptest

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/ouro-loop/ouro/looptest/internal/schedule"
	"github.com/ouro-loop/ouro/looptest/internal/search"
)

// report fails the test with what there is to say of a run that has failed, of which s is the
// shortest schedule. How says how that was found.
func (x *explorer) report(r *run, s schedule.Schedule, how string) {
	x.tb.Helper()
	if r.failure.kind == "outer" {
		x.reportOuter(r)
		return
	}
	if r.failure.kind == "livelock" {
		x.stuckAfter = recorded
	}
	failing := x.recorded(search.NewReplay(s))
	if !failing.failed() || failing.drift != nil {
		x.tb.Errorf("%slooptest: the schedule %v has failed, and does not when it is run again: "+
			"something else decides what the program does", r.text(), s)
		x.result(Result{Schedule: s.String(), Failure: r.failure.text})
		return
	}
	hash := failing.recorder.Trace().Hash()
	var b strings.Builder
	if isHostile(s) {
		b.WriteString("looptest: asyncio would not do this: Hostile has run what was ready out of turn")
	}
	b.WriteString("\n" + failing.text())
	if how != "" {
		fmt.Fprintf(&b, "looptest: %s\n", how)
	}
	fmt.Fprintf(&b, "replay:   %s\n", x.command(s))
	fmt.Fprintf(&b, "hash:     %016x\n", hash)
	if len(s) > 0 {
		b.WriteString(x.difference(failing, s))
	}
	x.tb.Errorf("%s", strings.TrimSuffix(b.String(), "\n"))
	x.result(Result{Schedule: s.String(), Failure: failing.failure.text, Hash: hash})
}

// text is what a run has said.
func (r *run) text() string {
	text := r.said.String()
	if text == "" && r.failed() {
		text = r.failure.text + "\n"
	}
	return text
}

// command runs a schedule again.
func (x *explorer) command(s schedule.Schedule) string {
	var pattern []string
	for _, part := range strings.Split(x.name, "/") {
		pattern = append(pattern, "^"+regexp.QuoteMeta(part)+"$")
	}
	text := s.String()
	if x.number > 1 {
		text = fmt.Sprintf("#%d:%s", x.number, text)
	}
	return fmt.Sprintf("go test -run '%s' -looptest.schedule='%s'",
		strings.ReplaceAll(strings.Join(pattern, "/"), "'", `'\''`), text)
}
