package replay_test

import (
	"bytes"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/cmd/conform/internal/program"
	"github.com/ouro-loop/ouro/cmd/conform/internal/replay"
	"github.com/ouro-loop/ouro/cmd/conform/internal/traces"
)

// FuzzReplay: whatever program comes, replay ends, leaves no goroutine behind, and
// does the same again the next time.
func FuzzReplay(f *testing.F) {
	_, entries := readCorpus(f)
	for i, e := range entries {
		if i%50 == 0 {
			f.Add(e.Program)
		}
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		p, err := program.Parse(line)
		if err != nil {
			return
		}
		before := runtime.NumGoroutine()
		first := traces.AppendJSON(nil, replay.Run(p))
		second := traces.AppendJSON(nil, replay.Run(p))
		require.True(t, bytes.Equal(first, second), "%s\n%s\n%s", line, first, second)
		for start := time.Now(); runtime.NumGoroutine() > before && time.Since(start) < time.Minute; {
			runtime.Gosched()
		}
		require.LessOrEqual(t, runtime.NumGoroutine(), before, "goroutines left by %s", line)
	})
}
