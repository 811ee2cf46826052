package durable_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/durable"
	"github.com/ouro-loop/ouro/durable/durabletest"
)

// A child is a process that runs orders in a directory, and is killed, or kills itself at a write.
type child struct {
	Dir     string
	Orders  int
	Run     int // which one of that directory
	CrashAt int // a write of the only order; 0 for none
	Moment  durabletest.Moment
	Room    int64 // how many bytes a file may have; 0 for any
}

// limitFiles has the system allow this process so much, where it can.
var limitFiles func(bytes int64) error

const childVariable = "OURO_DURABLE_CHILD"

func TestMain(m *testing.M) {
	if text := os.Getenv(childVariable); text != "" {
		var c child
		if err := errors.Join(json.Unmarshal([]byte(text), &c), c.run()); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// effects is the file in which activities write what they do.
const effects = "effects"

// run runs the orders. What their activities do is in the file of effects.
func (c child) run() error {
	if c.Room > 0 {
		if err := limitFiles(c.Room); err != nil {
			return err
		}
	}
	dir, err := durable.OpenDir(c.Dir)
	if err != nil {
		return err
	}
	file, err := os.OpenFile(filepath.Join(c.Dir, effects), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
	if err != nil {
		return err
	}
	defer file.Close()
	var store durable.Store = dir
	if c.CrashAt > 0 {
		store = &durabletest.Crash{Store: dir, At: c.CrashAt, Moment: c.Moment, Do: func() {
			self, _ := os.FindProcess(os.Getpid())
			_ = self.Kill()
			select {}
		}}
	}
	w := newWorld()
	w.also = func(ctx context.Context) { fmt.Fprintln(file, c.Run, durable.Attempt(ctx), durable.Key(ctx)) }
	errs := make(chan error)
	for i := range c.Orders {
		go func() {
			seen, err := durable.Run(context.Background(), store, strconv.Itoa(i), w.order, orderOptions...)
			if err == nil {
				err = checkOrder(seen)
			}
			errs <- err
		}()
	}
	var all error
	for range c.Orders {
		all = errors.Join(all, <-errs)
	}
	return all
}

// command is the process.
func (c child) command(t *testing.T) *exec.Cmd {
	t.Helper()
	text, err := json.Marshal(c)
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), childVariable+"="+string(text),
		"GORACE=atexit_sleep_ms=0") // else a child waits for a second when it has ended
	return cmd
}

// start starts the process, which ends well or is killed.
func (c child) start(t *testing.T) (wait func() (killed bool), kill func()) {
	t.Helper()
	cmd := c.command(t)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	require.NoError(t, cmd.Start())
	wait = func() bool {
		t.Helper()
		err := cmd.Wait()
		if err != nil {
			require.Empty(t, stderr.String())
			require.False(t, cmd.ProcessState.Exited(), "it was killed: %v", err)
		}
		return err != nil
	}
	return wait, func() { _ = cmd.Process.Kill() }
}

// A history is what is known of a directory, from one run to the next.
type history struct {
	dir  string
	done map[string]int // the run after which the outcome of an activity was in the journal, by its key
}

// look notes which outcomes there are after a run, and requires that none was changed.
func (h *history) look(t *testing.T, run int, outcomes map[string]string) {
	t.Helper()
	store := openDir(t, h.dir)
	ids, err := store.List(t.Context())
	require.NoError(t, err)
	for _, id := range ids {
		records, err := durable.ReadJournal(t.Context(), store, id)
		require.NoError(t, err)
		answered := map[uint64]bool{}
		for _, r := range records {
			if r.Kind != durable.Returned && r.Kind != durable.Failed {
				continue
			}
			require.False(t, answered[r.N], "activity %d has two outcomes", r.N)
			answered[r.N] = true
			key := fmt.Sprintf("%s/0/%d", id, r.N)
			if was, ok := outcomes[key]; ok {
				require.Equal(t, was, string(r.Data))
				continue
			}
			outcomes[key] = string(r.Data)
			h.done[key] = run
		}
	}
}

// check requires that nothing was done again whose outcome was known.
func (h *history) check(t *testing.T) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(h.dir, effects))
	require.NoError(t, err)
	for line := range strings.Lines(string(text)) {
		var run, attempt, order, first int
		_, err := fmt.Sscanf(line, "%d %d %d/0/%d", &run, &attempt, &order, &first)
		require.NoError(t, err)
		key := fmt.Sprintf("%d/0/%d", order, first+attempt-1) // nothing is asked for between attempts
		if known, ok := h.done[key]; ok {
			require.LessOrEqual(t, run, known, "%s was done again", key)
		}
	}
}

// approve sends what the orders wait for.
func approve(t *testing.T, dir string, orders int) {
	t.Helper()
	for i := range orders {
		require.NoError(t, durable.Send(t.Context(), openDir(t, dir), strconv.Itoa(i), "approve", "yes"))
	}
}

// A process that is killed at a write, whichever and at whichever moment of it, goes on from there.
func TestKillAtEveryWrite(t *testing.T) {
	for _, moment := range durabletest.Moments {
		t.Run(fmt.Sprint(moment), func(t *testing.T) {
			t.Parallel()
			for at := 1; ; at++ {
				h := &history{t.TempDir(), map[string]int{}}
				outcomes := map[string]string{}
				approve(t, h.dir, 1)
				wait, _ := child{Dir: h.dir, Orders: 1, Run: 1, CrashAt: at, Moment: moment}.start(t)
				killed := wait()
				h.look(t, 1, outcomes)
				wait, _ = child{Dir: h.dir, Orders: 1, Run: 2}.start(t)
				require.False(t, wait())
				h.look(t, 2, outcomes)
				h.check(t)
				if !killed {
					require.Greater(t, at, 10, "an order has more writes")
					return
				}
			}
		})
	}
}

// Processes that are killed at any moment, several times, with many orders each: a thousand times in all.
func TestKillAtAnyMoment(t *testing.T) {
	const rounds, kills, orders = 20, 2, 25
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	chance := rand.New(rand.NewPCG(seed, 0))
	took := 100 * time.Millisecond // of a run that nobody kills
	for range rounds {
		h := &history{t.TempDir(), map[string]int{}}
		outcomes := map[string]string{}
		approve(t, h.dir, orders)
		for run := range kills {
			wait, kill := child{Dir: h.dir, Orders: orders, Run: run}.start(t)
			timer := time.AfterFunc(time.Duration(chance.Int64N(int64(took))), kill)
			wait()
			timer.Stop()
			h.look(t, run, outcomes)
		}
		start := time.Now()
		wait, _ := child{Dir: h.dir, Orders: orders, Run: kills}.start(t)
		require.False(t, wait())
		took = max(10*time.Millisecond, time.Since(start)*3/2)
		h.look(t, kills, outcomes)
		h.check(t)
	}
}
