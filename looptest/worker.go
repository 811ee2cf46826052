package looptest

import "github.com/ouro-loop/ouro/internal/goroutine"

// A worker runs functions on one goroutine, and on another one if that is ended by a function. To
// use it again saves the growing of its stack.
type worker struct {
	work chan func()
	done chan struct{}

	begin func() // is called on the goroutine first
}

// do runs f, and returns when it has ended.
func (w *worker) do(f func()) {
	if w.work == nil {
		w.work, w.done = make(chan func()), make(chan struct{})
		go w.run()
	}
	w.work <- f
	<-w.done
}

func (w *worker) run() {
	defer goroutine.Remember()() // a run asks four times
	w.begin()
	returned := false
	defer func() {
		if !returned {
			go w.run()
			w.done <- struct{}{}
		}
	}()
	for f := range w.work {
		f()
		w.done <- struct{}{}
	}
	returned = true
}

func (w *worker) stop() {
	if w.work != nil {
		close(w.work)
	}
}
