// Package functions uses each function for which there is something else.
package functions

import (
	"context"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/executor"
	"github.com/ouro-loop/ouro/loop"
	"golang.org/x/sync/errgroup"
)

func clocks(co *coro.Co, then time.Time) error {
	_ = time.Now()             // want `^time.Now in a coroutine: use loop.Of\(co\).Now\(\), or co.Time\(\) to measure$`
	_ = time.Since(then)       // want `^time.Since in a coroutine: use co.Time\(\) before and after`
	_ = time.Until(then)       // want `^time.Until in a coroutine: use loop.Of\(co\).Now\(\) and the Sub`
	time.Sleep(time.Second)    // want `^time.Sleep in a coroutine: use coro.Sleep$`
	_ = time.After(1)          // want `^time.After in a coroutine: use coro.Sleep, or coro.Timeout around`
	_ = time.Tick(1)           // want `^time.Tick in a coroutine: use coro.Sleep in a loop$`
	_ = time.NewTicker(1)      // want `^time.NewTicker in a coroutine: use coro.Sleep in a loop$`
	_ = time.NewTimer(1)       // want `^time.NewTimer in a coroutine: use loop.Of\(co\).CallLater$`
	time.AfterFunc(1, func() { // want `^time.AfterFunc in a coroutine: use loop.Of\(co\).CallLater$`
		time.Sleep(1) // on a goroutine
	})
	now := time.Now // want `time.Now in a coroutine`
	_ = now()

	_ = loop.Of(co).Now().Add(co.Time())
	_ = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	return coro.Sleep(co, time.Second)
}

func contexts(co *coro.Co, ctx context.Context, at time.Time) {
	_, _ = context.WithTimeout(ctx, 1)               // want `^context.WithTimeout in a coroutine: use coro.Timeout`
	_, _ = context.WithTimeoutCause(ctx, 1, nil)     // want `^context.WithTimeoutCause in a coroutine: use coro.Timeout`
	_, _ = context.WithDeadline(ctx, at)             // want `^context.WithDeadline in a coroutine: use coro.Timeout`
	_, _ = context.WithDeadlineCause(ctx, at, nil)   // want `^context.WithDeadlineCause in a coroutine: use coro.Timeout`
	context.AfterFunc(ctx, func() { time.Sleep(1) }) // want `^context.AfterFunc in a coroutine: use an error of an await`
	_, _ = context.WithCancel(ctx)
}

func waits(co *coro.Co, ctx context.Context, f *executor.Future[int]) {
	var wg sync.WaitGroup
	wg.Go(func() { time.Sleep(1) }) // want `^sync.WaitGroup.Go in a coroutine: use coro.CreateTask for a coroutine, loop.ToThread or loop.Go for what blocks$`
	wg.Add(1)
	wg.Wait() // want `^sync.WaitGroup.Wait in a coroutine: use coro.Group, or loop.ToThread for`

	var cond sync.Cond
	cond.Wait() // want `^sync.Cond.Wait in a coroutine: use locks.Condition$`
	cond.Signal()

	var g errgroup.Group
	g.Go(func() error { time.Sleep(1); return nil })    // want `^errgroup.Group.Go in a coroutine: use coro.Group`
	g.TryGo(func() error { time.Sleep(1); return nil }) // want `^errgroup.Group.TryGo in a coroutine: use coro.Group`
	_ = g.Wait()                                        // want `^errgroup.Group.Wait in a coroutine: use coro.Group`

	_, _ = f.Wait(ctx)                                                                         // want `^executor.Future.Wait in a coroutine: use loop.WrapFuture, and await that$`
	_, _ = loop.SubmitAndWait(ctx, loop.Of(co), func(*coro.Co) (int, error) { return 0, nil }) // want `^loop.SubmitAndWait in a coroutine: use an await of the coroutine itself$`
}

func ids(co *coro.Co) {
	_ = uuid.New()                                     // want `^uuid.New in a coroutine: use uuid.NewRandomFromReader with loop.Of\(co\).Entropy\(\)$`
	_ = uuid.NewString()                               // want `^uuid.NewString in a coroutine: use uuid.NewRandomFromReader`
	_, _ = uuid.NewRandom()                            // want `^uuid.NewRandom in a coroutine: use uuid.NewRandomFromReader`
	_, _ = uuid.NewUUID()                              // want `^uuid.NewUUID in a coroutine: use uuid.NewRandomFromReader`
	_, _ = uuid.NewV6()                                // want `^uuid.NewV6 in a coroutine: use uuid.NewRandomFromReader`
	_, _ = uuid.NewV7()                                // want `^uuid.NewV7 in a coroutine: use uuid.NewRandomFromReader`
	_, _ = uuid.NewV7FromReader(loop.Of(co).Entropy()) // want `^uuid.NewV7FromReader in a coroutine: use uuid.NewRandomFromReader`
	_, _ = uuid.NewDCEGroup()                          // want `^uuid.NewDCEGroup in a coroutine: use uuid.NewRandomFromReader`
	_, _ = uuid.NewDCEPerson()                         // want `^uuid.NewDCEPerson in a coroutine: use uuid.NewRandomFromReader`
	_, _ = uuid.NewDCESecurity(0, 0)                   // want `^uuid.NewDCESecurity in a coroutine: use uuid.NewRandomFromReader`

	_, _ = uuid.NewRandomFromReader(loop.Of(co).Entropy())
	_ = uuid.NewSHA1(uuid.UUID{}, nil)
}

// server is no coroutine, and may do as it likes.
func server(ctx context.Context) { // want server:`context.WithTimeout at`
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	for range time.Tick(time.Second) {
		if ctx.Err() != nil {
			return
		}
	}
}
