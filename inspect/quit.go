package inspect

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/pprof"
	"sync"
	"time"

	"github.com/ouro-loop/ouro/internal/goroutine"
	"github.com/ouro-loop/ouro/internal/sched"
	"github.com/ouro-loop/ouro/loop"
)

// ErrNoQuit is the error of OnQuit on a system that has no such signal.
var ErrNoQuit = errors.New("inspect: this system has no SIGQUIT")

var errBubble = errors.New("inspect: signals cannot be caught inside a testing/synctest bubble")

// OnQuit has l shown on w, as [loop.Snapshot.WritePS] writes it with the stacks of the first thousand
// tasks, each time that the process gets SIGQUIT: Ctrl-\ on a terminal. The signal does not end
// the process any more. If the loop does not answer within a second, w is told why, and
// given the stacks of all goroutines, among which is what keeps the loop.
//
// That ends when stop is called, or the loop is closed: then SIGQUIT does what it has done
// before, and no goroutine is left. stop waits for what is being written, and may be called again;
// so w must not call it. The error is ErrNoQuit, loop.ErrClosed, or that signals cannot be caught
// inside a testing/synctest bubble.
//
// It lies in this package and not among the loop's signal handlers because those are run by the loop,
// which may be the very thing that hangs.
func OnQuit(l *loop.Loop, w io.Writer) (stop func(), err error) {
	switch {
	case l == nil:
		panic("inspect: OnQuit of a nil Loop")
	case w == nil:
		panic("inspect: OnQuit with a nil Writer")
	case quit == nil:
		return nil, ErrNoQuit
	case l.IsClosed():
		return nil, loop.ErrClosed
	case goroutine.Bubble() != "":
		return nil, errBubble
	}
	arrived := make(chan os.Signal, 1) // one is as good as many at a time
	signal.Notify(arrived, quit)
	stopped, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		defer signal.Stop(arrived)
		closed := whenClosed(l)
		for {
			select {
			case <-arrived:
				show(l, w, time.Second)
			case <-stopped:
				return
			case <-closed:
				return
			}
		}
	}()
	var once sync.Once
	return func() {
		once.Do(func() { close(stopped) })
		<-ended
	}, nil
}

// whenClosed is closed when l has been closed.
func whenClosed(l *loop.Loop) <-chan struct{} {
	return (*sched.Scheduler)(l.Scheduler()).Loop().(interface{ Ended() <-chan struct{} }).Ended()
}

// show writes what there is to see of l to w.
func show(l *loop.Loop, w io.Writer, patience time.Duration) {
	defer func() { _ = recover() }() // of w's; there is nobody to tell
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	s, err := loop.Inspect(ctx, l, loop.Stacks(maxStacks))
	if err == nil {
		_ = s.WritePS(w)
		return
	}
	fmt.Fprintln(w, err)
	if !errors.Is(err, loop.ErrClosed) {
		_ = pprof.Lookup("goroutine").WriteTo(w, 2)
	}
}
