package program_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestListing(t *testing.T) {
	p := parse(t, `{"main":"main","objects":[
			{"kind":"lock","as":"lock"},{"kind":"event","as":"ev"},{"kind":"cond","as":"cond"},{"kind":"sem","as":"sem","n":2},
			{"kind":"bsem","as":"bsem","n":1},{"kind":"barrier","as":"bar","n":3},{"kind":"queue","as":"q","max":0},
			{"kind":"lifo","as":"lifo","max":1},{"kind":"prio","as":"prio","max":2},{"kind":"var","as":"var","default":"x"}],
		"coros":{"main":[
			{"i":1,"op":"spawn","as":"t","coro":"child","name":"first","eager":true},
			{"i":2,"op":"try","do":[
				{"i":3,"op":"timeout","as":"limit","ms":null,"do":[
					{"i":4,"op":"group","as":"tg","do":[{"i":5,"op":"tg_spawn","on":"tg","as":"u","coro":"child"}]},
					{"i":6,"op":"reschedule","on":"limit","ms":5},
					{"i":7,"op":"reschedule","on":"limit","ms":null}]}],
			 "except":[{"kinds":["CancelledError"],"do":[],"reraise":true},{"kinds":["AppError","ExceptionGroup"],"do":[
				{"i":8,"op":"wait","of":["t","u"],"when":"first","ms":3}]}],
			 "finally":[{"i":9,"op":"with","on":"lock","do":[{"i":10,"op":"repeat","n":2,"do":[]}]}]},
			{"i":11,"op":"call_later","ms":5,"as":"h","do":[{"i":12,"op":"cancel","on":"t","msg":"why"}]},
			{"i":13,"op":"as_completed","of":["t",{"coro":"child"}],"ms":4,"stop":true},
			{"i":14,"op":"as_completed","of":[]},
			{"i":15,"op":"gather","as":"g","of":["t","u"],"settle":true},
			{"i":16,"op":"wait_for","on":"g","ms":1},
			{"i":17,"op":"done_cb","on":"g","text":"it"},
			{"i":18,"op":"return","v":[null,true,"a",1]}],
		 "child":[]}}`)
	want := `
# Times are in milliseconds. Every name is global. The number is the statement's.
lock = asyncio.Lock()
ev = asyncio.Event()
cond = asyncio.Condition()
sem = asyncio.Semaphore(2)
bsem = asyncio.BoundedSemaphore(1)
bar = asyncio.Barrier(3)
q = asyncio.Queue(0)
lifo = asyncio.LifoQueue(1)
prio = asyncio.PriorityQueue(2)
var = contextvars.ContextVar("var", default="x")

async def main():
    t = asyncio.create_task(child(), name="first", eager_start=True)      # 1
    try:                                                                  # 2
        async with asyncio.timeout(None) as limit:                        # 3
            async with asyncio.TaskGroup() as tg:                         # 4
                u = tg.create_task(child())                               # 5
            limit.reschedule(loop.time() + 5)                             # 6
            limit.reschedule(None)                                        # 7
    except CancelledError:
        pass
        raise
    except (AppError, ExceptionGroup):
        await asyncio.wait([t, u], timeout=3, return_when=FIRST_COMPLETED)  # 8
    finally:
        async with lock:                                                  # 9
            for _ in range(2):                                            # 10
                pass
    def callback11():
        t.cancel("why")                                                   # 12
    h = loop.call_later(5, callback11)                                    # 11
    for each in asyncio.as_completed([t, child()], timeout=4):            # 13
        await each
    for each in asyncio.as_completed([]):                                 # 14
        await each  # and goes on after an error
    g = asyncio.gather(t, u, return_exceptions=True)                      # 15
    await asyncio.wait_for(g, 1)                                          # 16
    g.add_done_callback(lambda f: log("cb it", state(f)))                 # 17
    return [None, True, "a", 1]                                           # 18

async def child():
    pass

asyncio.run(main())
`
	require.Equal(t, strings.TrimPrefix(want, "\n"), p.Listing())
}

// Every statement has a form of its own: a line of the listing says what the statement does.
func TestListingOfEveryStatement(t *testing.T) {
	for _, tt := range []struct{ stmt, want string }{
		{`"op":"log","text":"a b"`, `log("a b")`},
		{`"op":"fut","as":"f"`, `f = loop.create_future()`},
		{`"op":"set_result","on":"f","v":null`, `f.set_result(None)`},
		{`"op":"set_error","on":"f","err":["AppError","x"]`, `f.set_exception(AppError("x"))`},
		{`"op":"cancel","on":"f","msg":null`, `f.cancel()`},
		{`"op":"uncancel","on":"f"`, `f.uncancel()`},
		{`"op":"cancelling","on":"f"`, `f.cancelling()`},
		{`"op":"self","as":"me"`, `me = asyncio.current_task()`},
		{`"op":"state","on":"f"`, `state(f)`},
		{`"op":"result","on":"f"`, `f.result()`},
		{`"op":"error","on":"f"`, `f.exception()`},
		{`"op":"spawn","as":"t","coro":"c"`, `t = asyncio.create_task(c())`},
		{`"op":"gather","as":"g","of":[],"settle":true`, `g = asyncio.gather(return_exceptions=True)`},
		{`"op":"shield","as":"s","on":{"coro":"c"}`, `s = asyncio.shield(c())`},
		{`"op":"expired","on":"t"`, `t.expired()`},
		{`"op":"tg_spawn","on":"g","as":"t","coro":"c","name":"n"`, `t = g.create_task(c(), name="n")`},
		{`"op":"tg_spawn","on":"g","as":"t","coro":"c","eager":true`, `t = g.create_task(c(), eager_start=True)`},
		{`"op":"tg_cancel","on":"g"`, `g.cancel()`},
		{`"op":"raise","err":["NetError","x"]`, `raise NetError("x")`},
		{`"op":"raise_cancelled","msg":"x"`, `raise asyncio.CancelledError("x")`},
		{`"op":"return","v":false`, `return False`},
		{`"op":"release","on":"x"`, `x.release()`},
		{`"op":"locked","on":"x"`, `x.locked()`},
		{`"op":"ev_set","on":"x"`, `x.set()`},
		{`"op":"ev_clear","on":"x"`, `x.clear()`},
		{`"op":"notify","on":"x","n":2`, `x.notify(2)`},
		{`"op":"notify_all","on":"x"`, `x.notify_all()`},
		{`"op":"put_nowait","on":"x","v":1`, `x.put_nowait(1)`},
		{`"op":"get_nowait","on":"x"`, `x.get_nowait()`},
		{`"op":"task_done","on":"x"`, `x.task_done()`},
		{`"op":"qsize","on":"x"`, `x.qsize()`},
		{`"op":"shutdown","on":"x"`, `x.shutdown()`},
		{`"op":"shutdown","on":"x","immediate":true`, `x.shutdown(immediate=True)`},
		{`"op":"bar_state","on":"x"`, `x.n_waiting, x.broken`},
		{`"op":"call_soon","as":"h","do":[]`, `h = loop.call_soon(callback1)`},
		{`"op":"handle_cancel","on":"h"`, `h.cancel(), h.cancelled()`},
		{`"op":"var_set","var":"v","v":1`, `v.set(1)`},
		{`"op":"var_get","var":"v"`, `v.get()`},
		{`"op":"all_tasks"`, `asyncio.all_tasks()`},
		{`"op":"now"`, `loop.time()`},
		{`"op":"agen","as":"a","coro":"c"`, `a = c()`},
		{`"op":"anext","on":"a"`, `await anext(a)`},
		{`"op":"athrow","on":"a","err":["AppError","x"]`, `await a.athrow(AppError("x"))`},
		{`"op":"aclose","on":"a"`, `await a.aclose()`},
		{`"op":"async_for","on":"a","n":2,"do":[]`, `async for each in a:`},
		{`"op":"sleep","ms":0`, `await asyncio.sleep(0)`},
		{`"op":"await","on":"f"`, `await f`},
		{`"op":"call","coro":"c"`, `await c()`},
		{`"op":"wait","of":["f"],"when":"error"`, `await asyncio.wait([f], return_when=FIRST_EXCEPTION)`},
		{`"op":"wait_for","on":{"coro":"c"},"ms":null`, `await asyncio.wait_for(c(), None)`},
		{`"op":"try","do":[]`, `try:`},
		{`"op":"acquire","on":"x"`, `await x.acquire()`},
		{`"op":"ev_wait","on":"x"`, `await x.wait()`},
		{`"op":"cond_wait","on":"x"`, `await x.wait()`},
		{`"op":"bar_wait","on":"x"`, `await x.wait()`},
		{`"op":"bar_abort","on":"x"`, `await x.abort()`},
		{`"op":"bar_reset","on":"x"`, `await x.reset()`},
		{`"op":"put","on":"x","v":1`, `await x.put(1)`},
		{`"op":"get","on":"x"`, `await x.get()`},
		{`"op":"join","on":"x"`, `await x.join()`},
	} {
		t.Run(tt.stmt, func(t *testing.T) {
			p := parse(t, `{"main":"c","objects":[{"kind":"var","as":"v","default":0}],"coros":{"c":[{"i":1,`+tt.stmt+`}]}}`)
			require.Regexp(t, `(?m)^    `+regexp.QuoteMeta(tt.want)+` +# 1$`, p.Listing())
		})
	}
}

// Picks stand before the run that they are for.
func TestListingOfPicks(t *testing.T) {
	p := parse(t, `{"main":"c","picks":[0,2],"coros":{"c":[]}}`)
	require.Contains(t, p.Listing(), "# What CPython leaves open is settled by the picks 0, 2.\nasyncio.run(c())\n")
	p = parse(t, `{"main":"c","picks":[],"coros":{"c":[]}}`)
	require.Contains(t, p.Listing(), "# What CPython leaves open is settled as it is without picks.\nasyncio.run(c())\n")
}

// A range over a generator says when it is left, and a yield stands where it is.
func TestListingOfGenerators(t *testing.T) {
	p := parse(t, `{"main":"c","coros":{"c":[{"i":1,"op":"agen","as":"a","coro":"g"},
		{"i":2,"op":"async_for","on":"a","n":2,"do":[{"i":3,"op":"now"}]}],"g":[{"i":4,"op":"yield","v":"x"}]}}`)
	require.Contains(t, p.Listing(), `
async def c():
    a = g()                                                               # 1
    async for each in a:                                                  # 2
        loop.time()                                                       # 3
        if 2 were drawn: break

async def g():
    yield "x"                                                             # 4
`[1:])
}
