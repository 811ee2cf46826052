package loop

import "reflect"

// mustBeMade refuses a Loop that New has not made. Its scheduler knows no loop.
func (l *Loop) mustBeMade() {
	if l == nil || l.sched.Loop() == nil {
		panic("loop: a Loop that was not made by New, NewRunner or Run; the zero Loop and nil are none")
	}
}

// isNil reports whether v is a nil pointer, as a variable of a future or task is that
// nothing was assigned to.
func isNil(v any) bool {
	r := reflect.ValueOf(v)
	return r.Kind() == reflect.Pointer && r.IsNil()
}
