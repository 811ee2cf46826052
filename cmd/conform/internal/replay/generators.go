package replay

import (
	"github.com/ouro-loop/ouro/cmd/conform/internal/program"
	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
)

type generator = coro.Generator[program.Value]

// A closing is a task in which the end of the run closes a generator. As a thing its result
// is a value.
type closing struct{ *coro.Task[coro.None] }

func (c closing) Result() (program.Value, error) {
	_, err := c.Task.Result()
	return nil, err
}

func (c closing) Await(w future.Waiter) (program.Value, error) {
	_, err := c.Task.Await(w)
	return nil, err
}

// newGenerator is a generator whose function runs a coroutine's statements.
func (m *machine) newGenerator(i int) *generator {
	return coro.NewGenerator(func(y *coro.Yielder[program.Value]) error {
		growStack()
		_, err := m.block(frame{y: y}, m.p.Coros[i].Body)
		return err
	})
}

// generator runs a statement that is a call of a generator's method.
func (m *machine) generator(co *coro.Co, st *program.Stmt) (any, error) {
	g, ok := m.env[st.On.Name].(*generator)
	if !ok {
		return unbound, nil
	}
	switch st.Op {
	case program.OpAthrow:
		return g.Throw(co, &raised{st.Err})
	case program.OpAclose:
		return nil, g.Close(co)
	}
	return g.Next(co)
}

func (m *machine) asyncFor(f frame, st *program.Stmt) (any, error) {
	g, ok := m.env[st.On.Name].(*generator)
	if !ok {
		return nil, nil
	}
	n := 0
	for v, err := range g.All(f.Co()) {
		if err != nil {
			return nil, err
		}
		if full := m.log(st.I, "#"+itoa(n)+" ="+text(v)); full != nil {
			return nil, full
		}
		n++
		if v, err := m.block(f, st.Do); v != nil || err != nil || int64(n) >= st.N {
			return v, err
		}
	}
	return nil, nil
}
