package loop_test

import (
	"bytes"
	"log/slog"
)

// logged is what a loop has logged.
type logged struct{ bytes.Buffer }

func (l *logged) logger() *slog.Logger { return slog.New(slog.NewTextHandler(&l.Buffer, nil)) }
