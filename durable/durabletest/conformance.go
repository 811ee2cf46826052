// Package durabletest tests stores of package durable: a store of your own passes [Conformance], or programs
// lose what they were promised.
package durabletest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/durable"
)

// Open opens a store that is empty the first time, and has what was put into it each time after: as another process
// opens it. The test is over when those are to be closed.
type Open func(t *testing.T) durable.Store

// An Option is one of Conformance.
type Option func(*options)

type options struct{ programs int }

// Programs is how many programs there are where there are many, 400 if it is not given.
func Programs(n int) Option { return func(o *options) { o.programs = n } }

// Conformance tests that stores keep what interface durable.Store promises. For each test, fresh makes a
// store that is new.
func Conformance(t *testing.T, fresh func(t *testing.T) Open, opts ...Option) {
	o := options{programs: 400}
	for _, opt := range opts {
		opt(&o)
	}
	for _, test := range []struct {
		name string
		run  func(t *testing.T, open Open)
	}{
		{"Append", testAppend},
		{"Replace", testReplace},
		{"Large", testLarge},
		{"Hold", testHold},
		{"IDs", testIDs},
		{"Due", testDue},
		{"Mail", testMail},
		{"MailFromElsewhere", testMailFromElsewhere},
		{"CrashAtEveryWrite", testCrashAtEveryWrite},
		{"Delete", testDelete},
		{"Forget", testForget},
		{"StartAtOnce", testStartAtOnce},
		{"ManyPrograms", func(t *testing.T, open Open) { testManyPrograms(t, open, o.programs) }},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, fresh(t)) })
	}
}

// acquire takes a program, and has it given back when the test is over.
func acquire(t *testing.T, s durable.Store, id string) durable.Journal {
	t.Helper()
	j, err := s.Acquire(t.Context(), id)
	require.NoError(t, err)
	return j
}

func entries(texts ...string) (all [][]byte) {
	for _, text := range texts {
		all = append(all, []byte(text))
	}
	return all
}

// stored requires that a program has these entries, for whoever asks.
func stored(t *testing.T, open Open, id string, texts ...string) {
	t.Helper()
	got, err := open(t).Read(t.Context(), id)
	require.NoError(t, err)
	require.Equal(t, entries(texts...), got)
	j := acquire(t, open(t), id)
	require.Equal(t, entries(texts...), j.Entries())
	require.NoError(t, j.Close(durable.Never))
}

func testAppend(t *testing.T, open Open) {
	_, err := open(t).Read(t.Context(), "a")
	require.ErrorIs(t, err, durable.ErrNoProgram)
	j := acquire(t, open(t), "a")
	require.Empty(t, j.Entries())
	require.NoError(t, j.Replace(t.Context(), []byte("1")))
	require.NoError(t, j.Append(t.Context(), entries("2", "", "3")...))
	require.NoError(t, j.Append(t.Context()))
	require.NoError(t, j.Append(t.Context(), entries("4")...))
	got, err := open(t).Read(t.Context(), "a")
	require.NoError(t, err, "while somebody has it")
	require.Equal(t, entries("1", "2", "", "3", "4"), got)
	require.NoError(t, j.Close(durable.Never))
	stored(t, open, "a", "1", "2", "", "3", "4")
}

func testReplace(t *testing.T, open Open) {
	j := acquire(t, open(t), "a")
	require.NoError(t, j.Replace(t.Context(), entries("1", "2", "3")...))
	require.Equal(t, entries("1", "2", "3"), j.Entries())
	require.NoError(t, j.Append(t.Context(), entries("4")...))
	require.NoError(t, j.Replace(t.Context(), entries("x")...))
	require.Equal(t, entries("x"), j.Entries())
	require.NoError(t, j.Append(t.Context(), entries("y")...))
	require.NoError(t, j.Close(durable.Never))
	stored(t, open, "a", "x", "y")
}

// testLarge has large entries, and many.
func testLarge(t *testing.T, open Open) {
	j := acquire(t, open(t), "a")
	large := bytes.Repeat([]byte("0123456789abcdef"), 1<<16)
	require.NoError(t, j.Replace(t.Context(), large))
	var many [][]byte
	for i := range 5000 {
		many = append(many, fmt.Append(nil, i))
	}
	require.NoError(t, j.Append(t.Context(), many...))
	require.NoError(t, j.Append(t.Context(), large))
	require.NoError(t, j.Close(durable.Never))
	got, err := open(t).Read(t.Context(), "a")
	require.NoError(t, err)
	require.Len(t, got, 5002)
	require.True(t, bytes.Equal(large, got[0]) && bytes.Equal(large, got[5001]))
	require.Equal(t, many, got[1:5001])
}

func testHold(t *testing.T, open Open) {
	j := acquire(t, open(t), "a")
	_, err := open(t).Acquire(t.Context(), "a")
	require.ErrorIs(t, err, durable.ErrRunning)
	other := acquire(t, open(t), "b")
	require.NoError(t, other.Close(durable.Never))
	require.NoError(t, j.Replace(t.Context(), []byte("1")))
	require.NoError(t, j.Close(durable.Never))
	stored(t, open, "a", "1")
}

func testIDs(t *testing.T, open Open) {
	ids := []string{" ", "..", "A", "a", "a.journal", "a/b", "a\\b", "ü\n", strings.Repeat("x", 200), "%2E"}
	for i, id := range ids {
		j := acquire(t, open(t), id)
		require.NoError(t, j.Replace(t.Context(), fmt.Append(nil, i)))
		require.NoError(t, j.Close(durable.Never))
	}
	for i, id := range ids {
		stored(t, open, id, fmt.Sprint(i))
	}
	j := acquire(t, open(t), "has nothing")
	got, err := open(t).List(t.Context())
	require.NoError(t, err)
	require.ElementsMatch(t, ids, got)
	require.IsIncreasing(t, got)
	require.NoError(t, j.Close(durable.Never))
}

func testDue(t *testing.T, open Open) {
	noon := time.Date(2030, 1, 1, 12, 0, 0, 0, time.UTC)
	due := func(at time.Time, want ...string) {
		t.Helper()
		got, err := open(t).Due(t.Context(), at, 100)
		require.NoError(t, err)
		require.ElementsMatch(t, want, got)
	}
	begin := func(id string, wake time.Time) {
		t.Helper()
		j := acquire(t, open(t), id)
		require.NoError(t, j.Replace(t.Context(), []byte("1")))
		require.NoError(t, j.Close(wake))
	}
	due(noon)
	begin("at once", time.Time{})
	begin("at noon", noon)
	begin("ended", durable.Never)
	due(noon.Add(-time.Second), "at once")
	due(noon, "at once", "at noon")
	few, err := open(t).Due(t.Context(), noon, 1)
	require.NoError(t, err)
	require.Len(t, few, 1)
	for _, id := range []string{"at noon", "ended", "not begun"} {
		require.NoError(t, open(t).Send(t.Context(), id, durable.Message{Key: "k", Entry: []byte("m")}))
	}
	due(noon.Add(-time.Second), "at once", "at noon")
	j := acquire(t, open(t), "at once")
	due(noon, "at noon")
	require.NoError(t, j.Close(noon.Add(time.Hour)))
	due(noon, "at noon")
	j = acquire(t, open(t), "at noon")
	require.NoError(t, j.Remove(t.Context(), "k"))
	require.NoError(t, j.Close(noon.Add(time.Hour)))
	due(noon)
	due(noon.Add(time.Hour), "at once", "at noon")
}

func testMail(t *testing.T, open Open) {
	send := func(key, text string) {
		t.Helper()
		require.NoError(t, open(t).Send(t.Context(), "a", durable.Message{Key: key, Entry: []byte(text)}))
	}
	mail := func(j durable.Journal) (texts []string) {
		t.Helper()
		messages, err := j.Messages(t.Context())
		require.NoError(t, err)
		for _, m := range messages {
			texts = append(texts, m.Key+"="+string(m.Entry))
		}
		return texts
	}
	send("k1", "1")
	send("k2", "2")
	send("k1", "again")
	j := acquire(t, open(t), "a")
	require.Equal(t, []string{"k1=1", "k2=2"}, mail(j))
	send("/", "3")
	require.Equal(t, []string{"k1=1", "k2=2", "/=3"}, mail(j))
	require.NoError(t, j.Remove(t.Context(), "k1", "there is none"))
	require.Equal(t, []string{"k2=2", "/=3"}, mail(j))
	require.NoError(t, j.Close(durable.Never))
	send("k1", "after it was removed")
	j = acquire(t, open(t), "a")
	require.Equal(t, []string{"k2=2", "/=3", "k1=after it was removed"}, mail(j))
	require.NoError(t, j.Close(durable.Never))
}

// testMailFromElsewhere has a program wait for what another process sends.
func testMailFromElsewhere(t *testing.T, open Open) {
	sender := open(t)
	ended := make(chan error)
	go func() {
		text, err := durable.Run(context.Background(), open(t), "a", func(co *coro.Co) (string, error) {
			return durable.Receive[string](co, "s")
		})
		if text != "hello" {
			err = errors.Join(err, fmt.Errorf("received %q", text))
		}
		ended <- err
	}()
	require.NoError(t, durable.Send(t.Context(), sender, "a", "s", "hello"))
	select {
	case err := <-ended:
		require.NoError(t, err)
	case <-time.After(30 * time.Second):
		t.Fatal("it has not come")
	}
}

// testCrashAtEveryWrite has a program crash at each write, in each way: it comes to the same end, with the same
// outcomes.
func testCrashAtEveryWrite(t *testing.T, open Open) {
	run := func(store durable.Store, id string) ([]string, error) {
		return durable.Run(t.Context(), store, id, shop, durable.Logger(slog.New(slog.DiscardHandler)))
	}
	id := "undisturbed"
	signal := func(id string) {
		require.NoError(t, durable.Send(t.Context(), open(t), id, "approve", id, durable.Once("approval")))
	}
	signal(id)
	want, err := run(open(t), id)
	require.NoError(t, err)
	want[len(want)-1] = "approved"
	for _, moment := range Moments {
		for at := 1; ; at++ {
			id := fmt.Sprintf("crash-%d-%d", moment, at)
			signal(id)
			crash := &Crash{Store: open(t), At: at, Moment: moment}
			got, err := run(crash, id)
			if crash.Crashed() {
				if err != nil {
					require.ErrorIs(t, err, ErrCrash)
				}
				signal(id) // nobody knows whether the first has come
				got, err = run(open(t), id)
			}
			require.NoError(t, err, id)
			require.Equal(t, "approved by "+id, got[len(got)-1])
			got[len(got)-1] = "approved"
			require.Equal(t, want, got, id)
			require.NoError(t, durable.Replay(t.Context(), open(t), id, shop))
			if !crash.Crashed() {
				break
			}
		}
	}
}

// shop is a program with something of everything, that says the same each time.
func shop(co *coro.Co) ([]string, error) {
	input, err := durable.InputOf[int](co)
	if err != nil {
		return nil, err
	}
	if input == 0 {
		if _, err := work("begin")(co); err != nil {
			return nil, err
		}
		return nil, durable.ContinueAs(1)
	}
	if _, err := durable.Version(co, "v", 1); err != nil {
		return nil, err
	}
	reminder := coro.CreateTask(co, work("remind"), coro.Eager(true))
	seen, err := coro.Gather(co, coro.Awaitable[string](work("a")), coro.Awaitable[string](work("b"))).Await(co)
	if err != nil {
		return nil, err
	}
	failing := durable.Do("fails", func(ctx context.Context) (string, error) {
		if durable.Attempt(ctx) < 2 {
			return "", errors.New("not yet")
		}
		return "at last", nil
	}, durable.Attempts(3), durable.Backoff(time.Microsecond, time.Microsecond))
	text, err := failing(co)
	if err != nil {
		return nil, err
	}
	seen = append(seen, text)
	if err := coro.Sleep(co, time.Millisecond); err != nil {
		return nil, err
	}
	if text, err = reminder.Await(co); err != nil {
		return nil, err
	}
	by, err := durable.Receive[string](co, "approve")
	return append(seen, text, "approved by "+by), err
}

func work(name string) coro.Func[string] {
	return durable.Do(name, func(context.Context) (string, error) { return name + " is done", nil })
}
