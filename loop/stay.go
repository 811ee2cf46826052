package loop

import "github.com/ouro-loop/ouro/internal/goroutine"

// Stay has the loop stepped by the calling goroutine, from here and not from inside of another loop, until
// leave is called, on it too. To find out each time who steps it takes longer than the steps.
func (w *wired) Stay() (leave func(), err error) {
	l := w.loop()
	forget := goroutine.Remember()
	if _, err := l.mayRun(); err != nil {
		forget()
		return nil, err
	}
	l.stays.Store(uint64(goroutine.Key()))
	return func() {
		l.stays.Store(0)
		forget()
	}, nil
}

// stayed reports whether the calling goroutine stays. As long as it does, no other can have its key.
func (l *Loop) stayed() bool {
	key := uint64(goroutine.Key())
	return key != 0 && l.stays.Load() == key
}
