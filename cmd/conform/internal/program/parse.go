package program

import (
	"errors"
	"fmt"
	"math"
	"sync"
	"unicode/utf8"
)

// version is the version of the format that this package reads and writes.
const version = 1

// maxMS bounds times, so that no sum of those that a trace can hold overflows a time.Duration.
const maxMS = 1_000_000_000

// Parse reads a program from its line of text. It accepts what can be run and has one meaning; what it refuses is
// told with its column and, inside a statement, with the statement's number. Fields that the format does not have
// are skipped, so that a program may carry notes.
//
// It is safe for concurrent use.
func Parse(line []byte) (*Program, error) {
	if !utf8.Valid(line) {
		return nil, errors.New("not UTF-8")
	}
	p := parsers.Get().(*parser)
	defer parsers.Put(p)
	p.begin(line)
	p.program()
	if p.err != nil {
		return nil, p.err
	}
	return p.prog, nil
}

// parser reads one program after the other. Most of its memory outlives the programs: reading them is a good part of
// what running them costs.
type parser struct {
	scanner
	prog *Program
	told bool // err says already where in the program it is

	names     map[string]Name
	coros     map[string]int32 // numbered as they are first mentioned
	mentioned []string         // their names, by that number
	number    []int32          // and the number that they have in the order of their definitions, or undefined
	vars      []varUse
	yields    bool // some statement does

	// What blocks and lists gather their elements on, until they know how many there are.
	stmts    []Stmt
	operands []Operand
	handlers []Handler
	words    []string

	// What the finished lists of this program are cut from.
	stmtArena    arena[Stmt]
	operandArena arena[Operand]
	handlerArena arena[Handler]
	wordArena    arena[string]

	texts // that earlier programs had as well
}

var parsers = sync.Pool{New: func() any {
	return &parser{names: map[string]Name{}, coros: map[string]int32{}}
}}

// varUse is a statement that uses a context variable. Objects may follow the coroutines in the text, so that these
// are looked up at the end.
type varUse struct {
	name Name
	i    int
	op   Op
}

func (p *parser) begin(line []byte) {
	p.scanner = scanner{data: line}
	p.prog = &Program{Names: make([]string, 1, 32)}
	p.told, p.yields = false, false
	clear(p.names)
	clear(p.coros)
	p.mentioned, p.number, p.vars = p.mentioned[:0], p.number[:0], p.vars[:0]
	p.stmts, p.operands, p.handlers, p.words = p.stmts[:0], p.operands[:0], p.handlers[:0], p.words[:0]
	p.stmtArena.free = make([]Stmt, min(len(line)/bytesPerStmt, maxAhead))
	p.operandArena, p.handlerArena, p.wordArena = arena[Operand]{}, arena[Handler]{}, arena[string]{}
}

// Memory for statements is taken ahead, by the length of the text, within bounds.
const (
	bytesPerStmt = 56
	maxAhead     = 512
)

// arena cuts slices from larger ones.
type arena[T any] struct{ free []T }

// take returns a copy of the list that has no room to grow.
func (a *arena[T]) take(list []T) []T {
	n := len(list)
	if n > len(a.free) {
		a.free = make([]T, max(n, 16))
	}
	taken := a.free[:n:n]
	a.free = a.free[n:]
	copy(taken, list)
	return taken
}

// place puts before the error, if there is one, where in the program it is. The innermost place wins.
func (p *parser) place(format string, args ...any) {
	if p.err != nil && !p.told {
		p.err = fmt.Errorf("%s: %w", fmt.Sprintf(format, args...), p.err)
		p.told = true
	}
}

func (p *parser) program() {
	var hasMain, hasCoros bool
	p.open('{')
	for first := true; p.more('}', first); first = false {
		switch string(p.key()) {
		case "v":
			if v := p.int(); v != version {
				p.failf("version %d of the format is unknown", v)
			}
		case "main":
			hasMain = true
			p.prog.Main = int(p.coro())
		case "objects":
			p.objects()
		case "picks":
			p.picks()
		case "coros":
			if hasCoros {
				p.failf("coros given twice")
			}
			hasCoros = true
			p.coroutines()
		default:
			p.skip()
		}
	}
	p.end()
	if p.err == nil && !(hasMain && hasCoros) {
		p.denyf("a program needs main and coros")
	}
	if p.err == nil {
		p.checkVars()
		p.resolve()
	}
	if p.err == nil && p.yields {
		p.err = p.prog.checkGenerators()
	}
}

func (p *parser) picks() {
	if p.null() {
		return
	}
	p.prog.Picks = []int{}
	p.open('[')
	for first := true; p.more(']', first); first = false {
		pick := p.int()
		if pick < 0 || pick > math.MaxInt32 {
			p.failf("a pick of %d", pick)
		}
		p.prog.Picks = append(p.prog.Picks, int(pick))
	}
}

func (p *parser) checkVars() {
	if len(p.vars) == 0 {
		return
	}
	known := map[Name]bool{}
	for _, o := range p.prog.Objects {
		known[o.As] = known[o.As] || o.Kind == ContextVar
	}
	for _, use := range p.vars {
		if !known[use.name] {
			p.denyf("unknown context variable %q", p.prog.Names[use.name])
			p.place("statement %d (%s)", use.i, use.op)
		}
	}
}

// undefined is the number of a coroutine that is mentioned only.
const undefined = -1

// resolve gives the coroutines the numbers that they have in the order of the text.
func (p *parser) resolve() {
	moved := false
	for id, number := range p.number {
		moved = moved || int(number) != id
	}
	if !moved {
		return
	}
	main := p.number[p.prog.Main]
	if main == undefined {
		p.denyf("main: unknown coroutine %q", p.mentioned[p.prog.Main])
		return
	}
	p.prog.Main = int(main)
	for i := range p.prog.Coros {
		Walk(p.prog.Coros[i].Body, func(st *Stmt) {
			st.EachCoro(func(ref *int32) {
				number := p.number[*ref]
				if number == undefined {
					p.denyf("unknown coroutine %q", p.mentioned[*ref])
					p.place("%s", st.title())
					return
				}
				*ref = number
			})
		})
	}
}

func (p *parser) coroutines() {
	p.open('{')
	for first := true; p.more('}', first); first = false {
		id := p.coroOf(p.key())
		name := p.mentioned[id]
		if p.number[id] != undefined {
			p.failf("coroutine %q defined twice", name)
		}
		p.number[id] = int32(len(p.prog.Coros))
		body := p.block()
		p.prog.Coros = append(p.prog.Coros, Coro{Name: name, Body: body})
		p.place("coroutine %q", name)
	}
}

func (p *parser) block() []Stmt {
	base := len(p.stmts)
	p.open('[')
	for first := true; p.more(']', first); first = false {
		p.stmts = append(p.stmts, Stmt{})
		p.stmt(len(p.stmts) - 1)
	}
	block := p.stmtArena.take(p.stmts[base:])
	p.stmts = p.stmts[:base]
	return block
}

// name reads a name that must not be empty.
func (p *parser) name() Name {
	word := p.bytes()
	if len(word) == 0 {
		p.failf("a name must not be empty")
		return 0
	}
	if n, ok := p.names[string(word)]; ok {
		return n
	}
	n := Name(len(p.prog.Names))
	text := p.text(word)
	p.prog.Names = append(p.prog.Names, text)
	p.names[text] = n
	return n
}

// coro reads the name of a coroutine.
func (p *parser) coro() int32 { return p.coroOf(p.bytes()) }

func (p *parser) coroOf(word []byte) int32 {
	if id, ok := p.coros[string(word)]; ok {
		return id
	}
	id := int32(len(p.coros))
	name := p.text(word)
	p.coros[name] = id
	p.mentioned = append(p.mentioned, name)
	p.number = append(p.number, undefined)
	return id
}
