package coro

import (
	"errors"

	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/internal/sched"
)

// Vars is a context: the values of context variables. A task has its own, copied
// from its creator's when it is created; a callback gets a copy of the context it
// was registered in.
//
// Semantics: contextvars.Context.
type Vars sched.Vars

// Copy returns a context with the same values, for the InContext option.
//
// Semantics: contextvars.copy_context.
func (v *Vars) Copy() *Vars {
	c := *v
	return &c
}

// Scope is where a context variable has its value: a *Co for its task's context,
// a *loop.Loop for that of the code that is running, a *Vars for itself.
type Scope interface{ Vars() *Vars }

// Vars returns v, so that it is a [Scope].
func (v *Vars) Vars() *Vars { return v }

// Var is a context variable: each task sees its own value, which starts as its
// creator's at the time.
//
// Semantics: contextvars.ContextVar.
type Var[T any] struct {
	name         string
	defaultValue T
}

// NewVar makes a variable with a default for contexts in which it was never set.
// The name is for people.
func NewVar[T any](name string, defaultValue T) *Var[T] {
	return &Var[T]{name, defaultValue}
}

// Name is what NewVar was given.
func (v *Var[T]) Name() string { return v.name }

// Get is the value in s, or the default.
func (v *Var[T]) Get(s Scope) T {
	value, _ := v.Lookup(s)
	return value
}

// Lookup is Get, and whether the variable was set in s.
func (v *Var[T]) Lookup(s Scope) (T, bool) {
	if bound, ok := (*sched.Vars)(s.Vars()).Get(v); ok {
		value, _ := bound.(T) // it is a T, or the nil of an interface type
		return value, true
	}
	return v.defaultValue, false
}

// Set gives the variable a value in s, and returns what [Var.Reset] needs to undo
// it.
func (v *Var[T]) Set(s Scope, value T) *Token[T] {
	vars := s.Vars()
	t := &Token[T]{variable: v, vars: vars}
	t.old, t.wasSet = v.Lookup(vars)
	if on, ok := s.(future.OnLoop); ok {
		schedulerOf(on).RegisterCaller()
	}
	(*sched.Vars)(vars).Set(v, value)
	return t
}

// Token is what a Set changed.
type Token[T any] struct {
	variable *Var[T]
	vars     *Vars
	old      T
	wasSet   bool
	used     bool
}

// ErrToken is returned by Reset for a token of another variable, of another
// context, or one that was used.
var ErrToken = errors.New("coro: the token is of another variable or context, or was used")

// Reset gives the variable the value in s that it had before the Set that
// returned t.
func (v *Var[T]) Reset(s Scope, t *Token[T]) error {
	if t == nil || t.variable != v || t.vars != s.Vars() || t.used {
		return ErrToken
	}
	t.used = true
	if t.wasSet {
		(*sched.Vars)(t.vars).Set(v, t.old)
	} else {
		(*sched.Vars)(t.vars).Unset(v)
	}
	return nil
}
