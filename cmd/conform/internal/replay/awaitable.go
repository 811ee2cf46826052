package replay

import (
	"github.com/ouro-loop/ouro/cmd/conform/internal/program"
	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
)

// A thing is what a name is bound to that can be awaited: every future of a
// program has values for results.
type thing interface{ future.Of[program.Value] }

// plain is a thing whose result can be set.
type settable interface {
	thing
	SetResult(v program.Value) error
	SetError(err error) error
}

// A gathered is the future of a gather, which has lists for results.
type gathered struct {
	future.Any
	f *future.Future[[]program.Value]
}

// set stands in a list for a result that is none: it was set by set_result.
type set struct{ v program.Value }

func (g gathered) SetResult(v program.Value) error { return g.f.SetResult([]any{set{v}}) }

func (g gathered) SetError(err error) error { return g.f.SetError(err) }

func (g gathered) Result() (program.Value, error) { return unwrap(g.f.Result()) }

func (g gathered) Await(w future.Waiter) (program.Value, error) { return unwrap(g.f.Await(w)) }

func unwrap(vs []program.Value, err error) (program.Value, error) {
	if err != nil {
		return nil, err
	}
	if len(vs) == 1 {
		if s, ok := vs[0].(set); ok {
			return s.v, nil
		}
	}
	return vs, nil
}

// A settled is the future of a gather with errors as values.
type settled struct {
	future.Any
	f *future.Future[[]coro.Settled[program.Value]]
}

func (g settled) SetResult(v program.Value) error {
	return g.f.SetResult([]coro.Settled[program.Value]{{Value: set{v}}})
}

func (g settled) SetError(err error) error { return g.f.SetError(err) }

func (g settled) Result() (program.Value, error) { return unwrapSettled(g.f.Result()) }

func (g settled) Await(w future.Waiter) (program.Value, error) { return unwrapSettled(g.f.Await(w)) }

func unwrapSettled(outcomes []coro.Settled[program.Value], err error) (program.Value, error) {
	vs := make([]program.Value, len(outcomes))
	for i, o := range outcomes {
		vs[i] = o.Value
		if o.Err != nil {
			vs[i] = o.Err
		}
	}
	return unwrap(vs, err)
}

// thing returns what a name is bound to, if that can be awaited.
func (m *machine) thing(name program.Name) (thing, bool) {
	t, ok := m.env[name].(thing)
	return t, ok
}

// operand makes an awaitable of an operand; ok is false if it is not bound.
func (m *machine) operand(o program.Operand) (aw coro.Awaitable[program.Value], ok bool) {
	if o.Fresh() {
		return m.coroutine(int(o.Coro)), true
	}
	return m.thing(o.Name)
}

// operands leaves those out that are not bound.
func (m *machine) operands(os []program.Operand) []coro.Awaitable[program.Value] {
	var aws []coro.Awaitable[program.Value]
	for _, o := range os {
		if aw, ok := m.operand(o); ok {
			aws = append(aws, aw)
		}
	}
	return aws
}

// coroutine is a fresh coroutine object.
func (m *machine) coroutine(i int) coro.Func[program.Value] {
	return func(co *coro.Co) (program.Value, error) {
		growStack()
		return m.body(co, i)
	}
}

// state describes a future as the state statement does.
func state(t thing) string {
	switch {
	case !t.Done():
		return "pending"
	case t.Canceled():
		return "cancelled"
	}
	v, err := t.Result()
	if err != nil {
		return "error " + errorText(err)
	}
	return "result " + text(v)
}
