package replay

import (
	"errors"

	"github.com/ouro-loop/ouro/cmd/conform/internal/program"
	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
	"github.com/ouro-loop/ouro/loop"
)

// unbound is the value of a statement that names nothing, or the wrong thing.
const unbound = "unbound"

// immediate runs a statement that never suspends.
func (m *machine) immediate(st *program.Stmt) (any, error) {
	switch st.Op {
	case program.OpLog:
		return st.Text, nil
	case program.OpFut:
		m.env[st.As] = loop.CreateFuture[program.Value](m.l)
		return nil, nil
	case program.OpSelf:
		m.env[st.As] = nil
		switch t := coro.CurrentTask(m.l).(type) {
		case nil:
		case *coro.Task[coro.None]:
			m.env[st.As] = closing{t}
		default:
			m.env[st.As] = t
		}
		return nil, nil
	case program.OpSpawn:
		return nil, m.spawn(m.l, st)
	case program.OpTGSpawn:
		g, ok := m.env[st.On.Name].(*coro.TaskGroup)
		if !ok {
			return unbound, nil
		}
		return nil, m.spawn(g, st)
	case program.OpTGCancel:
		g, ok := m.env[st.On.Name].(*coro.TaskGroup)
		if !ok {
			return unbound, nil
		}
		g.Cancel()
		return nil, nil
	case program.OpGather:
		m.gather(st)
		return nil, nil
	case program.OpShield:
		aw, ok := m.operand(st.On)
		if !ok {
			return unbound, nil
		}
		m.env[st.As] = coro.Shield(m.l, aw)
		return nil, nil
	case program.OpRaise:
		return nil, &raised{st.Err}
	case program.OpRaiseCancelled:
		return nil, future.NewCanceledError(message(st.Msg)...)
	case program.OpReturn:
		return returned{st.V}, nil
	case program.OpCallSoon:
		m.env[st.As] = m.l.CallSoon(func() { m.callback(st.Do) })
		return nil, nil
	case program.OpCallLater:
		m.env[st.As] = m.l.CallLater(milliseconds(st.MS.V), func() { m.callback(st.Do) })
		return nil, nil
	case program.OpHandleCancel:
		return m.cancelHandle(st), nil
	case program.OpReschedule, program.OpExpired:
		return m.timeout(st)
	case program.OpVarSet:
		m.vars[st.Var].Set(m.l, st.V)
		return nil, nil
	case program.OpVarGet:
		return m.vars[st.Var].Get(m.l), nil
	case program.OpAgen:
		m.env[st.As] = m.newGenerator(int(st.Coro))
		return nil, nil
	case program.OpAllTasks:
		var names []any
		for _, t := range coro.AllTasks(m.l) {
			names = append(names, t.Name())
		}
		return names, nil
	case program.OpNow:
		return m.now(), nil
	case program.OpUncancel, program.OpCancelling:
		t, ok := m.env[st.On.Name].(coro.AnyTask)
		switch {
		case !ok:
			return unbound, nil
		case st.Op == program.OpUncancel:
			return t.Uncancel(), nil
		}
		return t.Canceling(), nil
	case program.OpSetResult, program.OpSetError, program.OpCancel, program.OpState,
		program.OpResult, program.OpError, program.OpDoneCB:
		return m.future(st)
	}
	return m.immediateSync(st)
}

// future runs a statement about a future.
func (m *machine) future(st *program.Stmt) (any, error) {
	f, ok := m.thing(st.On.Name)
	if !ok {
		return unbound, nil
	}
	switch st.Op {
	case program.OpSetResult, program.OpSetError:
		s, ok := f.(settable)
		if _, isTask := f.(coro.AnyTask); isTask || !ok {
			return unbound, nil
		}
		if st.Op == program.OpSetError {
			return nil, s.SetError(&raised{st.Err})
		}
		return nil, s.SetResult(st.V)
	case program.OpCancel:
		return f.Cancel(message(st.Msg)...), nil
	case program.OpState:
		return state(f), nil
	case program.OpResult:
		return f.Result()
	case program.OpError:
		if !f.Done() || f.Canceled() {
			return nil, f.Err() // raised by exception() itself
		}
		if err := f.Err(); err != nil {
			return errorText(err), nil
		}
		return nil, nil
	default: // OpDoneCB
		f.AddDoneCallback(func() {
			if full := m.log(st.I, "cb "+st.Text+" "+state(f)); full != nil {
				panic(full)
			}
		})
		return nil, nil
	}
}

// spawn creates a task. A group that takes no more of them panics with an error.
func (m *machine) spawn(s coro.Spawner, st *program.Stmt) (err error) {
	defer func() {
		switch v := recover().(type) {
		case nil:
		case error:
			if !errors.Is(v, coro.ErrGroupInactive) {
				panic(v)
			}
			err = v
		default:
			panic(v)
		}
	}()
	var opts []coro.TaskOption
	if st.Name.Set {
		opts = append(opts, coro.Name(st.Name.V))
	}
	if st.Eager {
		opts = append(opts, coro.Eager(true))
	}
	m.env[st.As] = coro.CreateTask(s, m.coroutine(int(st.Coro)), opts...)
	return nil
}

func (m *machine) gather(st *program.Stmt) {
	aws := m.operands(st.Of)
	if st.Settle {
		f := coro.GatherSettled(m.l, aws...)
		m.env[st.As] = settled{f, f}
	} else {
		f := coro.Gather(m.l, aws...)
		m.env[st.As] = gathered{f, f}
	}
}

// cancelHandle cancels a callback. That it is canceled afterwards is what CPython
// says even of one that has been called.
func (m *machine) cancelHandle(st *program.Stmt) any {
	switch h := m.env[st.On.Name].(type) {
	case loop.Handle:
		h.Cancel()
	case loop.TimerHandle:
		h.Cancel()
	default:
		return unbound
	}
	return true
}

func (m *machine) timeout(st *program.Stmt) (any, error) {
	t, ok := m.env[st.On.Name].(*coro.TimeoutScope)
	switch {
	case !ok:
		return unbound, nil
	case st.Op == program.OpExpired:
		return t.Expired(), nil
	case st.MS.Set:
		return nil, t.Reschedule(m.l.Time() + milliseconds(st.MS.V))
	}
	return nil, t.Reschedule(coro.Forever)
}

func message(msg program.Maybe[string]) []string {
	if !msg.Set {
		return nil
	}
	return []string{msg.V}
}
