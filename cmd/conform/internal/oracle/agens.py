"""Async generator functions, made of a program's coroutines that yield.

A yield has to stand in the generator function itself. So where one is inside of a statement, that is written as the
Python that it stands for; every other statement is run as in any coroutine. What a statement logs, and what a return
inside of it hands up, is the same in both.
"""

import asyncio

import pins
from statements import Limit
from texts import error_text, matches, value_text

LIMIT = "(pins.Deadlock, Limit)"


class Agens:
    """The part of a machine that makes generators. What the functions made here call is below."""

    def make_agen(self, coro):
        """A new generator of the coroutine function of that name."""
        if coro not in self.agen_functions:
            self.agen_functions[coro] = Writer().function(self.program["coros"][coro])
        function, statements = self.agen_functions[coro]
        agen = function(self, statements)
        self.agens.append(agen)
        return agen

    def end_statement(self, s, left):
        """Logs the end of a statement that may hand up a return."""
        self.log(s["i"], "=return " + value_text(left.value) if left else "=null")

    def fail_statement(self, s, e):
        self.log(s["i"], "!" + error_text(e))

    def handler(self, s, e):
        """The number of the except clause that takes the error, or none."""
        for n, handler in enumerate(s.get("except") or ()):
            if matches(e, handler["kinds"]):
                return n
        return None


def yields(statements):
    """Whether there is a yield among the statements, or inside of one."""
    return any(s["op"] == "yield" or any(map(yields, blocks(s))) for s in statements)


def blocks(s):
    """The blocks of a statement that run as part of it."""
    if s["op"] in ("call_soon", "call_later"):
        return []
    return [s.get("do") or (), *(h["do"] for h in s.get("except") or ()), s.get("finally") or ()]


class Writer:
    """Writes the function of one coroutine."""

    def __init__(self):
        self.lines = []
        self.statements = []  # those that the function refers to
        self.depth = 1

    def function(self, body):
        self.line("left = None")
        self.block(body)
        self.line("return")
        self.line("yield")
        source = "async def function(m, S):\n" + "\n".join(self.lines)
        made = {"asyncio": asyncio, "pins": pins, "Limit": Limit}
        exec(compile(source, "<agen>", "exec"), made)
        return made["function"], self.statements

    def line(self, text):
        self.lines.append(" " * self.depth + text)

    def inside(self, head, write, *args):
        self.line(head)
        self.depth += 1
        write(*args)
        self.depth -= 1

    def block(self, statements):
        if not statements:
            self.line("pass")
        for s in statements:
            self.inside("if left is None:", self.statement, s)

    def statement(self, s):
        n = len(self.statements)
        self.statements.append(s)
        if not yields([s]):
            self.line(f"left = await m.block([S[{n}]])")
            return
        self.line("m.begin()")
        self.inside("try:", getattr(self, "write_" + s["op"]), s, n)
        self.inside(f"except {LIMIT}:", self.line, "raise")
        self.inside("except RecursionError:", self.line, "m.overflow()")
        self.inside("except BaseException as e:", self.failed, n)
        self.line(f"m.end_statement(S[{n}], left)")

    def failed(self, n):
        self.line(f"m.fail_statement(S[{n}], e)")
        self.line("raise")

    def write_yield(self, s, n):
        self.line(f"yield S[{n}]['v']")

    def write_timeout(self, s, n):
        self.inside(f"async with asyncio.timeout(S[{n}]['ms']) as block:", self.bound, s, n)

    def write_group(self, s, n):
        self.inside("async with asyncio.TaskGroup() as block:", self.bound, s, n)

    def bound(self, s, n):
        self.line(f"m.env[S[{n}]['as']] = block")
        self.block(s["do"])

    def write_with(self, s, n):
        self.inside(f"async with m.on(S[{n}]):", self.block, s["do"])

    def write_repeat(self, s, n):
        self.inside(f"for _ in range(S[{n}]['n']):", self.block, s["do"])

    def write_async_for(self, s, n):
        def drawn():
            self.line(f"m.log_drawn(S[{n}], n{n}, v)")
            self.line(f"n{n} += 1")
            self.block(s["do"])
            self.inside(f"if left is not None or n{n} >= S[{n}]['n']:", self.line, "break")

        self.line(f"n{n} = 0")
        self.inside(f"async for v in m.drawable(S[{n}]):", drawn)

    def write_try(self, s, n):
        handlers = s.get("except") or ()

        def caught():
            self.line(f"k{n} = m.handler(S[{n}], e{n})")
            for k, handler in enumerate(handlers):
                self.inside(f"if k{n} == {k}:", handled, handler)
            self.inside(f"if k{n} is None:", self.line, "raise")

        def handled(handler):
            self.block(handler["do"])
            if handler.get("reraise"):
                self.inside("if left is None:", self.line, "raise")

        def final():  # what a return in here would hand up, is dropped
            self.inside("if not m.stopped:", finals)

        def finals():
            self.line(f"left{n}, left = left, None")
            self.block(s["finally"])
            self.line(f"left = left{n}")

        self.inside("try:", self.block, s["do"])
        self.inside(f"except {LIMIT}:", self.line, "raise")
        self.inside(f"except BaseException as e{n}:", caught)
        if s.get("finally"):
            self.inside("finally:", final)
