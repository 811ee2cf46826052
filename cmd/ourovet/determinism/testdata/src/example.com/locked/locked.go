package locked

import (
	"sync"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

type account struct {
	mu      sync.Mutex
	rw      sync.RWMutex
	balance int
}

type embedded struct{ sync.Mutex }

func (a *account) deferred(co *coro.Co) error {
	a.mu.Lock() // want `^a mutex that is locked over the await in line 21 in a coroutine: use locks.Lock$`
	defer a.mu.Unlock()
	return coro.Sleep(co, 1)
}

func (a *account) plain(co *coro.Co) error {
	a.mu.Lock() // want `over the await in line 26`
	err := coro.Sleep(co, 1)
	a.mu.Unlock()
	return err
}

func (a *account) reading(co *coro.Co) error {
	a.rw.RLock() // want `over the await in line 33`
	err := coro.Sleep(co, 1)
	a.rw.RUnlock()
	if err != nil {
		return err
	}
	a.rw.Lock() // want `over the await in line 40`
	defer a.rw.Unlock()
	return coro.Sleep(co, 1)
}

func (a *account) branch(co *coro.Co) error {
	a.mu.Lock() // want `over the await in line 49`
	if a.balance < 0 {
		a.mu.Unlock()
		return nil
	}
	err := coro.Sleep(co, 1)
	a.mu.Unlock()
	return err
}

func (a *account) around(co *coro.Co) error {
	for range 3 {
		if err := coro.Sleep(co, 1); err != nil {
			return err
		}
		a.mu.Lock() // want `over the await in line 56`
	}
	return nil
}

func inner(co *coro.Co, e *embedded, l sync.Locker) error {
	e.Lock() // want `over the await in line 66`
	err := coro.Sleep(co, 1)
	e.Unlock()
	if err != nil {
		return err
	}
	l.Lock() // want `over the await in line 72`
	err = coro.Sleep(co, 1)
	l.Unlock()
	return err
}

// short holds it between awaits only.
func (a *account) short(co *coro.Co) error {
	a.mu.Lock()
	if a.balance < 0 {
		a.mu.Unlock()
		return coro.Sleep(co, 1)
	}
	a.balance -= int(loop.Of(co).Now().Unix())
	later := func() error { return coro.Sleep(co, 1) }
	a.mu.Unlock()
	if err := later(); err != nil {
		return err
	}
	for range 3 {
		a.mu.Lock()
		a.balance++
		a.mu.Unlock()
		if err := coro.Sleep(co, 1); err != nil {
			return err
		}
	}
	a.rw.RLock()
	defer a.rw.RUnlock()
	coro.CreateTask(co, coro.Do(a.short))
	return nil
}

func (a *account) other(co *coro.Co, b *account) error {
	a.mu.Lock() // want `over the await in line 108`
	b.mu.Lock()
	b.mu.Unlock()
	err := coro.Sleep(co, 1)
	a.mu.Unlock()
	return err
}
