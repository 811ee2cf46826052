package looptest

import "github.com/ouro-loop/ouro/loop"

// Left has what is left behind fail no run for which ok is true, see [loop.ReportLeaks]. What
// [coro.Quiet] is there for needs no such option. A goroutine that a run has started is of kind
// [loop.LeakedWork] and has the name "goroutine"; it is looked for when all runs have ended.
//
// [coro.Quiet]: https://pkg.go.dev/github.com/ouro-loop/ouro/coro#Quiet
func Left(ok func(loop.Leak) bool) Option {
	if ok == nil {
		panic("looptest: Left of a nil function")
	}
	return func(o *options) { o.left = ok }
}

// unmeant are the leaks that are not meant to be there.
func (o *options) unmeant(leaks []loop.Leak) (unmeant []loop.Leak) {
	for _, leak := range leaks {
		if o.left == nil || !o.left(leak) {
			unmeant = append(unmeant, leak)
		}
	}
	return unmeant
}
