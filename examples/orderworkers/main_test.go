package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/durable"
	"github.com/ouro-loop/ouro/durable/natsstore"
	"github.com/ouro-loop/ouro/durable/natsstore/natswork"
	"github.com/ouro-loop/ouro/examples/order/shop"
)

// childVariable has this program be the command that it tests.
const childVariable = "OURO_ORDERWORKERS_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(childVariable) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// A customer orders something, and says what is to be said.
type customer struct {
	id    string
	order shop.Order
	says  func(ctx context.Context, store durable.Store, id string) error
}

func yes(ctx context.Context, store durable.Store, id string) error {
	return durable.Send(ctx, store, id, "approve", shop.Approval{By: "Barbara", Yes: true})
}

func no(ctx context.Context, store durable.Store, id string) error {
	return durable.Send(ctx, store, id, "approve", shop.Approval{By: "Barbara"})
}

func never(ctx context.Context, store durable.Store, id string) error {
	return durable.Cancel(ctx, store, id, "no more")
}

func nothing(context.Context, durable.Store, string) error { return nil }

// customers are of all kinds, and none has what another one needs.
func customers(n int) (all []customer) {
	for i := range n {
		c := []customer{
			{order: shop.Order{Item: "book", Count: 1, Cents: 2_000}, says: nothing},
			{order: shop.Order{Item: "desk", Count: 1, Cents: 150_000}, says: yes},
			{order: shop.Order{Item: "desk", Count: 1, Cents: 150_000}, says: no},
			{order: shop.Order{Item: "desk", Count: 1, Cents: 150_000}, says: never}, // while it waits for approval
			{order: shop.Order{Item: "desk", Count: 1, Cents: shop.CardLimit}, says: yes},
			{order: shop.Order{Item: "moon", Count: 1, Cents: 2_000}, says: nothing},
		}[i%6]
		c.id = fmt.Sprint(i)
		all = append(all, c)
	}
	return all
}

// come has them order, and say what they say.
func come(t *testing.T, store durable.Store, all []customer) {
	t.Helper()
	for _, c := range all {
		require.NoError(t, durable.Start(t.Context(), store, c.id, "order", durable.Input(c.order)))
		require.NoError(t, c.says(t.Context(), store, c.id))
	}
}

var stock = map[string]int{"book": 1000, "desk": 1000}

func newBooks() *shop.Books { return shop.NewBooks(stock) }

// An end is that of an order, and what the services have of it.
type end struct {
	parcel, err       string
	reserved, charged int
}

// endOf is the end of an order, and false if it has none yet.
func endOf(ctx context.Context, store durable.Store, books *shop.Books, id string) (end, bool, error) {
	parcel, ended, err := durable.Result[string](ctx, store, id, shop.Errors)
	if !ended {
		return end{}, false, err
	}
	a := books.Account(id)
	e := end{parcel: parcel, reserved: a.Reserved, charged: a.Charged}
	if err != nil {
		e.err, _, _ = strings.Cut(err.Error(), " (attempt ") // which depends on who fails for now
	}
	return e, true, nil
}

// undisturbed is how the orders end where nothing is killed: in this process, by one worker.
func undisturbed(t *testing.T, all []customer) (ends map[string]end) {
	t.Helper()
	store, books := durable.NewMemory(), newBooks()
	come(t, store, all)
	ctx, cancel := context.WithCancel(t.Context())
	var left sync.WaitGroup
	left.Add(len(all))
	worker := durable.NewWorker(store, durable.OnEnd(func(string, bool, error) { left.Done() }))
	durable.Register(worker, "order", shop.Sell, shop.Options(books.Functions())...)
	ended := make(chan error, 1)
	go func() { ended <- worker.Run(ctx) }()
	left.Wait()
	cancel()
	require.ErrorIs(t, <-ended, context.Canceled)
	return endsOf(t, store, books, all)
}

func endsOf(t *testing.T, store durable.Store, books *shop.Books, all []customer) map[string]end {
	t.Helper()
	ends := map[string]end{}
	for _, c := range all {
		e, ended, err := endOf(t.Context(), store, books, c.id)
		require.NoError(t, err)
		require.True(t, ended, c.id)
		ends[c.id] = e
	}
	return ends
}

// A crew is some worker processes, and who serves them.
type crew struct {
	url     string
	serve   func(ctx context.Context)
	mu      sync.Mutex
	close   context.CancelFunc // has who serves leave all as it is
	serving sync.WaitGroup
	workers []*exec.Cmd
	said    []*bytes.Buffer
	killed  int
	stopped bool
}

func (c *crew) start(i int) error {
	cmd := exec.Command(os.Args[0], "-url", c.url, "-lease", "1s", "work")
	cmd.Env = append(os.Environ(), childVariable+"=1", "GORACE=atexit_sleep_ms=0")
	cmd.Stderr = c.said[i]
	c.workers[i] = cmd
	return cmd.Start()
}

// replace kills a worker with SIGKILL, and starts another one in its place.
func (c *crew) replace(i int) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stopped {
		return nil
	}
	err := c.workers[i].Process.Kill()
	_ = c.workers[i].Wait()
	c.killed++
	return errors.Join(err, c.start(i))
}

// reopen has who serves leave what they are at, which goes on behind their backs, and others take their place.
func (c *crew) reopen() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stopped {
		return
	}
	c.close()
	c.open()
}

func (c *crew) open() {
	ctx, cancel := context.WithCancel(context.Background())
	c.close = cancel
	c.serving.Go(func() { c.serve(ctx) })
}

// stop kills all, and returns how many were killed before.
func (c *crew) stop() (killed int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stopped {
		return c.killed
	}
	c.stopped = true
	for _, cmd := range c.workers {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
	c.close()
	c.serving.Wait()
	return c.killed
}

// Three workers process 50 orders, and one is killed again and again while a service is at work for it, or for another;
// the services are replaced, too, and fail for now. Each order ends as if nothing had been, and nobody was charged twice.
func TestKilledWorkers(t *testing.T) {
	const orders, workers = 50, 3
	all := customers(orders)
	want := undisturbed(t, all)

	s, err := startNATS(t.TempDir(), -1)
	require.NoError(t, err)
	defer stopNATS(s)
	js, err := connect(s.ClientURL())
	require.NoError(t, err)
	defer js.Conn().Close()
	store, err := natsstore.Open(t.Context(), js)
	require.NoError(t, err)
	defer store.Close()

	crew := &crew{url: s.ClientURL(), workers: make([]*exec.Cmd, workers), said: make([]*bytes.Buffer, workers)}
	file := filepath.Join(t.TempDir(), "books")
	books, err := shop.OpenBooks(file, stock)
	require.NoError(t, err)
	defer books.Close()
	books.Busy = atRandom(t, crew)
	crew.serve = func(ctx context.Context) {
		err := natswork.Serve(ctx, js, books.Functions(), natswork.Grace(time.Millisecond), natswork.AckWait(time.Second),
			natswork.Logger(slog.New(slog.DiscardHandler)))
		if !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	}
	crew.open()
	for i := range workers {
		crew.said[i] = new(bytes.Buffer)
		require.NoError(t, crew.start(i))
	}
	defer crew.stop()
	come(t, store, all)
	awaitAll(t, store, books, all)
	require.Equal(t, want, endsOf(t, store, books, all))
	killed := crew.stop()
	requireOnce(t, file)
	t.Logf("%d were killed", killed)
	require.Greater(t, killed, 2)
	kinds := map[string]int{}
	for _, e := range want {
		kinds[e.err]++
		require.Equal(t, e.err == "", e.charged > 0)
	}
	require.Len(t, kinds, 5, "sent, refused, canceled, declined, sold out: %v", kinds)
	for _, said := range crew.said {
		require.NotContains(t, said.String(), "panic")
	}
}

var errStrike = errors.New("not now")

// atRandom has services be slow, and fail now and then where they are asked again soon; and in the midst of some of their calls
// a worker is killed, or the services are replaced.
func atRandom(t *testing.T, c *crew) func(what, order string) error {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	var mu sync.Mutex
	chance, calls := rand.New(rand.NewPCG(seed, 0)), 0
	next := 1 + chance.IntN(5)
	return func(what, _ string) error {
		mu.Lock()
		calls++
		kill, which, takes := calls == next, chance.IntN(len(c.workers)+1), time.Duration(chance.IntN(20))*time.Millisecond
		fails := chance.IntN(10) == 0 && what != "send" // which is asked again after a minute
		if kill {
			next += 1 + chance.IntN(15)
		}
		mu.Unlock()
		<-time.After(takes)
		switch {
		case !kill:
		case which == len(c.workers):
			c.reopen()
		default:
			if err := c.replace(which); err != nil {
				t.Error(err)
			}
		}
		if fails {
			return errStrike
		}
		return nil
	}
}

// requireOnce checks that the books have each thing at most once for an order: also what was taken back, which its account does
// not show any more.
func requireOnce(t *testing.T, file string) {
	t.Helper()
	type done struct{ ID, What string }
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	seen := map[done]bool{}
	for line := range strings.Lines(string(text)) {
		var d done
		require.NoError(t, json.Unmarshal([]byte(line), &d))
		require.False(t, seen[d], "twice: %s", line)
		seen[d] = true
	}
	require.NotEmpty(t, seen)
}

// awaitAll waits until all orders have ended.
func awaitAll(t *testing.T, store durable.Store, books *shop.Books, all []customer) {
	t.Helper()
	again, giveUp := time.NewTicker(20*time.Millisecond), time.After(2*time.Minute)
	defer again.Stop()
	for _, c := range all {
		for {
			_, ended, err := endOf(t.Context(), store, books, c.id)
			require.NoError(t, err)
			if ended {
				break
			}
			select {
			case <-again.C:
			case <-giveUp:
				t.Fatalf("order %s does not end", c.id)
			}
		}
	}
}

// What a reader types, in one process.
func TestCommands(t *testing.T) {
	s, err := startNATS(t.TempDir(), -1)
	require.NoError(t, err)
	defer stopNATS(s)
	command := func(args ...string) string {
		var out strings.Builder
		require.NoError(t, run(t.Context(), append([]string{"-url", s.ClientURL()}, args...), &out))
		return out.String()
	}
	command("place", "Ada", "book", "2", "4000")
	command("place", "Grace", "desk", "1", "150000")
	command("place", "Edsger", "desk", "1", "150000")
	require.Equal(t, "Ada        is paid\nEdsger     waits for approval\nGrace      waits for approval\n", command("list"))

	js, err := connect(s.ClientURL())
	require.NoError(t, err)
	defer js.Conn().Close()
	books := newBooks()
	ctx, cancel := context.WithCancel(t.Context())
	var both sync.WaitGroup
	both.Go(func() { _ = natswork.Serve(ctx, js, books.Functions()) })
	both.Go(func() { _ = run(ctx, []string{"-url", s.ClientURL(), "work"}, io.Discard) })
	command("approve", "Grace")
	command("cancel", "Edsger")
	store, err := natsstore.Open(t.Context(), js)
	require.NoError(t, err)
	defer store.Close()
	awaitAll(t, store, books, []customer{{id: "Ada"}, {id: "Grace"}, {id: "Edsger"}})
	require.Equal(t, "Ada        parcel Ada\nEdsger     canceled: the customer thinks better of it\nGrace      parcel Grace\n", command("list"))
	cancel()
	both.Wait()
	require.ErrorIs(t, run(t.Context(), []string{"-url", s.ClientURL(), "plaice"}, io.Discard), errUsage)
}
