package inbubble

import (
	"encoding/json"
	"flag"
	"os"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/aligned"
	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/aligned/renew"
	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/watch"
	"github.com/ouro-loop/ouro/loop"
)

var output = flag.String("output", "", "where to write the recordings; the programs have to be woven")

// seed is that of loopdemo in virtual time.
const seed = 1

func TestRecord(t *testing.T) {
	if *output == "" {
		t.Skip("is run by package renew")
	}
	var recordings []*aligned.Recording
	for _, d := range renew.Programs() {
		p, err := aligned.Of(d)
		require.NoError(t, err)
		var opts []loop.Option
		if !renew.NeedsRealTime(p) {
			opts = append(opts, loop.VirtualTime(true))
		}
		synctest.Test(t, func(t *testing.T) {
			recordings = append(recordings, p.Record(watch.Watch(d.Run, seed, opts...)))
		})
	}
	text, err := json.Marshal(recordings)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(*output, text, 0o666))
}
