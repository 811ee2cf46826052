package program

import (
	"fmt"
	"strconv"
	"strings"
)

// Listing shows the program as the Python that it stands for, each line with the number of its statement, so that
// it can be read beside a trace. What has no short form in Python, because the statement logs it, is shown as a
// call: log("text"), state(task).
func (p *Program) Listing() string {
	l := lister{p: p}
	l.line("# Times are in milliseconds. Every name is global. The number is the statement's.")
	for i := range p.Objects {
		o := &p.Objects[i]
		l.line("%s = %s", p.Names[o.As], l.object(o))
	}
	for i := range p.Coros {
		l.line("")
		l.line("async def %s():", p.Coros[i].Name)
		l.block(p.Coros[i].Body)
	}
	l.line("")
	if l.p.Picks != nil {
		l.line("# What CPython leaves open is settled %s.", l.picks())
	}
	l.line("asyncio.run(%s())", p.Coros[p.Main].Name)
	return l.b.String()
}

func (l *lister) picks() string {
	if len(l.p.Picks) == 0 {
		return "as it is without picks"
	}
	return "by the picks " + strings.Trim(strings.ReplaceAll(fmt.Sprint(l.p.Picks), " ", ", "), "[]")
}

type lister struct {
	p      *Program
	b      strings.Builder
	indent int
}

const (
	listingStep   = 4  // columns that a block is indented by
	listingColumn = 72 // where the numbers of the statements stand
)

func (l *lister) line(format string, args ...any) {
	text := strings.Repeat(" ", l.indent*listingStep) + fmt.Sprintf(format, args...)
	l.b.WriteString(strings.TrimRight(text, " "))
	l.b.WriteByte('\n')
}

// numbered writes a line with the statement's number at its right.
func (l *lister) numbered(st *Stmt, text string) {
	width := listingColumn - l.indent*listingStep
	l.line("%-*s  # %d", width, text, st.I)
}

func (l *lister) block(block []Stmt) {
	l.indent++
	if len(block) == 0 {
		l.line("pass")
	}
	for i := range block {
		l.stmt(&block[i])
	}
	l.indent--
}

func (l *lister) stmt(st *Stmt) {
	switch {
	case st.Op == OpTry:
		l.try(st)
	case st.Op == OpAsCompleted:
		l.asCompleted(st)
	case st.Op.Compound():
		l.numbered(st, l.head(st)+":")
		l.block(st.Do)
		if st.Op == OpAsyncFor {
			l.indent++
			l.line("if %d were drawn: break", st.N)
			l.indent--
		}
	case st.Op.Callback():
		l.line("def callback%d():", st.I)
		l.block(st.Do)
		l.numbered(st, l.simple(st))
	default:
		l.numbered(st, l.simple(st))
	}
}

// head returns the first line of a compound statement.
func (l *lister) head(st *Stmt) string {
	switch st.Op {
	case OpTimeout:
		return fmt.Sprintf("async with asyncio.timeout(%s) as %s", millis(st.MS), l.name(st.As))
	case OpGroup:
		return fmt.Sprintf("async with asyncio.TaskGroup() as %s", l.name(st.As))
	case OpWith:
		return "async with " + l.operand(st.On)
	case OpAsyncFor:
		return "async for each in " + l.operand(st.On)
	}
	return fmt.Sprintf("for _ in range(%d)", st.N)
}

func (l *lister) try(st *Stmt) {
	l.numbered(st, "try:")
	l.block(st.Do)
	for i := range st.Except {
		h := &st.Except[i]
		kinds := strings.Join(h.Kinds, ", ")
		if len(h.Kinds) != 1 {
			kinds = "(" + kinds + ")"
		}
		l.line("except %s:", kinds)
		l.block(h.Do)
		if h.Reraise {
			l.indent++
			l.line("raise")
			l.indent--
		}
	}
	if len(st.Finally) > 0 || len(st.Except) == 0 {
		l.line("finally:")
		l.block(st.Finally)
	}
}

func (l *lister) asCompleted(st *Stmt) {
	timeout := ""
	if st.MS.Set {
		timeout = ", timeout=" + millis(st.MS)
	}
	l.numbered(st, fmt.Sprintf("for each in asyncio.as_completed([%s]%s):", l.operands(st.Of), timeout))
	l.indent++
	if st.Stop {
		l.line("await each")
	} else {
		l.line("await each  # and goes on after an error")
	}
	l.indent--
}

func (l *lister) name(n Name) string   { return l.p.Names[n] }
func (l *lister) coro(id int32) string { return l.p.Coros[id].Name + "()" }

func (l *lister) operand(o Operand) string {
	if o.Fresh() {
		return l.coro(o.Coro)
	}
	return l.name(o.Name)
}

func (l *lister) operands(of []Operand) string {
	words := make([]string, len(of))
	for i, o := range of {
		words[i] = l.operand(o)
	}
	return strings.Join(words, ", ")
}

func (l *lister) object(o *Object) string {
	switch o.Kind {
	case Lock:
		return "asyncio.Lock()"
	case Event:
		return "asyncio.Event()"
	case Cond:
		return "asyncio.Condition()"
	case Semaphore:
		return fmt.Sprintf("asyncio.Semaphore(%d)", o.N)
	case BoundedSemaphore:
		return fmt.Sprintf("asyncio.BoundedSemaphore(%d)", o.N)
	case Barrier:
		return fmt.Sprintf("asyncio.Barrier(%d)", o.N)
	case Queue:
		return fmt.Sprintf("asyncio.Queue(%d)", o.N)
	case LifoQueue:
		return fmt.Sprintf("asyncio.LifoQueue(%d)", o.N)
	case PriorityQueue:
		return fmt.Sprintf("asyncio.PriorityQueue(%d)", o.N)
	}
	return fmt.Sprintf("contextvars.ContextVar(%q, default=%s)", l.name(o.As), literal(o.Default))
}

// millis shows a time that may be none.
func millis(ms Maybe[int64]) string {
	if !ms.Set {
		return "None"
	}
	return strconv.FormatInt(ms.V, 10)
}

// quoted shows a text that may be none.
func quoted(s Maybe[string]) string {
	if !s.Set {
		return ""
	}
	return strconv.Quote(s.V)
}

// literal shows a value in Python's words.
func literal(v Value) string {
	switch v := v.(type) {
	case nil:
		return "None"
	case bool:
		if v {
			return "True"
		}
		return "False"
	case string:
		return strconv.Quote(v)
	case []any:
		words := make([]string, len(v))
		for i, x := range v {
			words[i] = literal(x)
		}
		return "[" + strings.Join(words, ", ") + "]"
	}
	return fmt.Sprint(v)
}

func (e Err) listing() string { return fmt.Sprintf("%s(%q)", e.Kind, e.Msg) }
