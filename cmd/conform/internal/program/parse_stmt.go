package program

import (
	"fmt"
	"math/bits"
	"slices"
)

// stmt reads one statement into p.stmts[at]. A word stands for the same field in every statement, so that fields can
// be read in the order in which they come, before the statement's kind is known.
func (p *parser) stmt(at int) {
	var have fields
	p.open('{')
	for first := true; p.more('}', first); first = false {
		word := p.key()
		f := fieldsByWord.find(word)
		switch {
		case f == 0:
			p.skip()
		case have&f != 0:
			p.denyf("given twice")
		case f&(fieldDo|fieldExcept|fieldFinally) != 0:
			p.blockField(f, at)
		default:
			p.field(f, &p.stmts[at])
		}
		have |= f
		if p.err != nil {
			p.place("%s: field %q", p.stmts[at].title(), word)
			return
		}
	}
	if p.err == nil {
		p.checkStmt(&p.stmts[at], have)
	}
	if p.err != nil {
		p.place("%s", p.stmts[at].title())
	}
}

// title names a statement as far as it is known.
func (st *Stmt) title() string {
	switch {
	case st.I == 0 && st.Op == 0:
		return "a statement"
	case st.Op == 0:
		return fmt.Sprintf("statement %d", st.I)
	}
	return fmt.Sprintf("statement %d (%s)", st.I, st.Op)
}

func (p *parser) field(f fields, st *Stmt) {
	switch f {
	case fieldI:
		st.I = int(p.int())
	case fieldOp:
		word := p.bytes()
		if st.Op = opsByWord.find(word); st.Op == 0 {
			p.failf("unknown statement %q", word)
		}
	case fieldOn:
		st.On = p.operand()
	case fieldAs:
		st.As = p.name()
	case fieldOf:
		st.Of = p.operandList()
	case fieldCoro:
		st.Coro = p.coro()
	case fieldName:
		st.Name = p.maybeStr()
	case fieldText:
		st.Text = p.str()
	case fieldMsg:
		st.Msg = p.maybeStr()
	case fieldErr:
		st.Err = p.appErr()
	case fieldMS:
		st.MS = p.millis()
	case fieldN:
		st.N = p.int()
	case fieldV:
		st.V = p.value()
	case fieldVar:
		st.Var = p.name()
	case fieldWhen:
		st.When = p.when()
	case fieldSettle:
		st.Settle = p.bool()
	case fieldEager:
		st.Eager = p.bool()
	case fieldStop:
		st.Stop = p.bool()
	case fieldImmediate:
		st.Immediate = p.bool()
	}
}

// blockField reads a field that holds statements. They are gathered where this one is, which may move meanwhile.
func (p *parser) blockField(f fields, at int) {
	switch {
	case f == fieldDo:
		do := p.block()
		p.stmts[at].Do = do
	case f == fieldExcept:
		handlers := p.handlerList()
		p.stmts[at].Except = handlers
	case !p.null():
		finally := p.block()
		p.stmts[at].Finally = finally
	}
}

// checkStmt makes sure that a statement has the fields that its kind needs, and that these fit together.
func (p *parser) checkStmt(st *Stmt, have fields) {
	sp := &specs[st.Op]
	p.yields = p.yields || st.Op == OpYield
	missing := (fieldI | fieldOp | sp.need) &^ have
	switch {
	case missing != 0:
		p.denyf("missing field %q", fieldWord(fields(1)<<bits.TrailingZeros32(uint32(missing))))
	case sp.need&fieldOn != 0 && st.On.Fresh() && !sp.fresh,
		sp.need&fieldOf != 0 && !sp.fresh && slices.ContainsFunc(st.Of, Operand.Fresh):
		p.denyf("a name wanted, not a fresh coroutine")
	case sp.noNull && !st.MS.Set:
		p.denyf("ms must not be null")
	case st.Op.Callback():
		p.checkCallback(st.Do)
	case sp.need&fieldVar != 0:
		p.vars = append(p.vars, varUse{st.Var, st.I, st.Op})
	}
}

// checkCallback refuses in a callback what Python's compiler refuses outside a coroutine.
func (p *parser) checkCallback(do []Stmt) {
	for i := range do {
		if op := do[i].Op; op.Suspends() || op == OpReturn {
			p.denyf("statement %d: no %s in a callback", do[i].I, op)
		}
	}
}

func (p *parser) operand() Operand {
	if p.peek() == '"' {
		return Operand{Name: p.name()}
	}
	var o Operand
	var known bool
	p.open('{')
	for first := true; p.more('}', first); first = false {
		if string(p.key()) != "coro" {
			p.skip()
			continue
		}
		o.Coro, known = p.coro(), true
	}
	if !known {
		p.failf("a name or a coroutine wanted")
	}
	return o
}

func (p *parser) operandList() []Operand {
	base := len(p.operands)
	p.open('[')
	for first := true; p.more(']', first); first = false {
		p.operands = append(p.operands, p.operand())
	}
	of := p.operandArena.take(p.operands[base:])
	p.operands = p.operands[:base]
	return of
}

// str reads a string.
func (p *parser) str() string { return p.text(p.bytes()) }

func (p *parser) maybeStr() Maybe[string] {
	if p.null() {
		return Maybe[string]{}
	}
	return Just(p.str())
}

func (p *parser) millis() Maybe[int64] {
	if p.null() {
		return Maybe[int64]{}
	}
	ms := p.int()
	if ms > maxMS || ms < -maxMS {
		p.failf("%d ms is too long", ms)
	}
	return Just(ms)
}

func (p *parser) appErr() (e Err) {
	words := p.strings()
	if len(words) != 2 || !slices.Contains(kinds, words[0]) {
		p.failf("an error is [kind, message], its kind one of %v", kinds)
		return e
	}
	return Err{Kind: words[0], Msg: words[1]}
}

func (p *parser) strings() []string {
	base := len(p.words)
	p.open('[')
	for first := true; p.more(']', first); first = false {
		p.words = append(p.words, p.str())
	}
	words := p.wordArena.take(p.words[base:])
	p.words = p.words[:base]
	return words
}

func (p *parser) when() When {
	word := p.str()
	i := slices.Index(whenWords[:], word)
	if i < 0 {
		p.failf("%q is none of %v", word, whenWords)
		return 0
	}
	return When(i)
}

func (p *parser) handlerList() []Handler {
	if p.null() {
		return nil
	}
	base := len(p.handlers)
	p.open('[')
	for first := true; p.more(']', first); first = false {
		p.handlers = append(p.handlers, p.handler())
	}
	hs := p.handlerArena.take(p.handlers[base:])
	p.handlers = p.handlers[:base]
	return hs
}

func (p *parser) handler() (h Handler) {
	var hasKinds, hasDo bool
	p.open('{')
	for first := true; p.more('}', first); first = false {
		switch string(p.key()) {
		case "kinds":
			h.Kinds, hasKinds = p.strings(), true
		case "do":
			h.Do, hasDo = p.block(), true
		case "reraise":
			h.Reraise = p.bool()
		default:
			p.skip()
		}
	}
	if !hasKinds || !hasDo {
		p.failf("a handler needs kinds and do")
	}
	return h
}
