package explain_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/trace"
	"github.com/ouro-loop/ouro/trace/explain"
)

func timelineOf(t *testing.T, s *explain.Story, width int, opts ...explain.TextOption) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, s.WriteTimeline(&b, width, opts...))
	return b.String()
}

// waitsAndFails has all that a time line shows.
func waitsAndFails(co *coro.Co) error {
	early := napTask(co, "early")
	failing := coro.CreateTask(co, coro.Do(fail), coro.Name("failing"))
	slower := coro.CreateTask(co, coro.Do(longNap), coro.Name("slower"))
	_, _, err := coro.Wait(co, []*coro.Task[coro.None]{early, failing})
	slower.Cancel()
	return errors.Join(err, coro.Sleep(co, 0))
}

func TestTimeline(t *testing.T) {
	s := storyOf(recorded(t, waitsAndFails))
	require.Equal(t, strings.TrimPrefix(`
iteration   1    2     3 5 6   8
time       0 s          1 s
main       ░████───────┄───░██░░░█✓
early        ░░░░█─────┄░█✓
failing       ░░░░░█✗
slower         ░░░░░░█─┄─────░░█✗

░ ready  █ runs  ─ waits  ┄ the loop sleeps  ✓ ended  ✗ failed or canceled
`, "\n"), timelineOf(t, s, 0))
}

// What a narrow terminal does not hold goes on below, each column once.
func TestTimelineBands(t *testing.T) {
	for _, main := range []func(co *coro.Co) error{waitsAndFails, usesQueues, gathersGathers} {
		s := storyOf(recorded(t, main))
		wide := lanes(timelineOf(t, s, 0))
		for width := 20; width < 100; width += 7 {
			narrow := timelineOf(t, s, width)
			for line := range strings.Lines(narrow) {
				require.LessOrEqual(t, utf8.RuneCountInString(strings.TrimSuffix(line, "\n")), width)
			}
			require.Equal(t, wide, lanes(narrow), width)
		}
		for width := 1; width < 20; width++ {
			require.NotEmpty(t, timelineOf(t, s, width))
		}
	}
}

// lanes are the marks in a time line, by the first letters of their task.
func lanes(timeline string) map[string]string {
	all := map[string]string{}
	bands := strings.Split(timeline, "\n\n")
	for _, band := range bands[:len(bands)-1] {
		for line := range strings.Lines(band) {
			name, _, _ := strings.Cut(strings.ReplaceAll(line, "…", " "), " ")
			all[name[:min(len(name), 5)]] += strings.Map(func(r rune) rune {
				if strings.ContainsRune("░█●─┄✓✗", r) {
					return r
				}
				return -1
			}, line)
		}
	}
	return all
}

func TestTimelineASCII(t *testing.T) {
	s := storyOf(recorded(t, waitsAndFails))
	got := timelineOf(t, s, 60, explain.ASCII())
	for _, c := range got {
		require.Less(t, c, rune(0x80))
	}
	require.Contains(t, got, "slower         ......#-~-----..#x\n")
	require.Contains(t, got, ". ready  # runs  - waits  ~ the loop sleeps  + ended\nx failed or canceled\n")

	text := textOf(t, storyOf(recorded(t, usesQueues)), 40, explain.ASCII())
	require.Contains(t, text, "Run's callback")
	require.NotContains(t, text, "?")
}

// Colors change nothing but colors.
func TestColor(t *testing.T) {
	s := storyOf(recorded(t, waitsAndFails))
	for _, width := range []int{0, 40, 80} {
		for name, write := range map[string]func(opts ...explain.TextOption) string{
			"text":     func(opts ...explain.TextOption) string { return textOf(t, s, width, opts...) },
			"timeline": func(opts ...explain.TextOption) string { return timelineOf(t, s, width, opts...) },
			"ticks":    func(opts ...explain.TextOption) string { return ticksOf(t, s, 0, width, opts...) },
		} {
			plain, colored := write(), write(explain.Color())
			require.NotContains(t, plain, "\x1b", name)
			require.Contains(t, colored, "\x1b[1;38;5;", name)
			require.Equal(t, plain, escapes.ReplaceAllString(colored, ""), name)
			for line := range strings.Lines(colored) { // no color goes on in the next line
				if codes := escapes.FindAllString(line, -1); codes != nil {
					require.Equal(t, "\x1b[0m", codes[len(codes)-1], "%s %q", name, line)
				}
			}
		}
	}
}

func TestSVG(t *testing.T) {
	for _, main := range []func(co *coro.Co) error{waitsAndFails, usesQueues, gathersGathers, deadlocks, hasOddNames} {
		var b bytes.Buffer
		require.NoError(t, storyOf(recorded(t, main)).WriteSVG(&b))
		d := xml.NewDecoder(&b)
		elements := map[string]int{}
		texts := ""
		for {
			token, err := d.Token()
			if err == io.EOF {
				break
			}
			require.NoError(t, err)
			switch token := token.(type) {
			case xml.StartElement:
				elements[token.Name.Local]++
			case xml.CharData:
				texts += string(token)
			}
		}
		require.Equal(t, 1, elements["svg"])
		require.Equal(t, 1, elements["desc"])
		require.Equal(t, 1+elements["g"], elements["title"], "one for each lane")
		require.Positive(t, elements["g"])
		require.Contains(t, texts, "main is created at 0 s")
		require.Contains(t, texts, "prefers-color-scheme: dark")
	}
}

func hasOddNames(co *coro.Co) error {
	return coro.Await(co, napTask(co, "<a&b>\x00\"\xff"))
}

func TestNoPictures(t *testing.T) {
	s := explain.Of(recorded(t, waitsAndFails), explain.Options{NoPictures: true})
	require.ErrorContains(t, s.WriteTimeline(io.Discard, 80), "NoPictures")
	require.ErrorContains(t, s.WriteSVG(io.Discard), "NoPictures")
	require.Equal(t, textOf(t, storyOf(recorded(t, waitsAndFails)), 80), textOf(t, s, 80))

	empty := explain.Of(&trace.Trace{}, explain.Options{})
	require.NoError(t, empty.WriteSVG(io.Discard))
	require.Empty(t, strings.TrimSpace(timelineOf(t, empty, 80)))
}

var escapes = regexp.MustCompile("\x1b\\[[0-9;]*m")

func ticksOf(t *testing.T, s *explain.Story, from, width int, opts ...explain.TextOption) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, s.WriteTicks(&b, from, width, opts...))
	return b.String()
}

// What was written of a run up to a wait is not to be taken back.
func TestTicksWhileItRuns(t *testing.T) {
	for _, main := range []func(co *coro.Co) error{waitsAndFails, usesQueues, notifies, schedules, timesOut, groups} {
		whole := recorded(t, main)
		got, written := "", 0
		for i, e := range whole.Events {
			if e.Kind == trace.Wait || i == len(whole.Events)-1 {
				s := storyOf(partOf(whole, i+1))
				got += ticksOf(t, s, written, 60)
				written = len(s.Steps)
			}
		}
		require.Equal(t, ticksOf(t, storyOf(whole), 0, 60), got)
	}
}

// partOf is a trace of the first n events.
func partOf(whole *trace.Trace, n int) *trace.Trace {
	details := map[int]trace.Detail{}
	var tasks []trace.Task
	for i, e := range whole.Events[:n] {
		details[i] = whole.Detail(i)
		if e.Kind == trace.Spawn {
			tasks = append(tasks, whole.Task(uint32(e.Object)))
		}
	}
	return trace.Make(whole.Events[:n], tasks, details)
}

func TestTicks(t *testing.T) {
	long := strings.Repeat("and so on ", 9)
	r := trace.New(trace.Full())
	run(t, r, func(co *coro.Co) error {
		r.Note("hello\x1b[7m, " + long)
		r.Note("")
		return coro.Sleep(co, time.Second)
	})
	want := `Iteration 1, at 0 s
  main begins because it is
    the first in the queue.
  │ hello` + "\x1b[7m, " + long + `
  │
  Nothing is ready. The loop
    sleeps until the first
    alarm, at 1 s.
Iteration 2, at 1 s
`
	require.Contains(t, ticksOf(t, storyOf(r.Trace()), 0, 28), want)
}

// Long words are broken, a number and its unit are not.
func TestWrap(t *testing.T) {
	r := trace.New(trace.Full())
	run(t, r, func(co *coro.Co) error {
		r.Note(strings.Repeat("x", 50))
		return nil
	})
	text := textOf(t, storyOf(r.Trace()), 30)
	require.Contains(t, text, "4  main notes\n   `xxxxxxxxxxxxxxxxxxxxxxxxxx\n   xxxxxxxxxxxxxxxxxxxxxxxx`.\n")
	for width := 20; width < 60; width++ {
		require.NotContains(t, textOf(t, storyOf(recorded(t, usesQueues)), width), "0\n    s")
	}
	require.NotContains(t, textOf(t, storyOf(r.Trace()), 0), "\n   `")
}

func TestNilOption(t *testing.T) {
	require.PanicsWithValue(t, "explain: a nil TextOption; leave it out", func() {
		_ = new(explain.Story).WriteText(io.Discard, 0, nil)
	})
	require.PanicsWithValue(t, "explain: Of a nil Trace; the error that came with it says why there is none", func() {
		explain.Of(nil, explain.Options{})
	})
}

// What cannot be written is an error.
func TestCannotBeWritten(t *testing.T) {
	s := storyOf(recorded(t, waitsAndFails))
	full := writerFunc(func([]byte) (int, error) { return 0, io.ErrShortWrite })
	require.ErrorIs(t, s.WriteText(full, 80), io.ErrShortWrite)
	require.ErrorIs(t, s.WriteTicks(full, 0, 80), io.ErrShortWrite)
	require.ErrorIs(t, s.WriteTimeline(full, 80), io.ErrShortWrite)
	require.ErrorIs(t, s.WriteSVG(full), io.ErrShortWrite)
}

type writerFunc func(b []byte) (int, error)

func (f writerFunc) Write(b []byte) (int, error) { return f(b) }
