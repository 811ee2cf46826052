package loop_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
)

// quietly tells nobody of what a replay that has ended leaves behind.
func quietly() loop.Option { return loop.OnException(func(*loop.Loop, future.ErrorContext) {}) }

// ticking has a record with several blocks.
func ticking(co *coro.Co) error {
	for range 3000 {
		coro.CreateTask(co, coro.Do1(nap, 0))
		if err := coro.Sleep(co, 0); err != nil {
			return err
		}
	}
	return coro.Sleep(co, time.Microsecond)
}

func TestRecordCutAnywhere(t *testing.T) {
	file, _ := recordRun(t, ticking)
	reasons := map[string]int{}
	for n := 0; n < len(file); n += 1 + len(file)/200 {
		_, err := replayRun(file[:n], ticking, quietly())
		switch {
		case errors.Is(err, loop.ErrNoRecord):
			reasons["none"]++
		case errors.Is(err, loop.ErrRecordEnds):
			require.Contains(t, err.Error(), "at its checkpoint after")
			reasons["cut"]++
		default:
			require.NoErrorf(t, err, "cut at %d of %d", n, len(file))
		}
	}
	require.Positive(t, reasons["none"])
	require.Positive(t, reasons["cut"])
	_, err := replayRun(file[:len(file)-1], ticking)
	require.NoError(t, err, "the trailer alone is missing")
}

// A record of few bytes is cut at every one of them.
func TestSmallRecordCutAtEveryByte(t *testing.T) {
	main := func(co *coro.Co) error { return coro.Sleep(co, time.Microsecond) }
	file, _ := recordRun(t, main)
	for n := range file {
		_, err := replayRun(file[:n], main, quietly())
		if err != nil {
			require.ErrorIsf(t, err, loop.ErrNoRecord, "cut at %d of %d", n, len(file))
		} else {
			require.Lessf(t, len(file)-n, 8, "the trailer alone may be missing")
		}
	}
}

func TestRecordWithABitFlipped(t *testing.T) {
	main := func(co *coro.Co) error { return coro.Sleep(co, time.Microsecond) }
	file, _ := recordRun(t, main)
	for i := range file {
		changed := bytes.Clone(file)
		changed[i] ^= 1 << (i % 8)
		_, err := replayRun(changed, main, quietly())
		if err == nil { // its trailer is longer now, and so it was cut
			require.GreaterOrEqualf(t, i, len(file)-8, "byte %d", i)
			continue
		}
		require.ErrorIsf(t, err, loop.ErrNoRecord, "byte %d", i)
	}
}

func TestRecordRefused(t *testing.T) {
	file, _ := recordRun(t, func(*coro.Co) error { return nil })
	newer := append([]byte("ouro-rec"), binary.AppendUvarint(nil, 2)...)
	for _, test := range []struct {
		name, reason string
		file         []byte
	}{
		{"empty", "it is no record of a loop", nil},
		{"something else", "it is no record of a loop", []byte("#!/bin/sh\necho hello\n")},
		{"newer", "it was recorded by a newer version of this module: version 2, and here is version 1", newer},
		{"cut in its header", "it ends before its first checkpoint", file[:20]},
		{"more behind it", "it is corrupt: 5 bytes come after its end", append(bytes.Clone(file), "hello"...)},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := replayRun(test.file, func(*coro.Co) error { return nil })
			require.ErrorIs(t, err, loop.ErrNoRecord)
			require.ErrorContains(t, err, test.reason)
		})
	}
	err := loop.Main(func(*coro.Co) error { return nil }, loop.ReplayFrom(io.MultiReader(bytes.NewReader(file), brokenFile{})))
	require.ErrorIs(t, err, loop.ErrNoRecord)
	require.ErrorIs(t, err, errBrokenFile)
}

var errBrokenFile = errors.New("broken file")

type brokenFile struct{}

func (brokenFile) Read([]byte) (int, error)  { return 0, errBrokenFile }
func (brokenFile) Write([]byte) (int, error) { return 0, errBrokenFile }

func TestRecordToWhatFails(t *testing.T) {
	var told []string
	err := loop.Main(ticking, loop.RecordTo(brokenFile{}), loop.OnException(func(_ *loop.Loop, c future.ErrorContext) {
		told = append(told, c.Message+": "+c.Err.Error())
	}))
	require.NoError(t, err)
	require.Equal(t, []string{"the loop is no longer recorded: broken file"}, told)
}

// lineBelow is the line of the program below the one that calls it.
func lineBelow() string {
	_, file, line, _ := runtime.Caller(1)
	return fmt.Sprintf("%s:%d", file, line+1)
}

// A program that is changed parts from its record at the change.
func TestReplayParts(t *testing.T) {
	var changed string // the line
	program := func(change string) func(co *coro.Co) error {
		return func(co *coro.Co) error {
			coro.CreateTask(co, coro.Do1(nap, 0), coro.Name("other"))
			if change == "an await" {
				changed = lineBelow()
				_ = coro.Sleep(co, 0)
			}
			if err := coro.Sleep(co, time.Microsecond); err != nil {
				return err
			}
			switch change {
			case "a reading":
				changed = lineBelow()
				_ = loop.Of(co).Time()
			case "a task":
				coro.CreateTask(co, coro.Do1(nap, 0))
			case "a value":
				changed = lineBelow()
				_, err := loop.Recorded(co, func() (int, error) { return 1, nil })
				return err
			case "an early end":
				changed = ""
				return nil
			case "a thread":
				changed = lineBelow()
				_, _ = loop.ToThread(seven)(co)
			}
			changed = lineBelow()
			return coro.Sleep(co, time.Microsecond)
		}
	}
	file, _ := recordRun(t, program(""))
	_, err := replayRun(file, program(""))
	require.NoError(t, err)
	for _, test := range []struct{ change, program, record string }{
		{"an await", "has run a step of Task-1 without it", "a reading of the clock"},
		{"a reading", "reads the clock", ""}, // it takes that of the sleep, which then reads it once more
		{"a task", "goes on with a step of Task-2 after a step of Task-1", "a timer that is due"},
		{"a value", "asks for a value, with Recorded", "a reading of the clock"},
		{"an early end", "has run a step of task number 1, which has ended, without it", "a reading of the clock"},
		{"a thread", "has run a step of Task-1 without it", "a reading of the clock"},
	} {
		t.Run(test.change, func(t *testing.T) {
			_, err := replayRun(file, program(test.change), quietly())
			var parted *loop.PartedError
			require.ErrorAs(t, err, &parted)
			require.Equal(t, test.program, parted.Program)
			require.Contains(t, parted.Record, test.record)
			require.Equal(t, changed, parted.Site)
			require.Contains(t, parted.After, "up to here, after ")
		})
	}
}

// What parts far from a checkpoint says which was the last.
func TestReplayPartsLate(t *testing.T) {
	program := func(n int) func(co *coro.Co) error {
		return func(co *coro.Co) error {
			for i := range 10_000 {
				if i == n {
					coro.CreateTask(co, coro.Do1(nap, 0))
				}
				if err := coro.Sleep(co, 0); err != nil {
					return err
				}
			}
			return nil
		}
	}
	file, _ := recordRun(t, program(-1))
	_, err := replayRun(file, program(9_000), quietly())
	var parted *loop.PartedError
	require.ErrorAs(t, err, &parted)
	require.Contains(t, parted.After, "at its checkpoint after 8192 entries at ")
	require.Equal(t, "goes on with a step of Task-2 after a step of Task-1", parted.Program)
	require.Equal(t, "a step of Task-1", parted.Record)
}

// What leaves no other trace is seen at the next checkpoint.
func TestReplayPartsAtACheckpoint(t *testing.T) {
	program := func(changed bool) func(co *coro.Co) error {
		return func(co *coro.Co) error {
			if changed {
				loop.Of(co).CallAt(time.Hour, func() {})
			}
			for range 5000 {
				if err := coro.Sleep(co, 0); err != nil {
					return err
				}
			}
			return nil
		}
	}
	file, _ := recordRun(t, program(false))
	_, err := replayRun(file, program(true), quietly())
	var parted *loop.PartedError
	require.ErrorAs(t, err, &parted)
	require.Equal(t, "a checkpoint with 0 timers instead of 1", parted.Record)
	require.Equal(t, "stands differently", parted.Program)
}

// Another program altogether parts as well.
func TestReplayOfAnotherProgram(t *testing.T) {
	file, _ := recordRun(t, ticking)
	for seed := range uint64(20) {
		_, err := replayRun(file, tapedProgram(seed), quietly())
		var parted *loop.PartedError
		require.ErrorAs(t, err, &parted)
	}
	file, _ = recordRun(t, tapedProgram(1), quietly())
	_, err := replayRun(file, ticking, quietly())
	var parted *loop.PartedError
	require.ErrorAs(t, err, &parted)
}

func seven(context.Context) (int, error) { return 0, nil }
