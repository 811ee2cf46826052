package generator_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/cmd/conform/internal/generator"
	"github.com/ouro-loop/ouro/cmd/conform/internal/program"
)

var profiles = []generator.Profile{generator.All, generator.Core, generator.Sync}

// programs are the first 2,000 of seed 11 in each profile. They are made once, and no test changes them.
var programs = func() map[generator.Profile]func() []*program.Program {
	made := map[generator.Profile]func() []*program.Program{}
	for _, profile := range profiles {
		made[profile] = sync.OnceValue(func() (ps []*program.Program) {
			for n := range uint64(2000) {
				ps = append(ps, generator.Program(11, n, profile))
			}
			return ps
		})
	}
	return made
}()

// each calls check with the first of the programs.
func each(t *testing.T, profile generator.Profile, count int, check func(*testing.T, *program.Program)) {
	t.Helper()
	for n, p := range programs[profile]()[:count] {
		check(t, p)
		if t.Failed() {
			t.Fatalf("program %d of seed 11, profile %s", n, profile)
		}
	}
}

func TestParseProfile(t *testing.T) {
	for _, p := range profiles {
		got, err := generator.ParseProfile(p.String())
		require.NoError(t, err)
		require.Equal(t, p, got)
	}
	_, err := generator.ParseProfile("some")
	require.ErrorContains(t, err, `no profile "some"`)
}

func TestSameSeedSamePrograms(t *testing.T) {
	text := func(seed, n uint64) string {
		return string(program.AppendJSON(nil, generator.Program(seed, n, generator.All)))
	}
	for n := range uint64(50) {
		require.Equal(t, text(1, n), text(1, n))
		require.NotEqual(t, text(1, n), text(2, n), "another seed")
		require.NotEqual(t, text(1, n), text(1, n+1), "the next program")
	}
}

func TestWellMade(t *testing.T) {
	for _, profile := range profiles {
		each(t, profile, 1000, func(t *testing.T, p *program.Program) {
			require.NoError(t, p.Check())
			_, err := program.Parse(program.AppendJSON(nil, p))
			require.NoError(t, err)
		})
	}
}

// Whatever is in the format occurs, and what a profile leaves out does not.
func TestReachesEveryStatement(t *testing.T) {
	for _, profile := range profiles {
		seen := map[program.Op]int{}
		each(t, profile, 1000, func(_ *testing.T, p *program.Program) {
			for i := range p.Coros {
				program.Walk(p.Coros[i].Body, func(st *program.Stmt) { seen[st.Op]++ })
			}
		})
		for _, op := range program.Ops() {
			if profile == generator.Core && aboutObjects(op) {
				require.Zero(t, seen[op], "%s in profile %s", op, profile)
				continue
			}
			require.Greater(t, seen[op], 50, "%s in profile %s", op, profile)
		}
	}
}

// aboutObjects reports whether a statement needs an object.
func aboutObjects(op program.Op) bool {
	switch op {
	case program.OpRelease, program.OpLocked, program.OpEvSet, program.OpEvClear, program.OpNotify, program.OpNotifyAll,
		program.OpPutNowait, program.OpGetNowait, program.OpTaskDone, program.OpQsize, program.OpShutdown,
		program.OpBarState, program.OpVarSet, program.OpVarGet, program.OpAcquire, program.OpWith, program.OpEvWait,
		program.OpCondWait, program.OpBarWait, program.OpBarAbort, program.OpBarReset, program.OpPut, program.OpGet,
		program.OpJoin:
		return true
	}
	return false
}

func TestReachesEveryPairOfCompounds(t *testing.T) {
	type pair struct{ outer, inner program.Op }
	for _, profile := range profiles {
		seen := map[pair]int{}
		each(t, profile, 2000, func(_ *testing.T, p *program.Program) {
			for i := range p.Coros {
				program.Walk(p.Coros[i].Body, func(st *program.Stmt) {
					for _, block := range st.Blocks() {
						for i := range *block {
							seen[pair{st.Op, (*block)[i].Op}]++
						}
					}
				})
			}
		})
		for _, outer := range program.Ops() {
			for _, inner := range program.Ops() {
				if !outer.Compound() || !inner.Compound() || profile == generator.Core && (aboutObjects(outer) || aboutObjects(inner)) {
					continue
				}
				require.Greater(t, seen[pair{outer, inner}], 20, "%s in %s, profile %s", inner, outer, profile)
			}
		}
	}
}

func TestReachesEveryErrorAndOption(t *testing.T) {
	seen := map[string]int{}
	note := func(what string, is bool) {
		if is {
			seen[what]++
		}
	}
	each(t, generator.All, 2000, func(_ *testing.T, p *program.Program) {
		for _, o := range p.Objects {
			seen["object "+o.Kind.String()]++
		}
		for i := range p.Coros {
			program.Walk(p.Coros[i].Body, func(st *program.Stmt) {
				note("raise "+st.Err.Kind, st.Op == program.OpRaise)
				note("set "+st.Err.Kind, st.Op == program.OpSetError)
				note("wait "+st.When.String(), st.Op == program.OpWait)
				note("settle", st.Settle)
				note("eager", st.Eager)
				note("stop", st.Stop)
				note("immediate", st.Immediate)
				note("message", st.Msg.Set)
				note("name", st.Name.Set)
				note("no time", !st.MS.Set && st.Op == program.OpTimeout)
				note("negative time", st.MS.V < 0)
				note("finally", len(st.Finally) > 0)
				note("operand twice", len(st.Of) == 2 && st.Of[0] == st.Of[1])
				note("nothing gathered", st.Op == program.OpGather && len(st.Of) == 0)
				for _, h := range st.Except {
					note("reraise", h.Reraise)
					for _, kind := range h.Kinds {
						seen["except "+kind]++
					}
				}
			})
		}
	})
	for _, what := range []string{
		"object lock", "object event", "object cond", "object sem", "object bsem", "object barrier", "object queue",
		"object lifo", "object prio", "object var",
		"raise AppError", "raise DbError", "raise NetError", "set AppError", "set DbError", "set NetError",
		"wait all", "wait first", "wait error", "settle", "eager", "stop", "immediate", "message", "name", "no time",
		"negative time", "finally", "operand twice", "nothing gathered", "reraise",
		"except AppError", "except DbError", "except NetError", "except CancelledError", "except TimeoutError",
		"except ExceptionGroup", "except Exception", "except BaseException", "except InvalidStateError",
		"except RuntimeError", "except ValueError", "except QueueEmpty", "except QueueFull", "except QueueShutDown",
		"except BrokenBarrierError",
	} {
		require.Greater(t, seen[what], 20, what)
	}
}

// Coroutines start only those with higher numbers, so that every program ends; but for a few that start themselves
// after a while.
func TestHierarchy(t *testing.T) {
	for _, profile := range profiles {
		again := 0
		each(t, profile, 1000, func(t *testing.T, p *program.Program) {
			require.Zero(t, p.Main)
			for i := range p.Coros {
				program.Walk(p.Coros[i].Body, func(st *program.Stmt) {
					st.EachCoro(func(k *int32) {
						if int(*k) == i && i > 0 {
							again++
							return
						}
						require.Greater(t, int(*k), i, "statement %d", st.I)
					})
				})
			}
		})
		require.Greater(t, again, 20)
		require.Less(t, again, 300)
	}
}

// Every coroutine is started by another, and main leads to all of them.
func TestNothingIsIdle(t *testing.T) {
	each(t, generator.All, 300, func(t *testing.T, p *program.Program) {
		pruned := p.Clone()
		pruned.Prune()
		require.Equal(t, len(p.Coros), len(pruned.Coros))
	})
}
