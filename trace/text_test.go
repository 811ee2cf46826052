package trace_test

import (
	"bytes"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
	"github.com/ouro-loop/ouro/trace"
)

func textOf(t testing.TB, tr *trace.Trace) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, tr.WriteText(&b))
	return b.String()
}

// checkText: a line an event, of up to 100 columns, of what can be printed.
func checkText(t testing.TB, tr *trace.Trace) {
	t.Helper()
	text := textOf(t, tr)
	want := len(tr.Events) + 1
	if tr.Lost > 0 {
		want++
	}
	require.Equal(t, want, strings.Count(text, "\n"))
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		require.LessOrEqual(t, utf8.RuneCountInString(line), 100, line)
		require.True(t, utf8.ValidString(line))
		require.False(t, strings.ContainsFunc(line, func(r rune) bool { return !unicode.IsPrint(r) }), "%q", line)
	}
}

func TestTextOfAll(t *testing.T) {
	eachTrace(t, func(t *testing.T, tr *trace.Trace) { checkText(t, tr) })
}

func TestText(t *testing.T) {
	r := trace.New()
	err := loop.Main(func(co *coro.Co) error {
		l := loop.Of(co)
		a := coro.CreateTask(co, coro.Do1(nap, time.Second), coro.Name("a"))
		b := coro.CreateTask(co, coro.Do(func(co *coro.Co) error { return coro.Await(co, a) }), coro.Eager(true))
		l.CallLater(time.Minute, func() {}).Cancel()
		l.CallSoon(func() { l.CallSoon(func() {}) })
		_, _ = l.CallSoonThreadsafe(func() { r.Note("hello\nworld") })
		if err := coro.Sleep(co, time.Millisecond); err != nil {
			return err
		}
		b.Cancel("enough")
		b.SetName("eager, with a long name")
		return coro.Await(co, b)
	}, loop.VirtualTime(true), loop.Record(r))
	require.Error(t, err)
	require.Equal(t, `
        TIME   ITER  WHO               WHAT
          0s                           create Task-1
          0s                           push #1, step of Task-1
          0s      1  loop              iteration of 1
          0s      1  Task-1            run #1, step of Task-1
          0s      1  Task-1            create a
          0s      1  Task-1            push #2, step of a
          0s      1  Task-1            create eager, with a long name
          0s      1  eager, with a l…  run at once, inside of its creator
          0s      1  eager, with a l…  wait for a
          0s      1  Task-1            timer 1 for 1m0s
          0s      1  Task-1            timer 1 is taken back
          0s      1  Task-1            push #3, callback
          0s      1  Task-1            timer 2 for 1ms
          0s      1  Task-1            sleep
          0s      1  outside           push #4, posted callback  <- from another goroutine
          0s      2  loop              iteration of 3
          0s      2  a                 run #2, step of a  <- Task-1
          0s      2  a                 timer 3 for 1s
          0s      2  a                 sleep
          0s      2  #3                run #3, callback  <- Task-1
          0s      2  #3                push #5, callback
          0s      2  #4                run #4, posted callback  <- from another goroutine
          0s      2  #4                note: "hello\nworld"
          0s      3  loop              iteration of 1
          0s      3  #5                run #5, callback  <- #3
          0s      3  loop              wait until 1ms
         1ms      3  loop              push #6, internal callback  <- timer 2 is due
         1ms      4  loop              iteration of 1
         1ms      4  #6                run #6, internal callback  <- timer 2 is due
         1ms      4  #6                a future is done: result, which wakes Task-1
         1ms      4  #6                push #7, step of Task-1  <- a future is done
         1ms      5  loop              iteration of 1
         1ms      5  Task-1            run #7, step of Task-1  <- a future is done
         1ms      5  Task-1            cancel eager, with a long name
         1ms      5  Task-1              and so a
         1ms      5  Task-1                and so a future
         1ms      5  Task-1            a future is done: canceled, which wakes a
         1ms      5  Task-1            push #8, step of a  <- a future is done
         1ms      5  Task-1            eager, with a long name is named: eager, with a long name
         1ms      5  Task-1            wait for eager, with a long name
         1ms      6  loop              iteration of 1
         1ms      6  a                 run #8, step of a  <- a future is done
         1ms      6  a                 timer 3 is taken back
         1ms      6  a                 end: canceled, which wakes eager, with a long name
         1ms      6  a                 push #9, step of eager, with a long name  <- a is done
         1ms      7  loop              iteration of 1
         1ms      7  eager, with a l…  run #9, step of eager, with a long name  <- a is done
         1ms      7  eager, with a l…  end: canceled, which wakes Task-1
         1ms      7  eager, with a l…  push #10, step of Task-1  <- eager, with a long name is done
         1ms      8  loop              iteration of 1
         1ms      8  Task-1            run #10, step of Task-1  <- eager, with a long name is done
         1ms      8  Task-1            end: canceled
         1ms      8  Task-1            push #11, internal callback  <- Task-1 is done
         1ms      9  loop              iteration of 1
         1ms      9  #11               run #11, internal callback  <- Task-1 is done
`, "\n"+textOf(t, untilEnd(r.Trace())))
}

// Where all is recorded, lines say what is waited for, who holds it, and where.
func TestTextOfFull(t *testing.T) {
	tr := recorded(t, trace.New(trace.Full()), programNamed("a lock and a queue"))
	text := regexp.MustCompile(`(\w+_test\.go):\d+`).ReplaceAllString(textOf(t, tr), "$1:42")
	for _, line := range []string{
		`Task-1    create Task-2: trace_test.init.func11.1.1  at helper_test.go:42`,
		`Task-3    lock "db", held by Task-2, waiting: Task-3`,
		`Task-3    wait for lock "db", held by Task-2  at helper_test.go:42`,
		`Task-2    lock "db", waiting: Task-3`,
		`consumer  queue []`,
	} {
		require.Contains(t, text, line)
	}
}

func TestTextOfLost(t *testing.T) {
	tr := recorded(t, trace.New(trace.Last(16)), programNamed("gather"))
	require.Len(t, tr.Events, 16)
	lines := strings.Split(textOf(t, tr), "\n")
	require.Equal(t, fmt.Sprintf("%d events before these are not kept any more.", tr.Lost), lines[0])

	// What has run, and was pushed before, says so.
	tr.Events = slices.DeleteFunc(tr.Events, func(e trace.Event) bool { return e.Kind == trace.Push })
	require.Contains(t, textOf(t, tr), "<- not kept")
}

func TestTextCannotBeWritten(t *testing.T) {
	tr := recorded(t, trace.New(), programNamed("nothing"))
	for _, write := range []func(w io.Writer) error{
		tr.WriteText, tr.WriteJSON, func(w io.Writer) error { return tr.WritePerfetto(w, trace.Steps) },
	} {
		require.ErrorIs(t, write(full{}), errBoom)
	}
}

// full is a disk that is.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errBoom }
