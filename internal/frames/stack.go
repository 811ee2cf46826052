package frames

import (
	"bytes"
	"fmt"
	"path"
	"runtime"
	"slices"
	"strings"
)

// A Call is one line of a stack that was written as text.
type Call struct {
	Function string
	File     string
	Line     string
}

func (c Call) String() string { return fmt.Sprintf("%s (%s:%s)", c.Function, c.File, c.Line) }

// Short is the file, with the last of its directories, and the line.
func (c Call) Short() string {
	return path.Join(path.Base(path.Dir(c.File)), path.Base(c.File)) + ":" + c.Line
}

// Parse are the calls in a stack as runtime.Stack writes it, the innermost first, and
// its header, which names the goroutine, and the number of the goroutine that has made it,
// "" if that is not told.
func Parse(stack []byte) (header string, calls []Call, creator string) {
	text := string(stack)
	header, text, _ = strings.Cut(text, "\n")
	for text != "" {
		var function, place string
		function, text, _ = strings.Cut(text, "\n")
		place, text, _ = strings.Cut(text, "\n")
		if by, ok := strings.CutPrefix(function, "created by "); ok {
			_, creator, _ = strings.Cut(by, " in goroutine ")
			break
		}
		place, ok := strings.CutPrefix(place, "\t")
		if !ok { // frames were left out
			text = place + "\n" + text
			continue
		}
		place, _, _ = strings.Cut(place, " +0x")
		at := strings.LastIndexByte(place, ':')
		if at < 0 {
			continue
		}
		calls = append(calls, Call{withoutArguments(function), place[:at], place[at+1:]})
	}
	return strings.TrimSuffix(header, ":"), calls, creator
}

// withoutArguments is main.(*T).f of main.(*T).f(0x1, ...).
func withoutArguments(function string) string {
	if at := strings.LastIndexByte(function, '('); at > 0 {
		return function[:at]
	}
	return function
}

// Creator is the number of the goroutine that has made this one.
func Creator() string {
	buf := make([]byte, 64<<10)
	_, _, creator := Parse(buf[:runtime.Stack(buf, false)])
	return creator
}

// Goroutines are the stacks of all goroutines, as they were when first asked for one.
type Goroutines struct{ stacks map[string][]byte }

// Stack are the calls of the goroutine of that number, and the number of the one that has
// made it.
func (g *Goroutines) Stack(number string) (calls []Call, creator string) {
	if g.stacks == nil {
		g.stacks = make(map[string][]byte)
		for stack := range bytes.SplitSeq(allStacks(), []byte("\n\n")) {
			rest, _ := bytes.CutPrefix(stack, []byte("goroutine "))
			n, _, _ := bytes.Cut(rest, []byte(" "))
			g.stacks[string(n)] = stack
		}
	}
	stack, ok := g.stacks[number]
	if !ok {
		return nil, ""
	}
	_, calls, creator = Parse(stack)
	return calls, creator
}

// allStacks is what runtime.Stack says of all goroutines, up to a size that nobody is to
// wait for.
func allStacks() []byte {
	const most = 16 << 20
	for size := 64 << 10; ; size *= 4 {
		buf := make([]byte, size)
		if n := runtime.Stack(buf, true); n < size || size >= most {
			return buf[:n]
		}
	}
}

// Panicked are the calls in the stack of a panic, from the program's own that has
// panicked, or called what has, to the one that the loop has called. What is not a
// stack of a panic has none.
func Panicked(stack []byte) (header string, calls []Call) {
	if len(bytes.TrimSpace(stack)) == 0 {
		return "", nil
	}
	header, calls, _ = Parse(stack)
	for i, c := range calls {
		if c.Function == "panic" {
			return header, Relevant(calls[i+1:])
		}
	}
	return header, nil
}

// OneLine is the stack of a panic as Panicked has it, for a log: text handlers write a
// line break as \n.
func OneLine(stack []byte) string {
	header, calls := Panicked(stack)
	if len(calls) == 0 {
		return string(stack)
	}
	texts := make([]string, len(calls))
	for i, c := range calls {
		texts[i] = c.String()
	}
	return header + " " + strings.Join(texts, " < ")
}

// Relevant takes out of a stack the calls that are not the program's on both of its ends,
// and all below what runs an entry of the ready queue. If nothing is the program's, the
// calls of this module are left.
func Relevant(calls []Call) []Call {
	for i, c := range calls {
		if IsBottom(c.File) {
			calls = calls[:i]
			break
		}
	}
	if own := trimmed(calls, IsUser); len(own) > 0 {
		return own
	}
	return trimmed(calls, func(file string) bool { return !isStandard(file) })
}

// trimmed are the calls from the first to the last whose file is wanted.
func trimmed(calls []Call, wanted func(file string) bool) []Call {
	for len(calls) > 0 && !wanted(calls[0].File) {
		calls = calls[1:]
	}
	for len(calls) > 0 && !wanted(calls[len(calls)-1].File) {
		calls = calls[:len(calls)-1]
	}
	return calls
}

// PulledFrom reports whether a function that iter.Pull runs, the caller, was pulled on a
// stack with one of the functions of that name, be it through further iterators. It is
// answered from the stacks of all goroutines: an iterator has a goroutine of its own.
func PulledFrom(functions ...string) bool {
	var all Goroutines
	for number := Creator(); number != ""; {
		calls, creator := all.Stack(number)
		for _, c := range calls {
			if slices.Contains(functions, c.Function) {
				return true
			}
		}
		if len(calls) == 0 || !strings.HasPrefix(calls[len(calls)-1].Function, "iter.Pull") {
			return false // no iterator
		}
		number = creator
	}
	return false
}
