"""The statements of a program: what each does with asyncio."""

import asyncio
import inspect
import types

import pins
from texts import ProgramError, error_text, matches, state_text, value_text

UNBOUND = "unbound"

RETURN_WHEN = {
    "first": asyncio.FIRST_COMPLETED,
    "error": asyncio.FIRST_EXCEPTION,
    "all": asyncio.ALL_COMPLETED,
}


class Limit(BaseException):
    """The trace is over; what still runs must unwind."""


class Return:
    """What a block hands up after a return statement."""

    def __init__(self, value):
        self.value = value


class Statements:
    """Every statement OP is a method do_OP; those that suspend are coroutine functions.

    A subclass has the environment (env, vars, loop, stopped) and runs blocks (body, block, callback, log).
    """

    def on(self, s):
        return self.env.get(s["on"])

    def operand(self, it):
        return self.body(it["coro"]) if isinstance(it, dict) else self.env.get(it)

    def operands(self, of):
        return [x for x in map(self.operand, of) if x is not None]

    def spawn(self, where, s):
        """Creates a task of the loop's or of a group."""
        name = s.get("name")
        if s.get("eager"):
            return where.create_task(self.body(s["coro"], len(self.loop.tasks)), name=name, eager_start=True)
        return where.create_task(self.body(s["coro"]), name=name)

    # Statements that never suspend

    def do_log(self, s):
        return s["text"]

    def do_fut(self, s):
        self.env[s["as"]] = self.loop.create_future()

    def do_set_result(self, s):
        f = self.on(s)
        if f is None or isinstance(f, asyncio.Task):
            return UNBOUND
        f.set_result(s["v"])

    def do_set_error(self, s):
        f = self.on(s)
        if f is None or isinstance(f, asyncio.Task):
            return UNBOUND
        f.set_exception(ProgramError(*s["err"]))

    def do_cancel(self, s):
        f = self.on(s)
        if f is None:
            return UNBOUND
        msg = s.get("msg")
        return f.cancel() if msg is None else f.cancel(msg)

    def do_uncancel(self, s):
        f = self.on(s)
        return f.uncancel() if isinstance(f, asyncio.Task) else UNBOUND

    def do_cancelling(self, s):
        f = self.on(s)
        return f.cancelling() if isinstance(f, asyncio.Task) else UNBOUND

    def do_self(self, s):
        self.env[s["as"]] = asyncio.current_task()

    def do_state(self, s):
        f = self.on(s)
        return UNBOUND if f is None else state_text(f)

    def do_result(self, s):
        f = self.on(s)
        return UNBOUND if f is None else f.result()

    def do_error(self, s):
        f = self.on(s)
        return UNBOUND if f is None else f.exception()

    def do_spawn(self, s):
        self.env[s["as"]] = self.spawn(self.loop, s)

    def do_gather(self, s):
        self.env[s["as"]] = asyncio.gather(*self.operands(s["of"]), return_exceptions=s.get("settle", False))

    def do_shield(self, s):
        x = self.operand(s["on"])
        if x is None:
            return UNBOUND
        self.env[s["as"]] = asyncio.shield(x)

    def do_reschedule(self, s):
        t = self.on(s)
        if not isinstance(t, asyncio.Timeout):
            return UNBOUND
        self.loop.given = True
        try:
            t.reschedule(None if s["ms"] is None else self.loop.now + s["ms"])
        finally:
            self.loop.given = False

    def do_expired(self, s):
        t = self.on(s)
        return t.expired() if isinstance(t, asyncio.Timeout) else UNBOUND

    def do_tg_spawn(self, s):
        group = self.on(s)
        if not isinstance(group, asyncio.TaskGroup):
            return UNBOUND
        self.env[s["as"]] = self.spawn(group, s)

    def do_tg_cancel(self, s):
        group = self.on(s)
        if not isinstance(group, asyncio.TaskGroup):
            return UNBOUND
        group.cancel()

    def do_raise(self, s):
        raise ProgramError(*s["err"])

    def do_raise_cancelled(self, s):
        msg = s.get("msg")
        raise asyncio.CancelledError() if msg is None else asyncio.CancelledError(msg)

    def do_return(self, s):
        return Return(s["v"])

    def do_release(self, s):
        self.on(s).release()

    def do_locked(self, s):
        return self.on(s).locked()

    def do_ev_set(self, s):
        self.on(s).set()

    def do_ev_clear(self, s):
        self.on(s).clear()

    def do_notify(self, s):
        self.on(s).notify(s["n"])

    def do_notify_all(self, s):
        self.on(s).notify_all()

    def do_put_nowait(self, s):
        self.on(s).put_nowait(s["v"])

    def do_get_nowait(self, s):
        return self.on(s).get_nowait()

    def do_task_done(self, s):
        self.on(s).task_done()

    def do_qsize(self, s):
        return self.on(s).qsize()

    def do_shutdown(self, s):
        self.on(s).shutdown(s.get("immediate", False))

    def do_bar_state(self, s):
        barrier = self.on(s)
        return f"{barrier.n_waiting} {value_text(barrier.broken)}"

    def do_call_soon(self, s):
        self.env[s["as"]] = self.loop.call_soon(self.callback, s["do"])

    def do_call_later(self, s):
        self.env[s["as"]] = self.loop.call_later(s["ms"], self.callback, s["do"])

    def do_handle_cancel(self, s):
        handle = self.on(s)
        if not isinstance(handle, asyncio.Handle):
            return UNBOUND
        handle.cancel()
        return handle.cancelled()

    def do_done_cb(self, s):
        f = self.on(s)
        if f is None:
            return UNBOUND
        f.add_done_callback(lambda f: self.log(s["i"], f"cb {s['text']} {state_text(f)}"))

    def do_var_set(self, s):
        self.vars[s["var"]].set(s["v"])

    def do_var_get(self, s):
        return self.vars[s["var"]].get()

    def do_agen(self, s):
        self.env[s["as"]] = self.make_agen(s["coro"])

    def do_all_tasks(self, s):
        return [t.get_name() for t in asyncio.all_tasks(self.loop)]

    def do_now(self, s):
        return self.loop.now

    # Statements that may suspend

    async def do_sleep(self, s):
        await asyncio.sleep(s["ms"])

    async def do_await(self, s):
        x = self.on(s)
        return UNBOUND if x is None else await x

    async def do_call(self, s):
        return await self.body(s["coro"])

    async def do_wait(self, s):
        bound = [(name, self.env[name]) for name in s["of"] if self.env.get(name) is not None]
        if not bound:
            return UNBOUND
        done, pending = await asyncio.wait(
            [f for _, f in bound], timeout=s.get("ms"), return_when=RETURN_WHEN[s["when"]]
        )
        names = [",".join(name for name, f in bound if f in among) for among in (done, pending)]
        return f"done {names[0]} pending {names[1]}"

    async def do_wait_for(self, s):
        x = self.operand(s["on"])
        return UNBOUND if x is None else await asyncio.wait_for(x, s["ms"])

    async def do_timeout(self, s):
        async with asyncio.timeout(s["ms"]) as scope:
            self.env[s["as"]] = scope
            return await self.block(s["do"])

    async def do_group(self, s):
        async with asyncio.TaskGroup() as group:
            self.env[s["as"]] = group
            return await self.block(s["do"])

    async def do_as_completed(self, s):
        for n, each in enumerate(asyncio.as_completed(self.operands(s["of"]), timeout=s.get("ms"))):
            try:
                result = await each
            except (pins.Deadlock, Limit):
                raise
            except BaseException as e:
                self.log(s["i"], f"#{n} !{error_text(e)}")
                if isinstance(e, asyncio.CancelledError) or s.get("stop"):
                    raise
                if isinstance(e, TimeoutError):
                    break
            else:
                self.log(s["i"], f"#{n} ={value_text(result)}")

    async def do_try(self, s):
        try:
            return await self.block(s["do"])
        except (pins.Deadlock, Limit):
            raise
        except BaseException as e:
            for handler in s.get("except") or ():
                if matches(e, handler["kinds"]):
                    left = await self.block(handler["do"])
                    if handler.get("reraise") and not left:
                        raise
                    return left
            raise
        finally:
            if s.get("finally") and not self.stopped:
                await self.block(s["finally"])

    async def do_repeat(self, s):
        if not s["do"]:
            return
        for _ in range(s["n"]):
            if left := await self.block(s["do"]):
                return left

    async def do_acquire(self, s):
        return await self.on(s).acquire()

    async def do_with(self, s):
        async with self.on(s):
            return await self.block(s["do"])

    async def do_ev_wait(self, s):
        return await self.on(s).wait()

    do_cond_wait = do_bar_wait = do_ev_wait

    async def do_bar_abort(self, s):
        await self.on(s).abort()

    async def do_bar_reset(self, s):
        await self.on(s).reset()

    async def do_put(self, s):
        await self.on(s).put(s["v"])

    async def do_get(self, s):
        return await self.on(s).get()

    async def do_join(self, s):
        await self.on(s).join()

    async def do_anext(self, s):
        g = self.on(s)
        return await anext(g) if isinstance(g, types.AsyncGeneratorType) else UNBOUND

    async def do_athrow(self, s):
        g = self.on(s)
        return await g.athrow(ProgramError(*s["err"])) if isinstance(g, types.AsyncGeneratorType) else UNBOUND

    async def do_aclose(self, s):
        g = self.on(s)
        return await g.aclose() if isinstance(g, types.AsyncGeneratorType) else UNBOUND

    async def do_async_for(self, s):
        n = 0
        async for v in self.drawable(s):
            self.log_drawn(s, n, v)
            n += 1
            if left := await self.block(s["do"]):
                return left
            if n >= s["n"]:
                break

    def log_drawn(self, s, n, v):
        self.log(s["i"], f"#{n} ={value_text(v)}")

    def drawable(self, s):
        """The generator that is drawn from, an empty one if there is none."""
        g = self.on(s)
        return g if isinstance(g, types.AsyncGeneratorType) else empty()


async def empty():
    return
    yield


STATEMENTS = {name.removeprefix("do_"): f for name, f in vars(Statements).items() if name.startswith("do_")}
SIMPLE = {op: f for op, f in STATEMENTS.items() if not inspect.iscoroutinefunction(f)}
SUSPENDING = {op: f for op, f in STATEMENTS.items() if op not in SIMPLE}
