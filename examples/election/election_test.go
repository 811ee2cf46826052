package election_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/examples/election"
	"github.com/ouro-loop/ouro/examples/internal/found"
	"github.com/ouro-loop/ouro/looptest"
)

const ms = time.Millisecond

// three nodes elect a leader, for as long as it takes to have one. No term may have two.
func three(forgets bool) looptest.Main {
	return func(t *looptest.T, co *coro.Co) error {
		leaders := map[int][]int{} // by term
		nodes := make([]*election.Node, 3)
		err := coro.Group(co, func(g *coro.TaskGroup) error {
			for id := range nodes {
				nodes[id] = &election.Node{
					ID:       id,
					Forgets:  forgets,
					Others:   []int{(id + 1) % 3, (id + 2) % 3},
					Patience: func() time.Duration { return t.Between(time.Duration(10+10*id)*ms, time.Duration(15+10*id)*ms) },
					Send: func(to int, m election.Message) {
						coro.CreateTask(g, coro.Do(func(co *coro.Co) error {
							err := t.Delay(co, 1*ms, 12*ms)
							nodes[to].Receive(m)
							return err
						}), coro.Name("message"))
					},
					Elected: func(term int) {
						leaders[term] = append(leaders[term], id)
						require.Len(t, leaders[term], 1, "leaders of term %d: %v", term, leaders[term])
					},
				}
			}
			for _, n := range nodes {
				coro.CreateTask(g, coro.Do(n.Run), coro.Name("node "+string(rune('0'+n.ID))))
			}
			err := coro.Sleep(co, 40*ms)
			g.Cancel()
			return err
		})
		t.Sometimes("there is a leader", len(leaders) > 0)
		return err
	}
}

func TestBuggy(t *testing.T) {
	found.Bug(t, three(true), "leaders of term 1")
}

func TestMended(t *testing.T) {
	looptest.Explore(t, three(false), looptest.Runs(10_000), looptest.Within(time.Minute))
}
