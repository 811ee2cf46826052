package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/museum"
)

// Each program of the museum prints in Go what CPython prints, in virtual time and at
// once. The traps that do not are those that say so. The bubble is for those that block.
func TestMuseumVirtualTime(t *testing.T) {
	for _, e := range museum.All() {
		synctest.Test(t, func(t *testing.T) {
			begin := time.Now()
			requirePrints(t, e, "--virtual")
			require.LessOrEqual(t, time.Since(begin), 400*time.Millisecond, "%s: what blocks does so for a moment", e.Slug)
		})
	}
}

// On a real clock they print the same.
func TestMuseumRealTime(t *testing.T) {
	for _, e := range museum.All() {
		if e.Slug == "busy-waiting" {
			continue // the time of a bubble stands still while its trap spins
		}
		synctest.Test(t, func(t *testing.T) { requirePrints(t, e) })
	}
}

func requirePrints(t *testing.T, e museum.Exhibit, flags ...string) {
	t.Helper()
	latest := e.Versions[len(e.Versions)-1]
	trap := latest.Trap
	if e.TrapDiffers {
		trap = hereRecorded(t, e)
		require.NotEqual(t, latest.Trap, trap, "%s: it does not differ", e.Slug)
	}
	require.Equal(t, trap, succeed(t, append([]string{"run", e.TrapProgram.Name}, flags...)...), e.Slug)
	require.Equal(t, latest.Cure, succeed(t, append([]string{"run", e.CureProgram.Name}, flags...)...), e.Slug)
}

// hereRecorded is what a trap prints in Go that does not print what CPython does.
func hereRecorded(t *testing.T, e museum.Exhibit) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("internal/museum/testdata", e.Slug, "trap-here.out"))
	require.NoError(t, err)
	return string(text)
}

// An exhibit's own name stands for its two programs.
func TestExhibitName(t *testing.T) {
	require.Equal(t, "== lost-update/trap\nbalance: 10\n\n== lost-update/cure\nbalance: 20\n",
		succeed(t, "run", "lost-update", "--virtual"))
	require.Equal(t, succeed(t, "show", "lost-update/trap")+"\n"+succeed(t, "show", "lost-update/cure"),
		succeed(t, "show", "lost-update"))
}

// Both sources are shown, side by side in a large window.
func TestShowExhibits(t *testing.T) {
	for _, e := range museum.All() {
		for _, d := range []string{e.TrapProgram.Name, e.CureProgram.Name} {
			file := strings.NewReplacer("-", "_", "/", "_").Replace(d)
			inGo, err := os.ReadFile("internal/museum/" + file + ".go")
			require.NoError(t, err)
			inPython, err := os.ReadFile("internal/museum/" + file + ".py")
			require.NoError(t, err)
			require.Equal(t,
				titled(file+".go", string(inGo))+"\n"+titled(file+".py", string(inPython)),
				succeed(t, "show", d, "--width", "40"))
			require.Contains(t, succeed(t, "show", d, "--width", "160"), file+".py\n--", "they stand side by side")
			require.NotContains(t, succeed(t, "show", d, "--width", "160"), "\n"+file+".py", "they stand side by side")
		}
	}
}

func TestMuseumList(t *testing.T) {
	all := museum.All()
	lines := strings.Split(succeed(t, "museum", "--width", "80"), "\n")
	for i, e := range all {
		require.True(t, strings.HasPrefix(lines[i], e.Slug+"  "), lines[i])
		require.True(t, strings.HasSuffix(lines[i], "  "+e.Title), lines[i])
	}
	require.Equal(t, []string{"", "To read one:", "  loopdemo museum " + all[0].Slug, ""}, lines[len(all):])
	require.Equal(t, strings.Join(lines, "\n"), succeed(t, "museum"), "the output is no terminal")
	require.Equal(t, strings.Join(lines, "\n"), succeed(t, "museum", "--width", "200"))
}

// In a narrow terminal a title stands below its name.
func TestMuseumListNarrow(t *testing.T) {
	narrow := succeed(t, "museum", "--width", "40")
	require.LessOrEqual(t, longest(strings.Split(narrow, "\n")), 40)
	require.Contains(t, narrow, "\nlost-result\n  A result that came in time, and is\n  lost\n")
	require.Equal(t, strings.Fields(succeed(t, "museum")), strings.Fields(narrow))
}

func TestMuseumExhibit(t *testing.T) {
	const want = `The notification that nobody got
--------------------------------

What you expect
  ` + "`notify(1)`" + ` wakes one of those who wait.

What happens
  Up to Python 3.12 nobody is woken if that one is canceled in the same
  iteration: the other one waits for ever. Since 3.13 the notification is passed
  on.

Why
  The task that was notified left with its CancelledError, and took the
  notification along.

The cure
  Python 3.13 or later. Before that, ` + "`notify_all`, and a loop around `wait`" + ` that
  looks whether there is something to do.

In Go, with ouro
  As in 3.13: it is passed on.

The trap in Python 3.11 and 3.12
  still waiting: b

To run it, and to see the sources
  loopdemo run lost-notify
  loopdemo show lost-notify/trap
  loopdemo show lost-notify/cure

To read on
  CPython issue 112202
  https://github.com/python/cpython/issues/112202
  CPython pull request 112201
  https://github.com/python/cpython/pull/112201
`
	require.Equal(t, want, succeed(t, "museum", "lost-notify"))
	require.Equal(t, want, succeed(t, "museum", "lost-notify/trap"), "a program's name is as good")
	require.Equal(t, want, succeed(t, "museum", "lost-notify", "--width", "200"), "lines stay short")
}

// At every width an exhibit has the same words. Only an address, and what a program prints,
// is wider than the terminal.
func TestMuseumWidths(t *testing.T) {
	for _, e := range museum.All() {
		wide := succeed(t, "museum", e.Slug)
		require.NotContains(t, wide, "\n\n\n")
		for _, width := range []string{"40", "80", "200"} {
			text := succeed(t, "museum", e.Slug, "--width", width)
			require.Equal(t, withoutRules(wide), withoutRules(text), e.Slug)
			for line := range strings.Lines(text) {
				line = strings.TrimSuffix(line, "\n")
				require.Equal(t, strings.TrimRight(line, " "), line, e.Slug)
				printed := strings.Contains(e.Versions[0].Trap, strings.TrimSpace(line))
				if !strings.Contains(line, "https://") && !printed {
					require.LessOrEqual(t, longest([]string{line}), map[string]int{"40": 40, "80": 80, "200": 80}[width], "%s: %s", e.Slug, line)
				}
			}
		}
		for line := range strings.Lines(wide) { // the commands that it names
			if command, ok := strings.CutPrefix(line, "  loopdemo "); ok && !strings.HasPrefix(command, "run") {
				require.NotEmpty(t, succeed(t, strings.Fields(command)...))
			}
		}
	}
}

// withoutRules are the words of a text but for the line below its title.
func withoutRules(text string) []string {
	var words []string
	for _, word := range strings.Fields(text) {
		if strings.Trim(word, "-") != "" {
			words = append(words, word)
		}
	}
	return words
}

func TestWrap(t *testing.T) {
	tests := []struct {
		name, text string
		width      int
		want       []string
	}{
		{"nothing", "", 10, nil},
		{"one line", "a bc def", 10, []string{"  a bc def"}},
		{"a column too few", "a bc def", 9, []string{"  a bc", "  def"}},
		{"spaces", " a\n\tb  c ", 10, []string{"  a b c"}},
		{"a wide word", "a https://example.com b", 10, []string{"  a", "  https://example.com", "  b"}},
		{"letters, not bytes", "grün grün", 11, []string{"  grün grün"}},
		{"no width", "a b", 0, []string{"  a", "  b"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			require.Equal(t, tt.want, wrap(tt.text, "  ", tt.width))
		})
	}
}
