package frames

import (
	"bytes"
	"cmp"
	"runtime"
	"runtime/pprof"
	"strconv"
	"strings"
)

// A Goroutine is what is told about one that is not suspended as a coroutine.
type Goroutine struct {
	Name    string // "goroutine 12", "" from the profile
	State   string // "chan receive", as runtime.Stack has it; from the profile "waiting" or "" for most
	Calls   []Call // the innermost first
	Creator string // the number of the one that has made it, "" if that is not known
}

// Pulled reports whether iter.Pull runs it, as every coroutine.
func (g *Goroutine) Pulled() bool {
	return len(g.Calls) > 0 && strings.HasPrefix(g.Calls[len(g.Calls)-1].Function, "iter.Pull")
}

// maxDumped is of how many goroutines the stacks are written out: the world stops for some
// 20 to 40 µs for each.
const maxDumped = 250

// Active are the goroutines that are not suspended as coroutines, and for which wanted is
// true. With many goroutines it looks at the goroutine profile, for which the world stops
// only briefly, and which knows no names.
func Active(wanted func(*Goroutine) bool) []Goroutine {
	if runtime.NumGoroutine() <= maxDumped {
		return ActiveDumped(wanted)
	}
	return ActiveProfiled(wanted)
}

// ActiveDumped is Active by way of runtime.Stack.
func ActiveDumped(wanted func(*Goroutine) bool) (found []Goroutine) {
	for stack := range bytes.SplitSeq(allStacks(), []byte("\n\n")) {
		head, _, _ := bytes.Cut(stack, []byte("\n"))
		name, state, ok := strings.Cut(string(head), " [")
		state, _, _ = strings.Cut(state, "]")
		state, _, _ = strings.Cut(state, ",")           // how long, or what bubble it is in
		state = strings.TrimSuffix(state, " (durable)") // in such a bubble
		if !ok || state == "coroutine" {
			continue
		}
		g := Goroutine{Name: name, State: state}
		_, g.Calls, g.Creator = Parse(stack)
		if wanted(&g) {
			found = append(found, g)
		}
	}
	return found
}

// ActiveProfiled is Active by way of the goroutine profile.
func ActiveProfiled(wanted func(*Goroutine) bool) (found []Goroutine) {
	var text bytes.Buffer
	if err := pprof.Lookup("goroutine").WriteTo(&text, 1); err != nil {
		return nil
	}
	for line := range strings.Lines(text.String()) {
		_, addresses, ok := strings.Cut(line, " @ ") // how many, and where
		if !ok || strings.HasPrefix(line, "#") {
			continue
		}
		g := fromProfile(addresses)
		if g != nil && wanted(g) {
			found = append(found, *g)
		}
	}
	return found
}

// fromProfile is the goroutine with these return addresses, nil for a suspended coroutine.
func fromProfile(addresses string) *Goroutine {
	var pcs []uintptr
	for field := range strings.FieldsSeq(addresses) {
		pc, err := strconv.ParseUint(field, 0, 64)
		if err != nil {
			return nil
		}
		pcs = append(pcs, uintptr(pc))
	}
	if len(pcs) == 0 {
		return nil
	}
	g := new(Goroutine)
	switch runtime.FuncForPC(pcs[0]).Name() {
	case "runtime.coroswitch":
		return nil
	case "runtime.gopark":
		g.State = "waiting"
	}
	calls := runtime.CallersFrames(pcs)
	for more := true; more; {
		var f runtime.Frame
		f, more = calls.Next()
		switch {
		case !isInternal(f.Function):
			g.Calls = append(g.Calls, Call{f.Function, f.File, strconv.Itoa(f.Line)})
		case len(g.Calls) == 0 && g.State == "waiting":
			g.State = cmp.Or(waitStates[f.Function], g.State)
		}
	}
	return g
}

// isInternal reports whether runtime.Stack would not show a function: one of the runtime's
// that nobody else can call.
func isInternal(function string) bool {
	name, ok := strings.CutPrefix(function, "runtime.")
	return ok && (name == "" || name[0] < 'A' || name[0] > 'Z') && name[0] != '('
}

// waitStates are what runtime.Stack calls the state of a goroutine inside of a function, for
// waits that no other function tells of.
var waitStates = map[string]string{
	"runtime.chanrecv": "chan receive",
	"runtime.chansend": "chan send",
	"runtime.selectgo": "select",
	"runtime.block":    "select (no cases)",
}
