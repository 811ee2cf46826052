"""Runs conformance programs on CPython's own asyncio.

    python3.13 oracle.py [--follow-3.15] < programs.jsonl > traces.jsonl

Each line of the input is a program, each line of the output its trace. docs/conformance.md has the format. A trace is
written as soon as its program has ended, so that a process can be asked again and again.
"""

import asyncio
import contextvars
import gc
import json
import logging
import platform
import signal
import sys
import warnings

import pins
from agens import Agens
from choices import Choices
from statements import SIMPLE, SUSPENDING, Limit, Return, Statements
from texts import error_text, value_text

MAX_ENTRIES = 3000  # a trace is full
MAX_STEPS = 20_000  # a program that starts this many statements without filling its trace goes nowhere

OBJECTS = {
    "lock": lambda o: asyncio.Lock(),
    "event": lambda o: asyncio.Event(),
    "cond": lambda o: asyncio.Condition(),
    "sem": lambda o: asyncio.Semaphore(o["n"]),
    "bsem": lambda o: asyncio.BoundedSemaphore(o["n"]),
    "barrier": lambda o: asyncio.Barrier(o["n"]),
    "queue": lambda o: asyncio.Queue(o["max"]),
    "lifo": lambda o: asyncio.LifoQueue(o["max"]),
    "prio": lambda o: asyncio.PriorityQueue(o["max"]),
}


class Machine(Statements, Agens):
    """One run of one program."""

    def __init__(self, program):
        self.program = program
        self.trace = []
        self.env = {}  # the one table of names
        self.vars = {}
        self.agens = []  # kept: when one is garbage is none of the program's business
        self.agen_functions = {}
        self.steps = 0
        self.stopped = False  # nothing is logged any more
        self.undefined = False
        picks = program.get("picks")
        Choices.current = None if picks is None else Choices(picks, self)

    # The trace

    def log(self, i, outcome):
        if self.stopped:
            return
        task = asyncio.current_task(self.loop)
        self.trace.append([self.loop.now, task.get_name() if task else "-", i, outcome])
        if len(self.trace) >= MAX_ENTRIES:
            self.stopped = True
            raise Limit

    def log_choice(self, outcome):
        self.trace.append([self.loop.now, "-", -4, outcome])

    def handle_error(self, loop, context):
        """The loop's exception handler."""
        message = context.get("message", "")
        if self.stopped or "never retrieved" in message or "destroyed" in message:
            return
        e = context.get("exception")
        if isinstance(e, RecursionError):
            self.stopped = self.undefined = True
            return
        self.trace.append([loop.now, "-", -1, "handler " + (error_text(e) if e else "none")])

    # Blocks

    def begin(self):
        if self.stopped:
            raise Limit
        self.steps += 1
        if self.steps > MAX_STEPS:
            self.overflow()

    def overflow(self):
        self.stopped = self.undefined = True
        raise Limit

    async def body(self, coro, slot=None):
        """The coroutine function of that name. An eager task says at its start which task it is."""
        if slot is not None:
            self.loop.tasks[slot] = asyncio.current_task()
        try:
            left = await self.block(self.program["coros"][coro])
        except GeneratorExit:
            # Python closes, level by level, what it throws one into. So what awaits a task that has failed with one
            # gets it even if it is caught there.
            self.overflow()
        return left.value if left else None

    async def block(self, statements):
        for s in statements:
            self.begin()
            op = s["op"]
            try:
                if (simple := SIMPLE.get(op)) is not None:
                    out = simple(self, s)
                else:
                    out = await SUSPENDING[op](self, s)
            except (pins.Deadlock, Limit):
                raise
            except RecursionError:
                self.overflow()
            except BaseException as e:
                self.log(s["i"], "!" + error_text(e))
                raise
            if isinstance(out, Return):
                self.log(s["i"], "=return " + value_text(out.value))
                return out
            self.log(s["i"], "=" + value_text(out))

    def callback(self, statements):
        for s in statements:
            self.begin()
            try:
                out = SIMPLE[s["op"]](self, s)
            except (pins.Deadlock, Limit):
                raise
            except RecursionError:
                self.overflow()
            except BaseException as e:
                self.log(s["i"], "!" + error_text(e))
                raise
            self.log(s["i"], "=" + value_text(out))

    # The run

    def make_loop(self):
        self.loop = pins.VirtualLoop()
        self.loop.set_exception_handler(self.handle_error)
        return self.loop

    async def main(self):
        for o in self.program.get("objects") or ():
            if o["kind"] == "var":
                self.vars[o["as"]] = contextvars.ContextVar(o["as"], default=o["default"])
            else:
                self.env[o["as"]] = OBJECTS[o["kind"]](o)
        return await self.body(self.program["main"])

    def run_main(self, runner):
        """Runs main and returns why the trace ends early, or None."""
        try:
            outcome = "=" + value_text(runner.run(self.main()))
        except pins.Deadlock:
            self.stopped = True
            return "deadlock"
        except Limit:
            return "limit"
        except RecursionError:
            self.stopped = self.undefined = True
            return None
        except BaseException as e:
            outcome = "!" + error_text(e)
        self.trace.append([self.loop.now, "-", -2, outcome])
        return None

    def run(self):
        """Runs the program and returns its trace."""
        try:
            with asyncio.Runner(loop_factory=self.make_loop) as runner:
                early = self.run_main(runner)
        except (pins.Deadlock, Limit):
            early = "deadlock"
        except RecursionError:
            self.undefined = True
        self.stopped = True  # the garbage of this run must not log into the next
        if self.undefined:
            return [[0, "-", -2, "undefined"]]
        if Choices.current and not Choices.current.clock.possible():
            self.trace.append([0, "-", -4, "no clock could have read what it would have to"])
        self.trace.append([0, "-", -2, early] if early else [self.loop.now, "-", -3, "closed"])
        return self.trace


version = f"{platform.python_implementation()} {platform.python_version()}"


def prepare(follow_315=False):
    """Puts the pins in place and silences what CPython would print about programs that end badly."""
    global version
    pins.install()
    if follow_315 and pins.follow_315():
        version += " made to follow 3.15.0"
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    sys.unraisablehook = lambda unraisable: None


def judge(line):
    """The trace of one program, as a line of text; or, asked for the "version", which Python this is."""
    program = json.loads(line)
    if program == "version":
        return json.dumps(version)
    return json.dumps(Machine(program).run(), separators=(",", ":"))


def main():
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C ends the process; it must not come to a program
    prepare(follow_315="--follow-3.15" in sys.argv[1:])
    gc.disable()  # a collection between two programs costs less than several within each
    for n, line in enumerate(sys.stdin, 1):
        if line.strip():
            print(judge(line), flush=True)
        if n % 50 == 0:
            gc.collect()


if __name__ == "__main__":
    main()
