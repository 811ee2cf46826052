package durable

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/ouro-loop/ouro/executor"
	"github.com/ouro-loop/ouro/future"
)

// Functions are what a process executes for programs elsewhere, see [Remote]. It is a [Remoter] itself, which executes them in
// this process: for tests, and for programs that have not grown yet. Its methods are safe for concurrent use.
type Functions struct {
	o      options
	mu     sync.RWMutex
	byName map[string]function
}

type function func(ctx context.Context, args []byte) ([]byte, error)

var _ Remoter = (*Functions)(nil)

// NewFunctions makes a Functions without any. Of the options [UseCodec] and [KnownErrors] have a meaning: they are to be those
// of the programs.
func NewFunctions(opts ...Option) *Functions {
	return &Functions{o: newOptions(opts), byName: map[string]function{}}
}

// Handle adds a function. It is called on goroutines of its own, with a context that ends when its program does not
// want it any more. It panics if there is one of that name.
func Handle[A, R any](f *Functions, name string, fn func(ctx context.Context, args A) (R, error)) {
	if fn == nil {
		panic("durable: Handle of a nil function")
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, ok := f.byName[name]; ok {
		panic(fmt.Sprintf("durable: Handle of %q twice", name))
	}
	f.byName[name] = func(ctx context.Context, data []byte) ([]byte, error) {
		args, err := decode[A](f.o.codec, data, "what activity %q is asked for with", name)
		if err != nil {
			return nil, Permanent(err)
		}
		v, err := fn(ctx, args)
		if err != nil {
			return nil, err
		}
		return encodeResult(f.o.codec, name, v)
	}
}

// Names are those of the functions, sorted.
func (f *Functions) Names() []string {
	f.mu.RLock()
	defer f.mu.RUnlock()
	return slices.Sorted(maps.Keys(f.byName))
}

// Execute executes a function, and waits until it has ended. It is for authors of a Remoter: what serves the calls. beat
// is called when it tells that it is alive, on the goroutine that does. A panic of the function, and a Goexit, are errors of it.
func (f *Functions) Execute(ctx context.Context, c Call, beat func(progress []byte)) Outcome {
	f.mu.RLock()
	fn, ok := f.byName[c.Name]
	f.mu.RUnlock()
	if !ok {
		return f.Failed(fmt.Errorf("durable: activity %q is not among those that are executed here: %s", c.Name,
			cmp.Or(strings.Join(f.Names(), ", "), "none")))
	}
	b := &behind{name: c.Name, key: c.Key, attempt: c.Attempt, progress: c.Progress, codec: f.o.codec, beat: beat, every: beatEvery}
	if c.Heartbeat > 0 {
		b.every = min(b.every, c.Heartbeat/3)
	}
	ended := make(chan Outcome, 1)
	go func() {
		err := executor.ErrGoexit
		var data []byte
		defer func() {
			if v := recover(); v != nil {
				err = future.NewPanicError(v)
			}
			if err != nil {
				ended <- f.Failed(err)
			} else {
				ended <- Outcome{Value: data}
			}
		}()
		data, err = fn(context.WithValue(ctx, behindKey{}, b), c.Args)
	}()
	return <-ended
}

// Failed is the outcome of a call that cannot be executed. It is for authors of a Remoter, as Execute is.
func (f *Functions) Failed(err error) Outcome { return Outcome{Err: f.o.known.encode(err)} }

// Call is Execute, in this process.
func (f *Functions) Call(ctx context.Context, c Call, beat func(progress []byte)) (Outcome, error) {
	return f.Execute(ctx, c, beat), nil
}
