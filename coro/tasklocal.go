package coro

// TaskLocal is a variable of which each task has a value of its own. Unlike that of a [Var]
// it is nobody else's: the tasks that a task creates, and its callbacks, do not inherit it,
// also not with InContext. A task's value is there as long as somebody has the task, be it
// that this has ended.
//
// It is for what a framework notes about a task, such as the scope that it is in, and can be
// read and set from any task or callback of the loop. See the Example.
//
// Semantics: a weakref.WeakKeyDictionary with tasks for its keys.
type TaskLocal[T any] struct {
	name         string
	defaultValue T
}

// NewTaskLocal makes a variable with a default for tasks for which it was never set. The
// name is for people.
func NewTaskLocal[T any](name string, defaultValue T) *TaskLocal[T] {
	return &TaskLocal[T]{name, defaultValue}
}

// Name is what NewTaskLocal was given.
func (v *TaskLocal[T]) Name() string { return v.name }

// Get is the value for t, or the default. A coroutine's own task is co.Task().
func (v *TaskLocal[T]) Get(t AnyTask) T {
	value, _ := v.Lookup(t)
	return value
}

// Lookup is Get, and whether the variable was set for t.
func (v *TaskLocal[T]) Lookup(t AnyTask) (T, bool) {
	if x := coOf(t).extra; x != nil && x.rare != nil {
		if bound, ok := x.rare.locals[v]; ok {
			value, _ := bound.(T) // it is a T, or the nil of an interface type
			return value, true
		}
	}
	return v.defaultValue, false
}

// Set gives the variable a value for t.
func (v *TaskLocal[T]) Set(t AnyTask, value T) {
	r := coOf(t).rarely()
	if r.locals == nil {
		r.locals = make(map[any]any)
	}
	r.locals[v] = value
}

// Unset takes the value for t away.
func (v *TaskLocal[T]) Unset(t AnyTask) {
	if x := coOf(t).extra; x != nil && x.rare != nil {
		delete(x.rare.locals, v)
	}
}

// coOf is the coroutine's view of t.
func coOf(t AnyTask) *Co {
	if isNil(t) {
		panic("coro: a TaskLocal of a nil task; there is no current task in a callback")
	}
	r, ok := t.Core().Role().(*taskRole)
	if !ok {
		panic("coro: a Task that was not made by CreateTask has no task-local values; the zero Task is none")
	}
	return (*Co)(r)
}
