package program

import (
	"fmt"
	"strconv"
	"unicode/utf16"
)

// AppendJSON appends the program's line of text, without a newline. Parse gives an equal program back.
func AppendJSON(b []byte, p *Program) []byte {
	e := encoder{b: b, p: p}
	e.b = append(e.b, `{"v":`...)
	e.b = strconv.AppendInt(e.b, version, 10)
	e.b = append(e.b, `,"main":`...)
	e.str(p.Coros[p.Main].Name)
	e.b = append(e.b, `,"objects":[`...)
	for i := range p.Objects {
		e.comma(i)
		e.object(&p.Objects[i])
	}
	e.b = append(e.b, `],"coros":{`...)
	for i := range p.Coros {
		e.comma(i)
		e.str(p.Coros[i].Name)
		e.b = append(e.b, ':')
		e.block(p.Coros[i].Body)
	}
	e.b = append(e.b, '}')
	if p.Picks != nil {
		e.picks(p.Picks)
	}
	return append(e.b, '}')
}

type encoder struct {
	b []byte
	p *Program
}

func (e *encoder) comma(i int) {
	if i > 0 {
		e.b = append(e.b, ',')
	}
}

func (e *encoder) str(s string)   { e.b = AppendString(e.b, s) }
func (e *encoder) name(n Name)    { e.str(e.p.Names[n]) }
func (e *encoder) coro(id int32)  { e.str(e.p.Coros[id].Name) }
func (e *encoder) int(n int64)    { e.b = strconv.AppendInt(e.b, n, 10) }
func (e *encoder) bool(v bool)    { e.b = strconv.AppendBool(e.b, v) }
func (e *encoder) null()          { e.b = append(e.b, "null"...) }
func (e *encoder) key(key string) { e.b = append(append(append(e.b, ',', '"'), key...), '"', ':') }

func (e *encoder) picks(picks []int) {
	e.key("picks")
	e.b = append(e.b, '[')
	for i, pick := range picks {
		e.comma(i)
		e.int(int64(pick))
	}
	e.b = append(e.b, ']')
}

func (e *encoder) object(o *Object) {
	e.b = append(e.b, `{"kind":`...)
	e.str(o.Kind.String())
	e.key("as")
	e.name(o.As)
	if word := o.Kind.counted(); word != "" {
		e.key(word)
		e.int(o.N)
	}
	if o.Kind == ContextVar {
		e.key("default")
		e.value(o.Default)
	}
	e.b = append(e.b, '}')
}

func (e *encoder) block(block []Stmt) {
	e.b = append(e.b, '[')
	for i := range block {
		e.comma(i)
		e.stmt(&block[i])
	}
	e.b = append(e.b, ']')
}

func (e *encoder) stmt(st *Stmt) {
	e.b = append(e.b, `{"i":`...)
	e.int(int64(st.I))
	e.key("op")
	e.str(st.Op.String())
	sp := &specs[st.Op]
	for _, fw := range fieldWords {
		if sp.need&fw.field != 0 || sp.may&fw.field != 0 && st.says(fw.field) {
			e.key(fw.word)
			e.field(fw.field, st)
		}
	}
	e.b = append(e.b, '}')
}

// says reports whether a field that may be left out has something to say.
func (st *Stmt) says(f fields) bool {
	switch f {
	case fieldEager:
		return st.Eager
	case fieldStop:
		return st.Stop
	case fieldImmediate:
		return st.Immediate
	case fieldExcept:
		return len(st.Except) > 0
	case fieldFinally:
		return len(st.Finally) > 0
	}
	return true
}

func (e *encoder) field(f fields, st *Stmt) {
	switch f {
	case fieldOn:
		e.operand(st.On)
	case fieldAs:
		e.name(st.As)
	case fieldOf:
		e.operands(st.Of)
	case fieldCoro:
		e.coro(st.Coro)
	case fieldName:
		e.maybeStr(st.Name)
	case fieldText:
		e.str(st.Text)
	case fieldMsg:
		e.maybeStr(st.Msg)
	case fieldErr:
		e.strings([]string{st.Err.Kind, st.Err.Msg})
	case fieldMS:
		e.millis(st.MS)
	case fieldN:
		e.int(st.N)
	case fieldV:
		e.value(st.V)
	case fieldVar:
		e.name(st.Var)
	case fieldWhen:
		e.str(st.When.String())
	case fieldSettle:
		e.bool(st.Settle)
	case fieldEager:
		e.bool(st.Eager)
	case fieldStop:
		e.bool(st.Stop)
	case fieldImmediate:
		e.bool(st.Immediate)
	case fieldDo:
		e.block(st.Do)
	case fieldExcept:
		e.handlers(st.Except)
	case fieldFinally:
		e.block(st.Finally)
	}
}

func (e *encoder) operand(o Operand) {
	if !o.Fresh() {
		e.name(o.Name)
		return
	}
	e.b = append(e.b, `{"coro":`...)
	e.coro(o.Coro)
	e.b = append(e.b, '}')
}

func (e *encoder) operands(of []Operand) {
	e.b = append(e.b, '[')
	for i, o := range of {
		e.comma(i)
		e.operand(o)
	}
	e.b = append(e.b, ']')
}

func (e *encoder) maybeStr(s Maybe[string]) {
	if !s.Set {
		e.null()
		return
	}
	e.str(s.V)
}

func (e *encoder) millis(ms Maybe[int64]) {
	if !ms.Set {
		e.null()
		return
	}
	e.int(ms.V)
}

func (e *encoder) strings(words []string) {
	e.b = append(e.b, '[')
	for i, w := range words {
		e.comma(i)
		e.str(w)
	}
	e.b = append(e.b, ']')
}

func (e *encoder) handlers(hs []Handler) {
	e.b = append(e.b, '[')
	for i := range hs {
		e.comma(i)
		e.b = append(e.b, `{"kinds":`...)
		e.strings(hs[i].Kinds)
		e.key("do")
		e.block(hs[i].Do)
		if hs[i].Reraise {
			e.key("reraise")
			e.bool(true)
		}
		e.b = append(e.b, '}')
	}
	e.b = append(e.b, ']')
}

func (e *encoder) value(v Value) {
	switch v := v.(type) {
	case nil:
		e.null()
	case bool:
		e.bool(v)
	case int64:
		e.int(v)
	case string:
		e.str(v)
	case []any:
		e.b = append(e.b, '[')
		for i, x := range v {
			e.comma(i)
			e.value(x)
		}
		e.b = append(e.b, ']')
	default:
		panic(fmt.Sprintf("program: a %T is no value", v))
	}
}

// AppendString appends s as a JSON string in the form in which Python's json module writes it: plain ASCII.
func AppendString(b []byte, s string) []byte {
	b = append(b, '"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case r >= ' ' && r <= '~':
			b = append(b, byte(r))
		case r == '\n':
			b = append(b, `\n`...)
		case r == '\r':
			b = append(b, `\r`...)
		case r == '\t':
			b = append(b, `\t`...)
		case r == '\b':
			b = append(b, `\b`...)
		case r == '\f':
			b = append(b, `\f`...)
		case r > 0xffff:
			hi, lo := utf16.EncodeRune(r)
			b = appendEscape(appendEscape(b, hi), lo)
		default:
			b = appendEscape(b, r)
		}
	}
	return append(b, '"')
}

func appendEscape(b []byte, r rune) []byte {
	const hex = "0123456789abcdef"
	return append(b, '\\', 'u', hex[r>>12&15], hex[r>>8&15], hex[r>>4&15], hex[r&15])
}
