package replay

import (
	"cmp"

	"github.com/ouro-loop/ouro/cmd/conform/internal/program"
)

// A typeError is what Python raises when it is to order values that have no order.
type typeError struct{}

func (typeError) Error() string { return "values that cannot be compared" }

// ordered runs f, and returns the typeError that less panics with in it.
func ordered(f func() (any, error)) (v any, err error) {
	defer func() {
		switch p := recover().(type) {
		case nil:
		case typeError:
			v, err = nil, p
		default:
			panic(p)
		}
	}()
	return f()
}

// less is Python's <.
func less(a, b program.Value) bool {
	if x, ok := number(a); ok {
		if y, ok := number(b); ok {
			return x < y
		}
	}
	switch a := a.(type) {
	case string:
		if b, ok := b.(string); ok {
			return a < b
		}
	case []any:
		if b, ok := b.([]any); ok {
			for i := range min(len(a), len(b)) {
				if !equal(a[i], b[i]) {
					return less(a[i], b[i])
				}
			}
			return cmp.Less(len(a), len(b))
		}
	}
	panic(typeError{})
}

// equal is Python's ==.
func equal(a, b program.Value) bool {
	if x, ok := number(a); ok {
		y, ok := number(b)
		return ok && x == y
	}
	switch a := a.(type) {
	case nil:
		return b == nil
	case string:
		b, ok := b.(string)
		return ok && a == b
	case []any:
		b, ok := b.([]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for i := range a {
			if !equal(a[i], b[i]) {
				return false
			}
		}
		return true
	}
	return false
}

// number gives a value as a number, which False and True are as well.
func number(v program.Value) (int64, bool) {
	switch v := v.(type) {
	case int64:
		return v, true
	case bool:
		if v {
			return 1, true
		}
		return 0, true
	}
	return 0, false
}
