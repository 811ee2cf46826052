package program

import (
	"errors"
	"fmt"
	"regexp"
)

// Check reports everything about the program that is not as it should be although it can be run: what makes its
// trace ambiguous to a reader, or depends on what ran before it in the same Python process. Programs from outside
// need not pass; what this module generates does.
func (p *Program) Check() error {
	c := checker{p: p, numbers: map[int]bool{}}
	type made struct {
		as       Name
		variable bool
	}
	bound := map[made]bool{}
	for _, o := range p.Objects {
		m := made{o.As, o.Kind == ContextVar}
		if bound[m] {
			c.failf("object %s is made twice", p.Names[o.As])
		}
		bound[m] = true
	}
	for i := range p.Coros {
		Walk(p.Coros[i].Body, c.stmt)
	}
	return errors.Join(c.errs...)
}

type checker struct {
	p       *Program
	numbers map[int]bool
	errs    []error
}

func (c *checker) failf(format string, args ...any) {
	c.errs = append(c.errs, fmt.Errorf(format, args...))
}

// autoName matches the names that asyncio gives to tasks that got none.
var autoName = regexp.MustCompile(`^Task-\d+$`)

func (c *checker) stmt(st *Stmt) {
	if st.I < 0 {
		c.failf("statement %d: numbers below 0 stand for what is no statement", st.I)
	}
	if c.numbers[st.I] {
		c.failf("statement %d: the number is taken", st.I)
	}
	c.numbers[st.I] = true
	if st.Name.Set && autoName.MatchString(st.Name.V) {
		c.failf("statement %d: a task named %s looks like one without a name", st.I, st.Name.V)
	}
}

// Walk calls visit for every statement of the block and of the blocks inside it, from the outside in and in the
// order of the text.
func Walk(block []Stmt, visit func(*Stmt)) {
	for i := range block {
		st := &block[i]
		visit(st)
		Walk(st.Do, visit)
		for h := range st.Except {
			Walk(st.Except[h].Do, visit)
		}
		Walk(st.Finally, visit)
	}
}

// Blocks returns the blocks that the statement holds, in the order of the text.
func (st *Stmt) Blocks() []*[]Stmt {
	var blocks []*[]Stmt
	if st.Do != nil {
		blocks = append(blocks, &st.Do)
	}
	for i := range st.Except {
		blocks = append(blocks, &st.Except[i].Do)
	}
	if st.Finally != nil {
		blocks = append(blocks, &st.Finally)
	}
	return blocks
}
