package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ouro-loop/ouro/cmd/loopdemo/internal/museum"
)

// virtualClock has asyncio.run take a loop whose time jumps to the next timer, so that what a
// program prints does not depend on how busy the machine is. It does not wait for threads.
const virtualClock = `
import asyncio, selectors

class Selector(selectors.DefaultSelector):
    now = 0

    def select(self, timeout=None):
        if not timeout:
            return super().select(timeout)
        events = super().select(0)
        if not events:
            self.now += timeout
        return events

class Loop(asyncio.SelectorEventLoop):
    def __init__(self):
        super().__init__(Selector())

    def time(self):
        return self._selector.now

asyncio.events.new_event_loop = Loop
`

// onTheClock are the programs that need the real clock, as they have threads or never wait. On
// a busy machine they may be late, and print something else.
var onTheClock = []string{
	"blocking-the-loop/cure", "busy-waiting/trap", "forgotten-wakeup/trap", "forgotten-wakeup/cure",
	"waiting-for-oneself/cure",
}

const patience = 10 // runs in which such a program has to print what is recorded, once

// Python prints what is recorded of the exhibits: in earlier versions too, where those are
// found.
func TestPythonMuseum(t *testing.T) {
	t.Parallel()
	finds := map[string]func(t *testing.T) string{
		"3.11": func(t *testing.T) string { return findExactly(t, 3, 11, 7) },
		"3.12": func(t *testing.T) string { return findExactly(t, 3, 12, 1) },
		"3.13": func(t *testing.T) string { return findPython(t, 3, 13) }, // or later
	}
	for version, find := range finds {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			requireRecorded(t, find(t), version)
		})
	}
}

func requireRecorded(t *testing.T, python, version string) {
	t.Helper()
	recorded := map[string]string{}
	var names []string
	for _, e := range museum.All() {
		v := recordedOn(e, version)
		recorded[e.TrapProgram.Name], recorded[e.CureProgram.Name] = v.Trap, v.Cure
		names = append(names, e.TrapProgram.Name, e.CureProgram.Name)
	}
	virtual := slices.DeleteFunc(names, func(name string) bool { return slices.Contains(onTheClock, name) })
	for i, got := range printedBy(t, python, virtualClock+runScripts, pythonFiles(virtual)) {
		require.Equal(t, recorded[virtual[i]], got, virtual[i])
	}

	late := onTheClock
	for range patience {
		var again []string
		for i, got := range printedBy(t, python, runScripts, pythonFiles(late)) {
			if got != recorded[late[i]] {
				again = append(again, late[i])
			}
		}
		if late = again; late == nil {
			return
		}
	}
	require.Empty(t, late, "they have not printed what is recorded in %d runs", patience)
}

// recordedOn is what an exhibit's programs print on this version of Python.
func recordedOn(e museum.Exhibit, python string) museum.Version {
	for _, v := range e.Versions {
		if v.Python == python {
			return v
		}
	}
	return e.Versions[len(e.Versions)-1]
}

// pythonFiles are the sources of the exhibits' programs with these names.
func pythonFiles(names []string) []string {
	files := make([]string, len(names))
	for i, name := range names {
		files[i] = "internal/museum/" + strings.NewReplacer("-", "_", "/", "_").Replace(name) + ".py"
	}
	return files
}
