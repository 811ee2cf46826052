package sqlstore

import "context"

// A turn is for one at a time.
type turn struct {
	free  chan struct{} // has a value while nobody has it
	first chan struct{} // takes it from who gives it back
}

func newTurn() *turn {
	t := &turn{make(chan struct{}, 1), make(chan struct{})}
	t.free <- struct{}{}
	return t
}

// take waits for it.
func (t *turn) take(ctx context.Context) error {
	select {
	case <-t.free:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// takeFirst waits for it before all others that wait.
func (t *turn) takeFirst(ctx context.Context) error {
	select {
	case <-t.first:
		return nil
	case <-t.free:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (t *turn) giveBack() {
	select {
	case t.first <- struct{}{}:
	default:
		t.free <- struct{}{}
	}
}
