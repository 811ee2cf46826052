package loop

import (
	"github.com/ouro-loop/ouro/executor"
	"github.com/ouro-loop/ouro/internal/record"
	"github.com/ouro-loop/ouro/internal/sched"
)

// executeTaped hands w to e, unless a replay has the outcome, or nobody has waited for it.
func (w *work[T]) executeTaped(e executor.Executor) error {
	t := w.loop.tape
	t.jobs++
	w.number = t.jobs
	if t.in == nil {
		err := e.Execute((*workJob[T])(w))
		if err != nil {
			err = t.refused(err)
		}
		return err
	}
	if err := t.refused(nil); err != nil {
		return err
	}
	arrives, known := t.in.Job(w.number)
	if !arrives {
		return nil
	}
	t.expectArrival(record.Job, w.number, (*workDone[T])(w))
	if known {
		return nil
	}
	return e.Execute((*workJob[T])(w))
}

// arrives reports whether w comes back to a replay, although its future is done.
func (w *work[T]) arrives() bool {
	if !w.loop.replays() {
		return false
	}
	arrives, _ := w.loop.tape.in.Job(w.number)
	return arrives
}

func (d *workDone[T]) arrival() arrival { return arrival{source: record.Job, number: d.number} }

// outcome is what a record keeps of it.
func (d *workDone[T]) outcome() []byte {
	err := d.err
	if d.stage.Load() == workCanceled {
		err = executor.ErrCanceled
	}
	return record.Encode(d.value, err)
}

// fetch gives it the outcome that the record has, or waits for that which it has itself.
func (d *workDone[T]) fetch(e record.Event) (sched.Entry, error) {
	w := (*work[T])(d)
	if !record.IsValue(e.Data) {
		return w.loop.tape.in.box.take(d.arrival())
	}
	value, err, failed := record.Decode[T](e.Data)
	if failed != nil {
		return nil, failed
	}
	w.forget()
	w.value, w.err = value, restored(err)
	w.stage.Store(workStarted)
	if err == executor.ErrCanceled {
		w.stage.Store(workCanceled)
	}
	return d, nil
}
