package program

import (
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"
)

// version is the version of the format that this package reads and writes.
const version = 1

// maxMS bounds times, so that no sum of those that a trace can hold overflows a time.Duration.
const maxMS = 1_000_000_000

// Parse reads a program from its line of text. It accepts what can be run and has one meaning; what it refuses is
// told with its column and, inside a statement, with the statement's number. Fields that the format does not have
// are skipped, so that a program may carry notes.
func Parse(line []byte) (*Program, error) {
	if !utf8.Valid(line) {
		return nil, errors.New("not UTF-8")
	}
	p := parser{
		scanner: scanner{data: line},
		names:   make(map[string]Name, 32),
		coros:   make(map[string]int32, 8),
		prog:    &Program{Names: []string{""}},
	}
	p.program()
	if p.err != nil {
		return nil, p.err
	}
	return p.prog, nil
}

type parser struct {
	scanner
	prog  *Program
	names map[string]Name
	coros map[string]int32
	vars  []varUse
	stack []Stmt // the statements of the blocks being read, so that a block is allocated once
	told  bool   // err says already where in the program it is
}

// varUse is a statement that uses a context variable. Objects may follow the coroutines in the text, so that these
// are looked up at the end.
type varUse struct {
	name Name
	i    int
	op   Op
}

// place puts before the error, if there is one, where in the program it is. The innermost place wins.
func (p *parser) place(format string, args ...any) {
	if p.err != nil && !p.told {
		p.err = fmt.Errorf("%s: %w", fmt.Sprintf(format, args...), p.err)
		p.told = true
	}
}

func (p *parser) program() {
	var main string
	var hasMain, hasCoros bool
	p.open('{')
	for first := true; p.more('}', first); first = false {
		switch string(p.key()) {
		case "v":
			if v := p.int(); v != version {
				p.failf("version %d of the format is unknown", v)
			}
		case "main":
			main, hasMain = p.str(), true
		case "objects":
			p.objects()
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
	if p.err != nil {
		return
	}
	if !hasMain || !hasCoros {
		p.failf("a program needs main and coros")
		return
	}
	id, ok := p.coros[main]
	if !ok {
		p.failf("main: unknown coroutine %q", main)
		return
	}
	p.prog.Main = int(id)
	p.checkVars()
}

func (p *parser) checkVars() {
	for _, use := range p.vars {
		isUsed := func(o Object) bool { return o.Kind == ContextVar && o.As == use.name }
		if !slices.ContainsFunc(p.prog.Objects, isUsed) {
			p.failf("unknown context variable %q", p.prog.Names[use.name])
			p.place("statement %d (%s)", use.i, use.op)
		}
	}
}

func (p *parser) objects() {
	if p.null() {
		return
	}
	p.open('[')
	for first := true; p.more(']', first); first = false {
		p.prog.Objects = append(p.prog.Objects, p.object())
		p.place("object %d", len(p.prog.Objects))
	}
}

func (p *parser) object() (o Object) {
	var n, size Maybe[int64]
	p.open('{')
	for first := true; p.more('}', first); first = false {
		switch string(p.key()) {
		case "kind":
			word := p.str()
			o.Kind = ObjectKind(slices.Index(objectWords[1:], word) + 1)
			if o.Kind == 0 {
				p.failf("unknown kind %q", word)
			}
		case "as":
			o.As = p.name()
		case "n":
			n = Just(p.int())
		case "max":
			size = Just(p.int())
		case "default":
			o.Default = p.value()
		default:
			p.skip()
		}
	}
	if p.err != nil {
		return o
	}
	switch {
	case o.Kind == 0:
		p.failf("missing field %q", "kind")
	case o.As == 0:
		p.failf("missing field %q", "as")
	case o.Kind.counted() == "n" && !n.Set, o.Kind.counted() == "max" && !size.Set:
		p.failf("missing field %q", o.Kind.counted())
	case o.Kind == Barrier && n.V < 1, o.Kind != Barrier && n.V < 0:
		p.failf("n is %d, too small for a %s", n.V, o.Kind)
	case o.Kind.counted() == "n":
		o.N = n.V
	case o.Kind.counted() == "max":
		o.N = size.V
	}
	return o
}

// coroutines reads the coroutines twice: once for their names, so that those used before they are defined are known,
// and once for their bodies.
func (p *parser) coroutines() {
	before := p.scanner
	p.open('{')
	for first := true; p.more('}', first); first = false {
		name := string(p.key())
		if _, ok := p.coros[name]; ok {
			p.failf("coroutine %q defined twice", name)
		}
		p.coros[name] = int32(len(p.prog.Coros))
		p.prog.Coros = append(p.prog.Coros, Coro{Name: name})
		p.skip()
	}
	if p.err != nil {
		return
	}
	p.scanner = before
	p.open('{')
	for i := 0; p.more('}', i == 0); i++ {
		p.key()
		p.prog.Coros[i].Body = p.block()
		p.place("coroutine %q", p.prog.Coros[i].Name)
	}
}

func (p *parser) block() []Stmt {
	base := len(p.stack)
	p.open('[')
	for first := true; p.more(']', first); first = false {
		p.stack = append(p.stack, p.stmt())
	}
	block := slices.Clone(p.stack[base:])
	p.stack = p.stack[:base]
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
	p.prog.Names = append(p.prog.Names, string(word))
	p.names[p.prog.Names[n]] = n
	return n
}

// coro reads the name of a coroutine.
func (p *parser) coro() int32 {
	word := p.bytes()
	id, ok := p.coros[string(word)]
	if !ok {
		p.failf("unknown coroutine %q", word)
	}
	return id
}
