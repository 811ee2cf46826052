package loop

import "github.com/ouro-loop/ouro/internal/goroutine"

// staying is a goroutine that steps a loop very often. To find out each time which one it is takes longer than
// the steps.
type staying struct {
	key uintptr
	me  goroutine.ID
}

// Stay has the loop stepped by the calling goroutine, from here and not from inside of another loop, until
// leave is called, on it too. As long as that has not been, no other goroutine can have its key.
func (w *wired) Stay() (leave func(), err error) {
	l := w.loop()
	me, err := l.mayRun()
	if err != nil {
		return nil, err
	}
	if goroutine.HasKeys {
		l.stays.Store(&staying{goroutine.Key(), me})
	}
	return func() { l.stays.Store(nil) }, nil
}
