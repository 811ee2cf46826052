package loop_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/trace"
)

// recordRun runs main with a real clock, and gives the record and what a trace shows of it.
func recordRun(t *testing.T, main func(co *coro.Co) error, opts ...loop.Option) ([]byte, *trace.Trace) {
	t.Helper()
	var file bytes.Buffer
	r := trace.New(trace.Last(1 << 16))
	require.NoError(t, loop.Main(main, append(opts, loop.RecordTo(&file), loop.Record(r))...))
	return file.Bytes(), r.Trace()
}

// replayRun runs main with a record.
func replayRun(file []byte, main func(co *coro.Co) error, opts ...loop.Option) (*trace.Trace, error) {
	r := trace.New(trace.Last(1 << 16))
	err := loop.Main(main, append(opts, loop.ReplayFrom(bytes.NewReader(file)), loop.Record(r))...)
	return r.Trace(), err
}

func TestReplayIsTheSame(t *testing.T) {
	for _, test := range []struct {
		name string
		main func(co *coro.Co) error
	}{
		{"nothing", func(co *coro.Co) error { return nil }},
		{"sleeps", func(co *coro.Co) error {
			for i := range 5 {
				coro.CreateTask(co, coro.Do1(nap, time.Duration(i)*time.Microsecond))
			}
			return coro.Sleep(co, time.Millisecond)
		}},
		{"posts", func(co *coro.Co) error {
			l := loop.Of(co)
			done := loop.CreateFuture[int](l)
			go func() {
				for i := range 3 {
					_, _ = l.CallSoonThreadsafe(func() {
						if i == 2 {
							_ = done.SetResult(i)
						}
					})
				}
			}()
			for range 100 {
				coro.CreateTask(co, coro.Do1(nap, 0))
				if err := coro.Sleep(co, 0); err != nil {
					return err
				}
			}
			_, err := done.Await(co)
			return err
		}},
		{"threads", func(co *coro.Co) error {
			var tasks []coro.AnyTask
			for i := range 20 {
				tasks = append(tasks, coro.CreateTask(co, loop.ToThread(func(context.Context) (int, error) { return i, nil })))
			}
			_, err := coro.GatherErrors(co, tasks...).Await(co)
			return err
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			for range 20 {
				file, want := recordRun(t, test.main)
				got, err := replayRun(file, test.main)
				require.NoError(t, err)
				require.Equal(t, want.Hash(), got.Hash())
			}
		})
	}
}

var (
	_ = rand.Uint64
	_ = io.EOF
	_ = fmt.Sprint
	_ = errors.New
)

func nap(co *coro.Co, d time.Duration) error { return coro.Sleep(co, d) }
