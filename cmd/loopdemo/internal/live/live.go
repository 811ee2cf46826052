// Package live runs a program of loopdemo while somebody looks, and tells its story as that of
// the recorded run is told. It is for builds from woven sources, see package weave: from
// others it has no lines and no prints.
package live

import (
	"fmt"

	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/aligned"
	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/library"
	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/lines"
	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/watch"
	"github.com/ouro-loop/ouro/loop"
)

// Seed is that of the recorded runs.
const Seed = 1

// stuckAfter is when a program has no end that polls, so that somebody can wait for it.
const stuckAfter = 1000

// Run runs a program with random numbers of that seed, and with delays that are so many times
// as long. The document is as that of package library.
func Run(name string, seed uint64, scale float64) ([]byte, error) {
	if !(scale > 0 && scale <= 1000) {
		return nil, fmt.Errorf("live: a scale of %v; it is more than 0, and 1000 at most", scale)
	}
	d, x, ok := library.Find(name)
	if !ok {
		return nil, fmt.Errorf("live: there is no program %q", name)
	}
	p, err := aligned.Of(d)
	if err != nil {
		return nil, err
	}
	recorded, err := aligned.Load(name)
	if err != nil {
		return nil, err
	}
	lines.SetScale(scale)
	defer lines.SetScale(1)
	run := p.Record(watch.Watch(d.Run, seed, loop.VirtualTime(true), loop.Interrupts(false), loop.StuckAfter(stuckAfter)))
	recorded.Translate(run)
	return library.Document(d, x, len(run.Numbers) > 0, run.Story())
}
