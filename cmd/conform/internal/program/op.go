package program

// Op is what a statement does. Its comment says which fields of the [Stmt] it uses; the table in specs.go is what
// the parser, the encoder and the checker go by.
type Op uint8

// The statements that never suspend. They are the ones that a callback may hold, except for return.
const (
	OpLog            Op = iota + 1 // value is Text
	OpFut                          // As = loop.create_future()
	OpSetResult                    // On.set_result(V), of anything but a task
	OpSetError                     // On.set_exception(Err), of anything but a task
	OpCancel                       // On.cancel(Msg)
	OpUncancel                     // On.uncancel(), of a task
	OpCancelling                   // On.cancelling(), of a task
	OpSelf                         // As = current_task()
	OpState                        // pending, cancelled, error E, result V
	OpResult                       // On.result()
	OpError                        // On.exception()
	OpSpawn                        // As = create_task(Coro, name=Name, eager_start=Eager)
	OpGather                       // As = gather(*Of, return_exceptions=Settle)
	OpShield                       // As = shield(On)
	OpReschedule                   // On.reschedule(now + MS), of a timeout
	OpExpired                      // On.expired(), of a timeout
	OpTGSpawn                      // As = On.create_task(Coro, name=Name, eager_start=Eager), of a group
	OpTGCancel                     // On.cancel(), of a group
	OpRaise                        // raise Err
	OpRaiseCancelled               // raise CancelledError(Msg)
	OpReturn                       // leave the coroutine with V
	OpRelease                      // On.release()
	OpLocked                       // On.locked()
	OpEvSet                        // On.set()
	OpEvClear                      // On.clear()
	OpNotify                       // On.notify(N)
	OpNotifyAll                    // On.notify_all()
	OpPutNowait                    // On.put_nowait(V)
	OpGetNowait                    // On.get_nowait()
	OpTaskDone                     // On.task_done()
	OpQsize                        // On.qsize()
	OpShutdown                     // On.shutdown(Immediate)
	OpBarState                     // On.n_waiting and On.broken
	OpCallSoon                     // As = loop.call_soon(Do)
	OpCallLater                    // As = loop.call_later(MS, Do)
	OpHandleCancel                 // On.cancel() of a handle; value is cancelled()
	OpDoneCB                       // On.add_done_callback, which logs "cb TEXT STATE"
	OpVarSet                       // Var.set(V)
	OpVarGet                       // Var.get()
	OpAgen                         // As = Coro(), an asynchronous generator that has not begun
	OpAllTasks                     // the names of the tasks that are not done
	OpNow                          // the virtual time
)

// The statements that may suspend.
const (
	OpSleep       Op = iota + OpNow + 1 // sleep(MS)
	OpAwait                             // await On
	OpCall                              // await Coro(), in the same task
	OpWait                              // wait(Of, timeout=MS, return_when=When)
	OpWaitFor                           // wait_for(On, MS)
	OpTimeout                           // async with timeout(MS) as As: Do
	OpGroup                             // async with TaskGroup() as As: Do
	OpAsCompleted                       // for each of as_completed(Of, timeout=MS), Stop at the first error
	OpTry                               // try: Do, Except, Finally
	OpRepeat                            // N times Do
	OpAcquire                           // On.acquire()
	OpWith                              // async with On: Do
	OpEvWait                            // On.wait(), meant for an event
	OpCondWait                          // On.wait(), meant for a condition
	OpBarWait                           // On.wait(), meant for a barrier
	OpBarAbort                          // On.abort()
	OpBarReset                          // On.reset()
	OpPut                               // On.put(V)
	OpGet                               // On.get()
	OpJoin                              // On.join()
	OpYield                             // yield V, in a coroutine that is for OpAgen only
	OpAnext                             // anext(On)
	OpAthrow                            // On.athrow(Err)
	OpAclose                            // On.aclose()
	OpAsyncFor                          // async for each of On: log it, Do; break after N of them
)

// opCount is one more than the last Op.
const opCount = OpAsyncFor + 1

// Ops returns every Op there is, in the order of their declaration.
func Ops() []Op {
	ops := make([]Op, 0, opCount-1)
	for op := OpLog; op < opCount; op++ {
		ops = append(ops, op)
	}
	return ops
}

// String returns the word that stands for the statement in a program's text.
func (op Op) String() string {
	if op == 0 || op >= opCount {
		return "unknown statement"
	}
	return specs[op].word
}

// Suspends reports whether the statement may suspend, and so cannot stand in a callback.
func (op Op) Suspends() bool { return op >= OpSleep && op < opCount }

// Compound reports whether the statement holds others that run as part of it. call_soon and call_later do not
// count: what they hold runs later and elsewhere.
func (op Op) Compound() bool {
	switch op {
	case OpTimeout, OpGroup, OpTry, OpRepeat, OpWith, OpAsyncFor:
		return true
	}
	return false
}

// Callback reports whether the statement schedules what it holds as a callback.
func (op Op) Callback() bool { return op == OpCallSoon || op == OpCallLater }
