package program

import "slices"

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
			word := string(p.bytes())
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
		p.denyf("missing field %q", "kind")
	case o.As == 0:
		p.denyf("missing field %q", "as")
	case o.Kind.counted() == "n" && !n.Set, o.Kind.counted() == "max" && !size.Set:
		p.denyf("missing field %q", o.Kind.counted())
	case o.Kind == Barrier && n.V < 1, o.Kind != Barrier && n.V < 0:
		p.denyf("n is %d, too small for a %s", n.V, o.Kind)
	case o.Kind.counted() == "n":
		o.N = n.V
	case o.Kind.counted() == "max":
		o.N = size.V
	}
	return o
}
