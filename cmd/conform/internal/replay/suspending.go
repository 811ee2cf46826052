package replay

import (
	"strings"

	"github.com/ouro-loop/ouro/cmd/conform/internal/program"
	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/future"
)

// suspending runs a statement that may suspend the coroutine.
func (m *machine) suspending(f frame, st *program.Stmt) (any, error) {
	co := f.Co()
	switch st.Op {
	case program.OpSleep:
		return nil, coro.Sleep(co, milliseconds(st.MS.V))
	case program.OpAwait:
		x, ok := m.thing(st.On.Name)
		if !ok {
			return unbound, nil
		}
		return x.Await(co)
	case program.OpCall:
		return m.body(co, int(st.Coro))
	case program.OpWait:
		return m.wait(co, st)
	case program.OpWaitFor:
		aw, ok := m.operand(st.On)
		if !ok {
			return unbound, nil
		}
		return coro.WaitFor(co, aw, limit(st.MS))
	case program.OpTimeout:
		var v any
		err := coro.Timeout(co, limit(st.MS), func(t *coro.TimeoutScope) (err error) {
			m.env[st.As] = t
			v, err = m.block(f, st.Do)
			return err
		})
		return v, err
	case program.OpGroup:
		var v any
		err := coro.Group(co, func(g *coro.TaskGroup) (err error) {
			m.env[st.As] = g
			v, err = m.block(f, st.Do)
			return err
		})
		return v, err
	case program.OpAsCompleted:
		return nil, m.asCompleted(co, st)
	case program.OpTry:
		return m.try(f, st)
	case program.OpRepeat:
		for range st.N {
			if v, err := m.block(f, st.Do); v != nil || err != nil {
				return v, err
			}
		}
		return nil, nil
	case program.OpYield:
		return nil, f.y.Yield(st.V)
	case program.OpAnext, program.OpAthrow, program.OpAclose:
		return m.generator(co, st)
	case program.OpAsyncFor:
		return m.asyncFor(f, st)
	}
	return m.suspendingSync(f, st)
}

var returnWhen = map[program.When]coro.When{
	program.WhenAll:   coro.AllCompleted,
	program.WhenFirst: coro.FirstCompleted,
	program.WhenError: coro.FirstException,
}

func (m *machine) wait(co *coro.Co, st *program.Stmt) (any, error) {
	var names []program.Name
	var fs []thing
	for _, o := range st.Of {
		if f, ok := m.thing(o.Name); ok {
			names = append(names, o.Name)
			fs = append(fs, f)
		}
	}
	if len(fs) == 0 {
		return unbound, nil
	}
	done, _, err := coro.Wait(co, fs, coro.ReturnWhen(returnWhen[st.When]), coro.TimeLimit(limit(st.MS)))
	if err != nil {
		return nil, err
	}
	isDone := make(map[*future.Core]bool, len(done))
	for _, f := range done {
		isDone[f.Core()] = true
	}
	var d, p []string
	for i, f := range fs {
		if name := m.p.Names[names[i]]; isDone[f.Core()] {
			d = append(d, name)
		} else {
			p = append(p, name)
		}
	}
	return "done " + strings.Join(d, ",") + " pending " + strings.Join(p, ","), nil
}

func (m *machine) asCompleted(co *coro.Co, st *program.Stmt) error {
	n := 0
	for next := range coro.AsCompleted(co, limit(st.MS), m.operands(st.Of)...) {
		v, err := next.Await(co)
		if isLimit(err) {
			return err
		}
		if err == nil {
			if full := m.log(st.I, "#"+itoa(n)+" ="+text(v)); full != nil {
				return full
			}
			n++
			continue
		}
		if full := m.log(st.I, "#"+itoa(n)+" !"+errorText(err)); full != nil {
			return full
		}
		if future.IsCanceled(err) || st.Stop {
			return err
		}
		if className(err) == "TimeoutError" {
			return nil
		}
		n++
	}
	return nil
}

func (m *machine) try(f frame, st *program.Stmt) (v any, err error) {
	v, err = m.block(f, st.Do)
	if err != nil && !isLimit(err) {
		for i := range st.Except {
			h := &st.Except[i]
			if !matches(err, h.Kinds) {
				continue
			}
			caught := err
			v, err = m.block(f, h.Do)
			if v == nil && err == nil && h.Reraise {
				err = caught
			}
			break
		}
	}
	if len(st.Finally) > 0 && !m.stopped {
		if _, ferr := m.block(f, st.Finally); ferr != nil {
			return nil, ferr
		}
	}
	return v, err
}
