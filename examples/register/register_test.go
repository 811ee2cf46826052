package register_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/examples/internal/found"
	"github.com/ouro-loop/ouro/examples/register"
	"github.com/ouro-loop/ouro/looptest"
)

const (
	reads = -1 // in place of a value to write
	ms    = time.Millisecond
)

// one is a single value, as clients would like to see it.
var one = porcupine.Model{
	Init: func() any { return 0 },
	Step: func(state, input, output any) (bool, any) {
		if input.(int) == reads {
			return output == state, state
		}
		return true, input
	},
	DescribeOperation: func(input, output any) string {
		if input.(int) == reads {
			return fmt.Sprintf("read: %v", output)
		}
		return fmt.Sprintf("write %v", input)
	},
}

// A history is what the clients have seen. All of them are on one goroutine, so that the number of an
// event is an exact time.
type history struct {
	operations []porcupine.Operation
	events     int64
}

func (h *history) call(client, input int, f func() (int, error)) error {
	h.events++
	op := porcupine.Operation{ClientId: client, Input: input, Call: h.events}
	value, err := f()
	h.events++
	op.Output, op.Return = value, h.events
	h.operations = append(h.operations, op)
	return err
}

// clients have a writer and a reader, who reads twice, at the same time. What they have seen is
// drawn in the file that is told.
func clients(read func(r *register.Register, co *coro.Co) (int, error), picture string) looptest.Main {
	return func(t *looptest.T, co *coro.Co) error {
		h := new(history)
		err := coro.Group(co, func(g *coro.TaskGroup) error {
			r := &register.Register{Messages: g, Send: func(co *coro.Co) error { return t.Delay(co, 1*ms, 20*ms) }}
			coro.CreateTask(g, coro.Do(func(co *coro.Co) error {
				return h.call(0, 7, func() (int, error) { return 7, r.Write(co, 7) })
			}), coro.Name("writer"))
			coro.CreateTask(g, coro.Do(func(co *coro.Co) error {
				for range 2 {
					if err := h.call(1, reads, func() (int, error) { return read(r, co) }); err != nil {
						return err
					}
				}
				return nil
			}), coro.Name("reader"))
			return nil
		})
		if err != nil {
			return err
		}
		result, info := porcupine.CheckOperationsVerbose(one, h.operations, 0)
		if result != porcupine.Ok {
			require.NoError(t, porcupine.VisualizePath(one, info, picture))
			t.Errorf("no single value explains what clients have seen; see %s", filepath.Base(picture))
		}
		return nil
	}
}

func TestBuggy(t *testing.T) {
	picture := filepath.Join(t.ArtifactDir(), "history.html")
	found.In(t, 1000, clients((*register.Register).Read, picture),
		"no single value explains what clients have seen; see history.html", looptest.SlowSteps(false), looptest.Within(time.Minute))

	html, err := os.ReadFile(picture)
	require.NoError(t, err)
	require.Contains(t, string(html), "write 7")
	require.Contains(t, string(html), "read: 0")
}

func TestMended(t *testing.T) {
	looptest.Explore(t, clients((*register.Register).ReadSafe, filepath.Join(t.ArtifactDir(), "history.html")),
		looptest.SlowSteps(false), looptest.Runs(3000), looptest.Within(time.Minute))
}
