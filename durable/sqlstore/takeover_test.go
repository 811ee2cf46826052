package sqlstore_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/durable"
	"github.com/ouro-loop/ouro/durable/sqlstore"
)

// A process is one that runs programs of four activities, and may die in the third.
type process struct {
	name  string
	dies  bool
	amid  chan struct{} // has a value for each program that is in the third activity of one that dies
	pool  *sql.DB
	store *sqlstore.Store

	mu     sync.Mutex
	called int
}

// quiet is for one that dies.
var quiet = sqlstore.Logger(slog.New(slog.DiscardHandler))

// begin starts a process with a connection of its own, which cut ends.
func begin(t *testing.T, name string, db database, connect func(t testing.TB) *sql.DB, opts ...sqlstore.Option) *process {
	t.Helper()
	p := &process{name: name, amid: make(chan struct{}, 100), pool: connect(t)}
	store, err := sqlstore.Open(t.Context(), p.pool, db.dialect, opts...)
	require.NoError(t, err)
	p.store = store
	t.Cleanup(func() { _ = store.Close() }) // which has no database any more where it was cut off
	return p
}

// cut cuts the process off from the database.
func (p *process) cut(t *testing.T) { require.NoError(t, p.pool.Close()) }

// main says who has done what, and how many activities that process had done by then: it is different each time.
func (p *process) main(co *coro.Co) (all []string, err error) {
	for i := range 4 {
		text, err := durable.Do(fmt.Sprint("activity ", i), func(ctx context.Context) (string, error) {
			if p.dies && i == 2 {
				p.amid <- struct{}{}
				<-ctx.Done()
			}
			p.mu.Lock()
			defer p.mu.Unlock()
			p.called++
			return fmt.Sprintf("%d by %s, its call %d", i, p.name, p.called), nil
		})(co)
		if err != nil {
			return nil, err
		}
		all = append(all, text)
	}
	return all, nil
}

// requireGoesOn requires that a journal is one that has gone on from another, that each activity has one outcome in
// it, and that the result has those.
func requireGoesOn(t *testing.T, before, after [][]byte, result []string) {
	t.Helper()
	require.GreaterOrEqual(t, len(after), len(before))
	require.Equal(t, before, after[:len(before)])
	var outcomes []string
	for _, entry := range after {
		r, err := durable.ParseRecord(entry)
		require.NoError(t, err)
		if r.Kind == durable.Returned {
			outcomes = append(outcomes, string(r.Data))
		}
	}
	var want []string
	for _, text := range result {
		want = append(want, fmt.Sprintf("%q", text))
	}
	require.Equal(t, want, outcomes)
}

// A Run that has lost its program ends with ErrLost, and another goes on with what it has written.
func TestRunLosesItsProgram(t *testing.T) {
	ways := map[string]func(t *testing.T, p *process, other *sql.DB){
		"cut off": func(t *testing.T, p *process, _ *sql.DB) { p.cut(t) },
		"stolen":  func(t *testing.T, _ *process, other *sql.DB) { steal(t, other) },
	}
	onEach(t, func(t *testing.T, db database) {
		for name, lose := range ways {
			t.Run(name, func(t *testing.T) {
				connect := db.fresh(t)
				one, other := begin(t, "one", db, connect, sqlstore.Lease(short), quiet), begin(t, "other", db, connect)
				one.dies = true
				ended := make(chan error)
				go func() {
					_, err := durable.Run(context.Background(), one.store, "a", one.main)
					ended <- err
				}()
				<-one.amid
				var before [][]byte
				eventually(t, func() (written bool) {
					var err error
					before, err = other.store.Read(t.Context(), "a")
					require.NoError(t, err)
					last, err := durable.ParseRecord(before[len(before)-1])
					require.NoError(t, err)
					return last.Kind == durable.Asked && last.Name == "activity 2"
				})
				lose(t, one, other.pool)
				var result []string
				var err error
				eventually(t, func() bool {
					result, err = durable.Run(t.Context(), other.store, "a", other.main)
					return !errors.Is(err, durable.ErrRunning)
				})
				require.NoError(t, err)
				require.ErrorIs(t, <-ended, durable.ErrLost)
				require.Equal(t, []string{
					"0 by one, its call 1", "1 by one, its call 2", "2 by other, its call 1", "3 by other, its call 2",
				}, result)
				after, err := other.store.Read(t.Context(), "a")
				require.NoError(t, err)
				requireGoesOn(t, before, after, result)
				require.NoError(t, durable.Replay(t.Context(), other.store, "a", one.main))
			})
		}
	})
}

// Of two workers one dies with half of the programs: the other takes them over, and keeps what was done.
func TestWorkerTakesOver(t *testing.T) {
	const half = 20
	onEach(t, func(t *testing.T, db database) {
		connect := db.fresh(t)
		one, other := begin(t, "one", db, connect, sqlstore.Lease(short), quiet), begin(t, "other", db, connect)
		one.dies = true
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		work := func(p *process) (programs, stopped chan error) {
			programs, stopped = make(chan error, 10*half), make(chan error, 1)
			w := durable.NewWorker(p.store, durable.MaxPrograms(half), durable.PollEvery(10*time.Millisecond),
				durable.OnEnd(func(id string, ended bool, err error) {
					if err == nil && !ended {
						err = fmt.Errorf("program %s has not ended", id)
					}
					programs <- err
				}))
			durable.Register(w, "main", p.main, durable.Logger(slog.New(slog.DiscardHandler)))
			go func() { stopped <- w.Run(ctx) }()
			return programs, stopped
		}
		start := func(from int) {
			for i := range half {
				require.NoError(t, durable.Start(ctx, other.store, fmt.Sprint(from+i), "main"))
			}
		}

		start(0)
		_, dead := work(one)
		for range half {
			<-one.amid
		}
		start(half)
		programs, stopped := work(other)
		for range half {
			require.NoError(t, <-programs)
		}
		one.cut(t)
		require.ErrorContains(t, <-dead, "database is closed")
		before := map[string][][]byte{}
		for i := range half {
			var err error
			before[fmt.Sprint(i)], err = other.store.Read(ctx, fmt.Sprint(i))
			require.NoError(t, err)
		}
		for range half {
			require.NoError(t, <-programs)
		}
		cancel()
		require.ErrorIs(t, <-stopped, context.Canceled)

		seen := map[string]bool{}
		for i := range 2 * half {
			id := fmt.Sprint(i)
			result, ended, err := durable.Result[[]string](t.Context(), other.store, id)
			require.NoError(t, err)
			require.True(t, ended)
			require.Len(t, result, 4)
			for n, text := range result {
				require.False(t, seen[text], "the outcome %q is that of two activities", text)
				seen[text] = true
				by := "other"
				if i < half && n < 2 {
					by = "one"
				}
				require.Contains(t, text, fmt.Sprintf("%d by %s, ", n, by))
			}
			after, err := other.store.Read(t.Context(), id)
			require.NoError(t, err)
			if i < half {
				requireGoesOn(t, before[id], after, result)
			}
			require.NoError(t, durable.Replay(t.Context(), other.store, id, other.main))
		}
	})
}
