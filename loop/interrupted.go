package loop

import (
	"log/slog"
	"strings"

	"github.com/ouro-loop/ouro/future"
)

// stands is where the main task stands: a program that is interrupted hangs there, as a
// rule.
func (run *mainRun) stands() (attrs []any) {
	defer func() { _ = recover() }() // a role of the program's must not hold the interrupt up
	attrs = append(attrs, slog.String("task", run.main.String()))
	if role, ok := run.main.Core().Role().(future.Canceler); ok {
		if on := role.CancelTarget(0); on != nil && on.Role() == nil {
			attrs = append(attrs, slog.String("waits_for", "a future"))
		} else if on != nil {
			attrs = append(attrs, slog.String("waits_for", on.Role().Describe()))
			if by := run.runner.loop.heldBy(on); len(by) > 0 {
				attrs = append(attrs, slog.String("held_by", strings.Join(by, ", ")))
			}
		}
	}
	var calls []string
	for _, f := range run.main.Stack() {
		calls = append(calls, f.String())
	}
	if len(calls) > 0 {
		attrs = append(attrs, slog.String("stack", strings.Join(calls, " < ")))
	}
	return attrs
}

func (run *mainRun) logInterrupt(attrs []any) { run.runner.loop.log().Warn("Interrupted", attrs...) }
