package looptest

import (
	"context"
	"log/slog"
)

// A runLogger takes what the loop logs. Its errors are what no exception handler has wanted: a test
// that sets one of its own may have it panic, or hand on what it does not know.
type runLogger run

func (*runLogger) Enabled(_ context.Context, level slog.Level) bool { return level >= slog.LevelError }

func (l *runLogger) Handle(_ context.Context, record slog.Record) error {
	text := record.Message
	record.Attrs(func(a slog.Attr) bool {
		if a.Key == "error" || a.Key == "panic" {
			text += ": " + a.Value.String()
		}
		return true
	})
	(*run)(l).report(text)
	return nil
}

func (l *runLogger) WithAttrs([]slog.Attr) slog.Handler { return l }
func (l *runLogger) WithGroup(string) slog.Handler      { return l }
