package coro

// Inject has the wait that the task is about to come out of, with the step that comes next, end
// with err, whatever it ends with otherwise. The task must be suspended. It is for package
// looptest.
func (b *body[T]) Inject(err error) {
	b.co.mustCancel = true // which is looked at
	b.co.rarely().injected = err
}

// takeInjected is what was injected, nil if nothing was.
func (x *extra) takeInjected() (err error) {
	if x != nil && x.rare != nil {
		err, x.rare.injected = x.rare.injected, nil
	}
	return err
}
