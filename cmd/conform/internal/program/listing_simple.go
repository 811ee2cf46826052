package program

import "fmt"

// simple shows a statement that takes one line.
func (l *lister) simple(st *Stmt) string {
	if st.Op.Suspends() {
		return l.suspending(st)
	}
	on, as := l.operand(st.On), l.name(st.As)
	switch st.Op {
	case OpLog:
		return fmt.Sprintf("log(%q)", st.Text)
	case OpFut:
		return as + " = loop.create_future()"
	case OpSetResult:
		return fmt.Sprintf("%s.set_result(%s)", on, literal(st.V))
	case OpSetError:
		return fmt.Sprintf("%s.set_exception(%s)", on, st.Err.listing())
	case OpCancel:
		return fmt.Sprintf("%s.cancel(%s)", on, quoted(st.Msg))
	case OpSelf:
		return as + " = asyncio.current_task()"
	case OpState:
		return fmt.Sprintf("state(%s)", on)
	case OpSpawn:
		return fmt.Sprintf("%s = asyncio.create_task(%s)", as, l.taskArgs(st))
	case OpTGSpawn:
		return fmt.Sprintf("%s = %s.create_task(%s)", as, on, l.taskArgs(st))
	case OpGather:
		settle := ""
		if st.Settle {
			settle = ", return_exceptions=True"
			if len(st.Of) == 0 {
				settle = settle[2:]
			}
		}
		return fmt.Sprintf("%s = asyncio.gather(%s%s)", as, l.operands(st.Of), settle)
	case OpShield:
		return fmt.Sprintf("%s = asyncio.shield(%s)", as, on)
	case OpReschedule:
		if !st.MS.Set {
			return on + ".reschedule(None)"
		}
		return fmt.Sprintf("%s.reschedule(loop.time() + %d)", on, st.MS.V)
	case OpRaise:
		return "raise " + st.Err.listing()
	case OpRaiseCancelled:
		return fmt.Sprintf("raise asyncio.CancelledError(%s)", quoted(st.Msg))
	case OpReturn:
		return "return " + literal(st.V)
	case OpNotify:
		return fmt.Sprintf("%s.notify(%d)", on, st.N)
	case OpPutNowait:
		return fmt.Sprintf("%s.put_nowait(%s)", on, literal(st.V))
	case OpShutdown:
		immediate := ""
		if st.Immediate {
			immediate = "immediate=True"
		}
		return fmt.Sprintf("%s.shutdown(%s)", on, immediate)
	case OpBarState:
		return fmt.Sprintf("%s.n_waiting, %s.broken", on, on)
	case OpCallSoon:
		return fmt.Sprintf("%s = loop.call_soon(callback%d)", as, st.I)
	case OpCallLater:
		return fmt.Sprintf("%s = loop.call_later(%d, callback%d)", as, st.MS.V, st.I)
	case OpHandleCancel:
		return fmt.Sprintf("%s.cancel(), %s.cancelled()", on, on)
	case OpDoneCB:
		return fmt.Sprintf("%s.add_done_callback(lambda f: log(%q, state(f)))", on, "cb "+st.Text)
	case OpVarSet:
		return fmt.Sprintf("%s.set(%s)", l.name(st.Var), literal(st.V))
	case OpVarGet:
		return l.name(st.Var) + ".get()"
	case OpAgen:
		return fmt.Sprintf("%s = %s", as, l.coro(st.Coro))
	case OpAllTasks:
		return "asyncio.all_tasks()"
	case OpNow:
		return "loop.time()"
	}
	return fmt.Sprintf("%s.%s()", on, methods[st.Op])
}

// taskArgs shows the arguments of create_task.
func (l *lister) taskArgs(st *Stmt) string {
	args := l.coro(st.Coro)
	if st.Name.Set {
		args += ", name=" + quoted(st.Name)
	}
	if st.Eager {
		args += ", eager_start=True"
	}
	return args
}

var returnWhen = [...]string{
	WhenAll: "ALL_COMPLETED", WhenFirst: "FIRST_COMPLETED", WhenError: "FIRST_EXCEPTION",
}

func (l *lister) suspending(st *Stmt) string {
	on := l.operand(st.On)
	switch st.Op {
	case OpSleep:
		return fmt.Sprintf("await asyncio.sleep(%d)", st.MS.V)
	case OpAwait:
		return "await " + on
	case OpCall:
		return "await " + l.coro(st.Coro)
	case OpWait:
		timeout := ""
		if st.MS.Set {
			timeout = ", timeout=" + millis(st.MS)
		}
		return fmt.Sprintf("await asyncio.wait([%s]%s, return_when=%s)", l.operands(st.Of), timeout, returnWhen[st.When])
	case OpWaitFor:
		return fmt.Sprintf("await asyncio.wait_for(%s, %s)", on, millis(st.MS))
	case OpYield:
		return "yield " + literal(st.V)
	case OpAnext:
		return fmt.Sprintf("await anext(%s)", on)
	case OpAthrow:
		return fmt.Sprintf("await %s.athrow(%s)", on, st.Err.listing())
	case OpPut:
		return fmt.Sprintf("await %s.put(%s)", on, literal(st.V))
	}
	return fmt.Sprintf("await %s.%s()", on, methods[st.Op])
}

// methods holds the methods that statements call on what they work on, without arguments.
var methods = map[Op]string{
	OpUncancel: "uncancel", OpCancelling: "cancelling", OpResult: "result", OpError: "exception",
	OpExpired: "expired", OpTGCancel: "cancel", OpRelease: "release", OpLocked: "locked", OpEvSet: "set", OpEvClear: "clear",
	OpNotifyAll: "notify_all", OpGetNowait: "get_nowait", OpTaskDone: "task_done", OpQsize: "qsize",
	OpAcquire: "acquire", OpEvWait: "wait", OpCondWait: "wait", OpBarWait: "wait", OpBarAbort: "abort",
	OpBarReset: "reset", OpGet: "get", OpJoin: "join", OpAclose: "aclose",
}
