package determinism

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/analysis"
)

// A program is what is known of the package.
type program struct {
	pass       *analysis.Pass
	units      map[any]*unit // by *types.Func, *types.Var and *ast.FuncLit
	ordered    []*unit       // as they stand in the files
	allowances map[line]bool
}

// A unit is code that runs, or does not, as a whole: a function, a function literal, or a variable
// that functions are assigned to.
type unit struct {
	name      string
	fn        *types.Func // nil if it is none that has a name
	coroutine bool        // it takes a Co
	causes    []cause     // what it has that is not as it ought to be
	refers    []*unit     // what runs if it does
}

// A cause is what is found.
type cause struct {
	pos  token.Pos
	what string   // a noun
	use  string   // instead of it
	fact *leadsTo // what a function of another package leads to, nil if it is not one
}

func (c cause) String() string {
	if c.fact == nil {
		return c.what
	}
	return c.what + ", which leads to " + c.fact.What + " (" + c.fact.Where + "),"
}

// unitOf is the unit of a function, of a literal, or of a variable.
func (p *program) unitOf(key any, name string) *unit {
	u := p.units[key]
	if u == nil {
		u = &unit{name: name}
		p.units[key] = u
		p.ordered = append(p.ordered, u)
	}
	return u
}

// readFile makes units of what is in a file.
func (p *program) readFile(file *ast.File) {
	for _, decl := range file.Decls {
		switch d := decl.(type) {
		case *ast.FuncDecl:
			p.readFunc(d)
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				if s, ok := spec.(*ast.ValueSpec); ok {
					p.readVars(s)
				}
			}
		}
	}
}

func (p *program) readFunc(d *ast.FuncDecl) {
	fn, ok := p.pass.TypesInfo.Defs[d.Name].(*types.Func)
	if !ok || d.Body == nil {
		return
	}
	u := p.unitOf(fn, nameOf(fn))
	u.fn = fn
	u.coroutine = isCoroutine(fn.Signature())
	r := &reader{program: p, unit: u, allowed: allowsAll(d.Doc)}
	r.body(d.Body)
}

// readVars reads variables of the package. What a function variable is made with runs when it
// is called; of others only the literals are of interest.
func (p *program) readVars(s *ast.ValueSpec) {
	for i, value := range s.Values {
		name := s.Names[min(i, len(s.Names)-1)]
		u := &unit{name: name.Name}
		if v, ok := p.pass.TypesInfo.Defs[name].(*types.Var); ok && isFunc(v.Type()) {
			u = p.unitOf(v, name.Name)
		}
		r := &reader{program: p, unit: u}
		r.read(value)
	}
}

// nameOf is the name of a function in messages: F, T.M.
func nameOf(fn *types.Func) string {
	if recv := fn.Signature().Recv(); recv != nil {
		return typeName(recv.Type()) + "." + fn.Name()
	}
	return fn.Name()
}

func isFunc(t types.Type) bool {
	_, ok := t.Underlying().(*types.Signature)
	return ok
}
