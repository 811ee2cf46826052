package frames

import (
	"bytes"
	"fmt"
	"runtime/pprof"
	"slices"
	"strconv"
	"strings"
)

// Labeled are goroutines that are alike: at one place, with one pprof label.
type Labeled struct {
	Goroutine
	Count   int
	Started Call // the go statement that has started them, or one of them; zero if that is not known
}

// WithLabel are the goroutines that have that pprof label, which those that they start inherit.
// Coroutines that are suspended are left out.
func WithLabel(key, value string) (found []Labeled) {
	var text bytes.Buffer
	if err := pprof.Lookup("goroutine").WriteTo(&text, 1); err != nil {
		return nil
	}
	label := fmt.Sprintf("%q:%q", key, value)
	var count, addresses string
	for line := range strings.Lines(text.String()) {
		switch {
		case !strings.HasPrefix(line, "#"):
			count, addresses, _ = strings.Cut(line, " @ ")
		case strings.HasPrefix(line, "# labels: ") && strings.Contains(line, label):
			n, _ := strconv.Atoi(count)
			if g := fromProfile(addresses); g != nil {
				found = append(found, Labeled{Goroutine: *g, Count: n})
			}
		}
	}
	return found
}

// FindStarts looks for who has started the goroutines. The profile does not tell; so it is taken
// from the stacks of all goroutines, of one that is at the same place.
func FindStarts(found []Labeled) {
	for stack := range bytes.SplitSeq(allStacks(), []byte("\n\n")) {
		_, calls, _ := Parse(stack)
		started, ok := startOf(string(stack))
		for i := range found {
			if ok && found[i].Started == (Call{}) && slices.EqualFunc(found[i].Calls, calls, samePlace) {
				found[i].Started = started
			}
		}
	}
}

func samePlace(a, b Call) bool { return a.File == b.File && a.Line == b.Line }

// startOf is the go statement that has started the goroutine of a stack.
func startOf(stack string) (Call, bool) {
	_, text, ok := strings.Cut(stack, "\ncreated by ")
	if !ok {
		return Call{}, false
	}
	function, place, _ := strings.Cut(text, "\n")
	function, _, _ = strings.Cut(function, " in goroutine ")
	place, _, _ = strings.Cut(strings.TrimSpace(place), " +0x")
	at := strings.LastIndexByte(place, ':')
	if at < 0 {
		return Call{}, false
	}
	return Call{function, place[:at], place[at+1:]}, true
}
