package flow_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/cmd/ouroflow/flow"
	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/durable"
	"github.com/ouro-loop/ouro/examples/order/shop"
)

// A desk is a directory with programs, and the command.
type desk struct {
	t     *testing.T
	dir   string
	store *durable.Dir
	books *shop.Books
}

func newDesk(t *testing.T) *desk {
	dir := t.TempDir()
	store, err := durable.OpenDir(dir)
	require.NoError(t, err)
	return &desk{t, dir, store, shop.NewBooks(map[string]int{"book": 10, "desk": 10})}
}

func (d *desk) start(id string, order shop.Order) {
	require.NoError(d.t, durable.Start(d.t.Context(), d.store, id, "order", durable.Input(order)))
}

// run runs the command, and returns what it prints.
func (d *desk) run(args ...string) (out, errs string, err error) {
	var o, e bytes.Buffer
	err = d.runWith(d.t.Context(), &o, &e, args...)
	return o.String(), e.String(), err
}

func (d *desk) runWith(ctx context.Context, out, errs io.Writer, args ...string) error {
	root := flow.Command(flow.Register("order", shop.Sell, shop.Options(d.books.Functions())...), flow.Register("count", count))
	root.SetArgs(append(args, "--dir", d.dir))
	root.SetOut(out)
	root.SetErr(errs)
	return root.ExecuteContext(ctx)
}

// work runs programs by the command until done reports that it is enough.
func (d *desk) work(done func(line string) bool) string {
	ctx, stop := context.WithCancel(d.t.Context())
	out := &watched{done: func(text string) {
		if done(text) {
			stop()
		}
	}}
	require.NoError(d.t, d.runWith(ctx, out, io.Discard, "dev"))
	return out.String()
}

// watched is a writer with somebody who reads along.
type watched struct {
	mu   sync.Mutex
	text strings.Builder
	done func(text string)
}

func (w *watched) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.text.Write(b)
	w.done(w.text.String())
	return len(b), nil
}

func (w *watched) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.String()
}

// count is a program with a long journal.
func count(co *coro.Co) (int, error) {
	for i := range 20_000 {
		if _, err := durable.Version(co, fmt.Sprint(i), 1); err != nil {
			return 0, err
		}
		if err := coro.Sleep(co, 0); err != nil {
			return 0, err
		}
	}
	return 1, nil
}

var small = shop.Order{Item: "book", Count: 2, Cents: 4000}

// times are not the same each time.
var (
	clock = regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d`)
	delay = regexp.MustCompile(`\+[\d.]+m?s`)
	space = regexp.MustCompile(` {2,}`)
)

func steady(text string) string {
	text = clock.ReplaceAllString(text, "DATE")
	text = delay.ReplaceAllString(text, "+T")
	return space.ReplaceAllString(text, "  ")
}

func TestListAndDev(t *testing.T) {
	d := newDesk(t)
	out, errs, err := d.run("list")
	require.NoError(t, err)
	require.Empty(t, out)
	require.Contains(t, errs, "there are no programs in")

	d.start("1", small)
	d.start("2", shop.Order{Item: "desk", Count: 1, Cents: shop.CardLimit})
	d.start("3", shop.Order{Item: "desk", Count: 1, Cents: shop.Large})
	_, _, err = d.run("send", "2", "approve", `{"Yes": true}`)
	require.NoError(t, err)
	_, _, err = d.run("cancel", "3", "no more")
	require.NoError(t, err)
	d.start("4", shop.Order{Item: "desk", Count: 1, Cents: shop.Large})

	out = d.work(func(text string) bool { return strings.Count(text, "\n") == 3 })
	require.Contains(t, out, "1 has ended\n")
	require.Contains(t, out, "2 has failed: activity \"charge\": the card is declined\n")
	require.Contains(t, out, "3 has failed: canceled: no more\n")

	d.start("5", small)
	held, err := d.store.Acquire(t.Context(), "4")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(d.dir, "6.journal"), []byte("nonsense"), 0o666))
	out, _, err = d.run("list")
	require.NoError(t, err)
	require.NoError(t, held.Close(durable.Never))
	lines := strings.Split(steady(out), "\n")
	require.Equal(t, "ID  NAME  RECORDS  SINCE  STATE", lines[0])
	require.Equal(t, `1  order  8  DATE  ended: "parcel 1"`, lines[1])
	require.Regexp(t, `^2  order  \d+  DATE  failed: activity "charge": the card is declined$`, lines[2])
	require.Equal(t, `3  order  3  DATE  failed: canceled: no more`, lines[3])
	require.Regexp(t, `^4  order  \d  DATE  running$`, lines[4])
	require.Equal(t, `5  order  1  DATE  begun`, lines[5])
	require.Regexp(t, `^6  –  –  –  .*this is no journal of a durable program`, lines[6])
}

func TestListOfResting(t *testing.T) {
	d := newDesk(t)
	d.start("1", shop.Order{Item: "desk", Count: 1, Cents: shop.Large})
	ctx, stop := context.WithCancel(t.Context())
	worker := durable.NewWorker(d.store, durable.RestFor(1))
	durable.Register(worker, "order", shop.Sell, shop.Options(d.books.Functions())...)
	ended := make(chan error)
	go func() { ended <- worker.Run(ctx) }()
	require.Eventually(t, func() bool {
		out, _, err := d.run("list")
		return err == nil && strings.Contains(steady(out), "1  order  1  DATE  rests until DATE\n")
	}, 10*time.Second, 10*time.Millisecond)
	stop()
	require.ErrorIs(t, <-ended, context.Canceled)
}

func TestShow(t *testing.T) {
	d := newDesk(t)
	_, err := durable.Run(t.Context(), d.store, "1", durable.Do("greet", func(context.Context) (string, error) { return "hello", nil }),
		durable.Input("Ada"))
	require.NoError(t, err)
	out, _, err := d.run("show", "1")
	require.NoError(t, err)
	require.Equal(t, `0  DATE  begins with "Ada"
1  +T  asks for activity 1, greet
2  +T  activity 1 returns "hello"
3  +T  returns "hello"
`, steady(out))

	out, _, err = d.run("show", "1", "--json")
	require.NoError(t, err)
	var kinds []string
	for text := range strings.Lines(out) {
		var r struct {
			Record int
			Kind   string
			Value  any
		}
		require.NoError(t, json.Unmarshal([]byte(text), &r))
		kinds = append(kinds, fmt.Sprint(r.Record, " ", r.Kind, " ", r.Value))
	}
	require.Equal(t, []string{"0 began Ada", "1 asked <nil>", "2 returned hello", "3 ended hello"}, kinds)
}

func TestReplay(t *testing.T) {
	d := newDesk(t)
	d.start("1", small)
	d.work(func(text string) bool { return strings.Contains(text, "1 has ended") })
	before, _, err := d.run("show", "1")
	require.NoError(t, err)

	out, _, err := d.run("replay", "1", "--to", "3")
	require.NoError(t, err)
	require.Contains(t, out, "3 of 8 records, the last at +0s: asks for activity 2, charge")
	require.Regexp(t, `main +waiting +gather of 2 \(0 done\)`, out)
	require.Contains(t, out, `activity "reserve"`)
	require.Contains(t, out, `activity "charge"`)
	require.Regexp(t, `\nmain\n(.*\n)*    .*\(\*sale\)\.pay\n +\S+sell\.go:\d+\n`, out)

	out, _, err = d.run("replay", "1")
	require.NoError(t, err)
	require.Contains(t, out, "8 of 8 records")
	require.Contains(t, out, "the program has ended: there are no tasks")
	after, _, err := d.run("show", "1")
	require.NoError(t, err)
	require.Equal(t, before, after)
}

func TestReplayOfALongJournal(t *testing.T) {
	d := newDesk(t)
	_, err := durable.Run(t.Context(), d.store, "1", count)
	require.NoError(t, err)
	_, _, err = d.run("replay", "1")
	require.ErrorContains(t, err, "--as says which it is: order, count")
	_, errs, err := d.run("replay", "1", "--as", "count")
	require.NoError(t, err)
	require.Contains(t, errs, " of 20002\n")
	require.Contains(t, errs, "replaying record ")
	_, _, err = d.run("replay", "1", "--as", "order")
	require.ErrorContains(t, err, "parts from record")
}

func TestForget(t *testing.T) {
	d := newDesk(t)
	for _, id := range []string{"1", "2", "3"} {
		d.start(id, small)
	}
	d.work(func(text string) bool { return strings.Count(text, " has ended") == 3 })
	out, _, err := d.run("forget", "1", "3")
	require.NoError(t, err)
	require.Equal(t, "1 is forgotten\n3 is forgotten\n", out)
	ids, err := d.store.List(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{"2"}, ids)
	d.start("1", small)
	require.Contains(t, d.work(func(text string) bool { return strings.Contains(text, " has ended") }), "1 has ended")
}

// Errors say what to do.
func TestErrors(t *testing.T) {
	d := newDesk(t)
	_, _, err := d.run("show", "7")
	require.ErrorContains(t, err, "nor any other; --dir says where")
	d.start("1", small)
	for i := range 12 {
		require.NoError(t, durable.Start(t.Context(), d.store, fmt.Sprint("other ", i), "unknown"))
	}
	require.NoError(t, durable.Start(t.Context(), d.store, "torn", "order"))
	name := filepath.Join(d.dir, "torn.journal")
	data, err := os.ReadFile(name)
	require.NoError(t, err)
	data[20] ^= 1
	require.NoError(t, os.WriteFile(name, append(data, "more"...), 0o666))
	_, err = durable.Run(t.Context(), d.store, "ended", count)
	require.NoError(t, err)
	for _, test := range []struct {
		args string
		want string
	}{
		{"show 7", "there is no program \"7\" in " + d.dir + "; there are 1, ended, other 0, other 1, other 10, other 11, other 2, other 3, other 4, other 5 and 5 more"},
		{"cancel 7", "there is no program"},
		{"replay 7", "there is no program"},
		{"send 7 x 1", "there is no program"},
		{"send 1 x yes", `"yes" is not JSON; a text has quotes`},
		{"send ended x 1", "has ended: it gets no message"},
		{"cancel ended", "has ended: it gets no message"},
		{"forget 1", "has not ended: ouroflow cancel may end it"},
		{"show torn", "damaged"},
		{"replay 1 --to 5", "has 1 records: --to is from 1 to that"},
		{"replay 1 --as nothing", `is a "nothing", and this command knows order, count`},
		{"send 1", "accepts 3 arg(s)"},
		{"forget ended 7", "there is no program \"7\""},
	} {
		_, errs, err := d.run(strings.Fields(test.args)...)
		require.ErrorContains(t, err, test.want, test.args)
		require.Contains(t, errs, test.want)
	}
	_, _, err = d.run("replay", "other 3")
	require.ErrorContains(t, err, `is a "unknown", and this command knows order, count`)
	d.dir += "/none"
	_, _, err = d.run("list")
	require.ErrorContains(t, err, "there is no directory")
	require.NoDirExists(t, d.dir)
}

func TestMain(m *testing.M) {
	slog.SetDefault(slog.New(slog.DiscardHandler))
	os.Exit(m.Run())
}
