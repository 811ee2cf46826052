package aligned

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The line on which each thing stands is told by its number alone: no two lines are alike.
var (
	program = Program{Name: "x", Go: Source{File: "x.go"}, Python: Source{File: "x.py"}}

	inPython = []Event{
		{At: Line, Line: 1, Outside: true},
		{At: Line, Line: 9, Outside: true},
		{At: "loop"},
		{At: Spawn, Task: 1, Name: "Task-1", Line: 9},
		{At: Run, Task: 1},
		{At: Line, Line: 2},
		{At: Print, Text: "a", Line: 2},
		{At: Line, Line: 3},
		{At: Await, Line: 3},
		{At: Wait},
		{At: Run, Call: "alarm"},
		{At: Run, Task: 1},
		{At: Line, Line: 4},
		{At: End, How: "result", Line: 4},
	}

	inGo = []Event{
		{At: Line, Line: 100},
		{At: Line, Line: 190},
		{At: Spawn, Task: 1, Name: "Task-1", Line: 190},
		{At: Other, Line: 190}, // it is pushed
		{At: Other, Line: 190}, // an iteration
		{At: Run, Task: 1, Line: 110},
		{At: Line, Line: 110},
		{At: Line, Line: 120},
		{At: Print, Text: "a", Line: 120},
		{At: Line, Line: 130},
		{At: Other, Line: 130}, // a timer
		{At: Await, Line: 130},
		{At: Wait, Line: 190},
		{At: Run, Call: "the alarm of a sleep", Line: 190},
		{At: Other, Line: 190},
		{At: Run, Task: 1, Line: 130},
		{At: Line, Line: 131}, // if err != nil
		{At: Line, Line: 140},
		{At: End, How: "result", Line: 140},
		{At: Other, Line: 140},
		{At: Other, Line: 190},
	}
)

func TestAlign(t *testing.T) {
	lines, err := program.Align(inGo, inPython)
	require.NoError(t, err)
	require.Equal(t, []int{1, 9, 9, 9, 9, 2, 2, 2, 2, 3, 3, 3, 9, 9, 9, 3, 4, 4, 4, 4, 9}, lines)
}

// Any difference is found, and shown in both files.
func TestDifference(t *testing.T) {
	without := func(events []Event, at Kind) []Event {
		var kept []Event
		for _, e := range events {
			if e.At != at {
				kept = append(kept, e)
			}
		}
		return kept
	}
	with := func(i int, e Event) []Event {
		events := append([]Event{}, inPython...)
		events[i] = e
		return events
	}
	tests := []struct {
		name     string
		inPython []Event
		want     string
	}{
		{"another text", with(6, Event{At: Print, Text: "b", Line: 2}), `step 1:
  in Go      x.go:120: it prints "a", in the step in which task 1 runs
  in Python  x.py:2: it prints "b", in the step in which task 1 runs`},
		{"no text", without(inPython, Print), `step 1:
  in Go      x.go:120: it prints "a", in the step in which task 1 runs
  in Python  x.py:3: it waits, in the step in which task 1 runs`},
		{"it does not wait", without(inPython, Await), `step 1:
  in Go      x.go:130: it waits, in the step in which task 1 runs
  in Python  x.py:3: nothing more in the step in which task 1 runs`},
		{"no task", without(inPython, Spawn), `step 0:
  in Go      x.go:190: task 1 is created, named "Task-1"
  in Python  x.py:9: nothing more before anything runs`},
		{"another name", with(3, Event{At: Spawn, Task: 1, Name: "main", Line: 9}), `step 0:
  in Go      x.go:190: task 1 is created, named "Task-1"
  in Python  x.py:9: task 1 is created, named "main"`},
		{"another task", with(11, Event{At: Run, Task: 2}), `step 4:
  in Go      x.go:130: task 1 runs
  in Python  x.py: task 2 runs`},
		{"no callback", append(append([]Event{}, inPython[:10]...), inPython[11:]...), `step 3:
  in Go      x.go:190: a callback runs the alarm of a sleep
  in Python  x.py: task 1 runs`},
		{"it fails", with(13, Event{At: End, How: "failed", Line: 4}), `step 4:
  in Go      x.go:140: it ends: result, in the step in which task 1 runs
  in Python  x.py:4: it ends: failed, in the step in which task 1 runs`},
		{"it is over", inPython[:11], `step 4:
  in Go      x.go:130: task 1 runs
  in Python  x.py: the run is over`},
		{"a thread does it", with(6, Event{At: Print, Text: "a", Line: 2, Thread: true}), `step 1:
  in Go      x.go:120: it prints "a", in the step in which task 1 runs
  in Python  x.py:2: it prints "a", in a thread, in the step in which task 1 runs`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := program.Align(inGo, tt.inPython)
			require.EqualError(t, err, "x: the runs differ in "+tt.want)
		})
	}
}

// A callback that the library does without is left out.
func TestNoCounterpart(t *testing.T) {
	events := append([]Event{}, inPython[:11]...)
	events = append(events, Event{At: Run, Call: "_chain_future.<locals>._call_check_cancel"})
	_, err := program.Align(inGo, append(events, inPython[11:]...))
	require.NoError(t, err)
}

func TestSaysOtherwise(t *testing.T) {
	x := exception{says: map[string]string{"a": "A"}}
	events := append([]Event{}, inPython...)
	events[6].Text = "A"
	_, err := program.align(inGo, events, x)
	require.NoError(t, err)
	_, err = program.align(inGo, inPython, x)
	require.Error(t, err)
}

// From the first difference on, lines are found by their words.
func TestDiffers(t *testing.T) {
	p := program
	p.Go.Text = strings.Repeat("\n", 139) + "	return greeting"
	p.Python.Text = "\n\n\n\n\n\n\n\n\n\n    return greeting"
	lines, err := p.align(inGo, inPython[:11], exception{differs: "a test"})
	require.NoError(t, err)
	require.Equal(t, []int{1, 9, 9, 9, 9, 2, 2, 2, 2, 3, 3, 3, 9, 9, 9, 3, 0, 11, 11, 11, 9}, lines)
}

// Between two things that happen in both runs, lines that are alike belong together; those of
// a loop that has more rounds in Go keep the line that they have. What a line in Go says to a tool is no
// likeness.
func TestLikeness(t *testing.T) {
	p := Program{Name: "x"}
	p.Go.Text = `
		for i := range size {
			name := fmt.Sprint("group ", i) //ouro:allow print of members
			members = append(members, name)
		}
		if err != nil {
			return err
		}
		fmt.Println(members)`
	p.Python.Text = `
    members = [
        f"group {i}"
        for i in range(size)
    ]
    print(members)
`
	var goLines []Event
	for _, line := range []int{2, 3, 4, 2, 3, 4, 2, 6, 9} {
		goLines = append(goLines, Event{At: Line, Line: line})
	}
	goLines = append(goLines, Event{At: Print, Line: 9})
	pythonLines := []Event{{At: Line, Line: 2}, {At: Line, Line: 4}, {At: Line, Line: 3}, {At: Line, Line: 6}, {At: Print, Line: 6}}
	lines, err := p.Align(goLines, pythonLines)
	require.NoError(t, err)
	require.Equal(t, []int{4, 3, 2, 4, 3, 2, 4, 6, 6, 6}, lines)
}

func TestBlocks(t *testing.T) {
	const inGo, inPython = "a\nb\nc\nd\n", "A\n  A\nB\n"
	blocks := [][2]string{{"b", "B"}, {"d", "  A"}}
	lines, err := inBlocks([]Event{{Line: 0}, {Line: 1}, {Line: 2}, {Line: 3}, {Line: 4}}, blocks, inGo, inPython)
	require.NoError(t, err)
	require.Equal(t, []int{0, 0, 3, 3, 2}, lines)

	_, err = inBlocks(nil, [][2]string{{"e", "B"}}, inGo, inPython)
	require.EqualError(t, err, `aligned: no line is "e": see exceptions.go`)
	_, err = inBlocks(nil, [][2]string{{"b", "B"}}, inGo, "B\nB\n")
	require.EqualError(t, err, `aligned: lines 1 and 2 are both "B": see exceptions.go`)
}
