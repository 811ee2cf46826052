package replay

import (
	"os"

	"github.com/ouro-loop/ouro/cmd/conform/internal/program"
	"github.com/ouro-loop/ouro/coro"
)

// returned is what a block hands up when it ran a return statement.
type returned struct{ v program.Value }

// growStack makes room for what most coroutines need while the stack is still empty:
// growing it bit by bit, each time with more frames to move, is a good part of the
// time otherwise.
//
//go:noinline
func growStack() byte {
	var room [3 << 10]byte
	return room[len(os.Args)&1]
}

// A frame is where statements run: in a coroutine, or in the function of a generator.
type frame struct {
	co *coro.Co                     // either this,
	y  *coro.Yielder[program.Value] // or this, whose task may be another one after each yield
}

// Co is that of the task that runs the statements now.
func (f frame) Co() *coro.Co {
	if f.y != nil {
		return f.y.Co()
	}
	return f.co
}

// body runs a coroutine's statements.
func (m *machine) body(co *coro.Co, i int) (program.Value, error) {
	v, err := m.block(frame{co: co}, m.p.Coros[i].Body)
	if r, ok := v.(returned); ok {
		return r.v, err
	}
	return nil, err
}

// block runs statements in order, up to an error or a return, which it hands up as
// a value of type returned.
func (m *machine) block(f frame, block []program.Stmt) (any, error) {
	for i := range block {
		v, err := m.stmt(f, &block[i])
		if err != nil {
			return nil, err
		}
		if _, ok := v.(returned); ok {
			return v, nil
		}
	}
	return nil, nil
}

// stmt runs one statement and logs how it ended.
func (m *machine) stmt(f frame, st *program.Stmt) (any, error) {
	if m.stopped {
		return nil, errLimit
	}
	var v any
	var err error
	if st.Op.Suspends() {
		v, err = m.suspending(f, st)
	} else {
		v, err = m.immediate(st)
	}
	if err != nil {
		return nil, m.failed(st, err)
	}
	if r, ok := v.(returned); ok {
		err = m.log(st.I, "=return "+text(r.v))
	} else {
		err = m.log(st.I, value(v))
	}
	return v, err
}

// failed logs how a statement failed, and returns the error to go on with.
func (m *machine) failed(st *program.Stmt, err error) error {
	if isLimit(err) {
		return err
	}
	if full := m.log(st.I, "!"+errorText(err)); full != nil {
		return full
	}
	return err
}

// isLimit reports whether err is errLimit itself, and not a group that holds it.
func isLimit(err error) bool { return err == errLimit }

// callback runs the statements of a callback.
func (m *machine) callback(block []program.Stmt) {
	for i := range block {
		st := &block[i]
		v, err := m.immediate(st)
		if err != nil {
			panic(m.failed(st, err)) // what an exception in a callback is here
		}
		if full := m.log(st.I, value(v)); full != nil {
			panic(full)
		}
	}
}
