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
	f.Add([]byte(`{"main":"c","picks":[0,1,1,2],"coros":{"c":[{"i":1,"op":"repeat","n":3,"do":[{"i":2,"op":"spawn","as":"t","coro":"d"}]},` +
		`{"i":3,"op":"sleep","ms":1}],"d":[{"i":4,"op":"sleep","ms":1}]}}`))
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
