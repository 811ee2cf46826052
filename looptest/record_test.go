package looptest_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"regexp"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/looptest"
	"github.com/ouro-loop/ouro/trace"
)

// What is meant to be recorded in production. The answer of a thread comes from there.
func answered(co *coro.Co, ask func() int) (int, error) {
	n, err := loop.ToThread(func(context.Context) (int, error) { return ask(), nil })(co)
	if err != nil {
		return 0, err
	}
	return n, coro.Sleep(co, time.Millisecond)
}

// record runs main for real, and gives its record, the hash of what has happened, and its error.
func record(t *testing.T, main func(co *coro.Co) error, opts ...loop.Option) (file *bytes.Buffer, hash uint64, err error) {
	t.Helper()
	file = new(bytes.Buffer)
	r := trace.New()
	err = loop.Main(main, append(opts, loop.RecordTo(file), loop.Record(r), silent)...)
	return file, r.Trace().Hash(), err
}

var silent = loop.Logger(slog.New(slog.DiscardHandler))

func replay(t *testing.T, file io.Reader, main looptest.Main, opts ...looptest.Option) (*recorded, looptest.Result) {
	t.Helper()
	var result looptest.Result
	r := observe(t, func(tb testing.TB) {
		looptest.Replay(tb, file, main, append(opts, looptest.Report(&result))...)
	})
	return r, result
}

var realTimes = regexp.MustCompile(`(?m)^ +[0-9.]+[mµ]s`)

// A run that passes passes again, with the same events, and without its thread.
func TestReplayOfARecord(t *testing.T) {
	file, hash, err := record(t, func(co *coro.Co) error {
		n, err := answered(co, func() int { return 7 })
		require.Equal(t, 7, n)
		return err
	})
	require.NoError(t, err)
	r, result := replay(t, file, func(t *looptest.T, co *coro.Co) error {
		n, err := answered(co, func() int { panic("it is in the record") })
		require.Equal(t, 7, n)
		return err
	})
	require.Empty(t, r.text())
	require.Contains(t, r.logs[0], "the replay passes")
	require.Equal(t, looptest.Result{Runs: 1, Departures: -1, Hash: hash}, result)
}

// What has failed then fails now, and the report tells how it came to that.
func TestReplayOfAFailure(t *testing.T) {
	boom := errors.New("7 is too much")
	program := func(co *coro.Co, ask func() int) error {
		task := coro.CreateTask(co, func(co *coro.Co) (int, error) { return answered(co, ask) }, coro.Name("asker"))
		n, err := task.Await(co)
		if err == nil && n == 7 {
			err = boom
		}
		return err
	}
	file, hash, err := record(t, func(co *coro.Co) error { return program(co, func() int { return 7 }) })
	require.Equal(t, boom, err)
	r, result := replay(t, file, func(_ *looptest.T, co *coro.Co) error {
		return program(co, func() int { panic("it is in the record") })
	})
	golden(t, "replay", realTimes.ReplaceAllString(r.text(), "    TIME"))
	require.Equal(t, hash, result.Hash)
	require.Contains(t, result.Failure, "7 is too much")
}

// What production does not look at, the test does.
func TestReplayLooksForLeaks(t *testing.T) {
	program := func(co *coro.Co) error {
		coro.CreateTask(co, coro.Do(func(co *coro.Co) error { return coro.Sleep(co, time.Hour) }), coro.Name("left"))
		return coro.Sleep(co, time.Millisecond)
	}
	file, hash, err := record(t, program)
	require.NoError(t, err)
	r, result := replay(t, file, func(_ *looptest.T, co *coro.Co) error { return program(co) })
	require.Contains(t, r.text(), "left behind when main had ended:\n  task \"left\"")
	require.Equal(t, hash, result.Hash)
}

// A program that was changed parts from its record, and says where.
func TestReplayOfAnotherProgram(t *testing.T) {
	file, _, err := record(t, func(co *coro.Co) error { return coro.Sleep(co, time.Millisecond) })
	require.NoError(t, err)
	r, _ := replay(t, file, func(_ *looptest.T, co *coro.Co) error {
		for range 3 {
			if err := coro.Sleep(co, 0); err != nil {
				return err
			}
		}
		return coro.Sleep(co, time.Millisecond)
	})
	require.Contains(t, r.text(), "the program parts from its record")
	require.Contains(t, r.text(), "record_test.go:")
	require.Contains(t, r.text(), "loop.Recorded")
}

// A long record is replayed twice, and only the end of it is told.
func TestReplayOfALongRecord(t *testing.T) {
	program := func(co *coro.Co) error {
		for range 10_000 {
			if err := coro.Sleep(co, 0); err != nil {
				return err
			}
		}
		return errors.New("too long")
	}
	file, _, err := record(t, program)
	require.Error(t, err)
	r, _ := replay(t, file, func(_ *looptest.T, co *coro.Co) error { return program(co) })
	require.Contains(t, r.text(), "main returned an error: too long")
	require.Less(t, len(r.text()), 3000)
	require.Contains(t, r.text(), "main")
}

func TestReplayOfWhatIsNoRecord(t *testing.T) {
	file, _, err := record(t, func(co *coro.Co) error {
		for range 20_000 {
			if err := coro.Sleep(co, 0); err != nil {
				return err
			}
		}
		return nil
	})
	require.NoError(t, err)
	sleeper := func(_ *looptest.T, co *coro.Co) error {
		for range 20_000 {
			if err := coro.Sleep(co, 0); err != nil {
				return err
			}
		}
		return nil
	}
	for name, c := range map[string]struct {
		from io.Reader
		want string
	}{
		"empty":   {new(bytes.Buffer), "this cannot be replayed"},
		"foreign": {bytes.NewBufferString("a text, and not a short one"), "this cannot be replayed"},
		"broken":  {iotest.ErrReader(errors.New("disk")), "reading the record: disk"},
		"cut":     {bytes.NewReader(file.Bytes()[:file.Len()*3/4]), "the record ends here, as it was cut"},
	} {
		t.Run(name, func(t *testing.T) {
			r, _ := replay(t, c.from, sleeper)
			require.Contains(t, r.text(), c.want)
		})
	}
}

func TestReplayMisuse(t *testing.T) {
	main := func(*looptest.T, *coro.Co) error { return nil }
	require.PanicsWithValue(t, "looptest: Replay of a nil record", func() { looptest.Replay(t, nil, main) })
	require.PanicsWithValue(t, "looptest: Replay with Bubble or Hostile; a record has its own time and order", func() {
		looptest.Replay(t, new(bytes.Buffer), main, looptest.Hostile())
	})
}

// What a T may choose goes its usual way, and the digest of a State is not asked.
func TestReplayChoosesNothing(t *testing.T) {
	file, _, err := record(t, func(co *coro.Co) error { return coro.Sleep(co, time.Millisecond) })
	require.NoError(t, err)
	r, _ := replay(t, file, func(t *looptest.T, co *coro.Co) error {
		t.State(func() uint64 { return 0 })
		require.Zero(t, t.Choose("a way", 3))
		require.Equal(t, time.Millisecond, t.Between(time.Millisecond, time.Second))
		t.Note("here")
		return coro.Sleep(co, time.Millisecond)
	})
	require.Empty(t, r.text())
}
