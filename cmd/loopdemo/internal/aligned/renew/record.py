"""Records the run of an asyncio program, for its alignment with the same one in Go.

    python3.13 -I record.py PROGRAM.py < numbers.json > anchors.jsonl

The program runs in virtual time, and what asyncio leaves open is decided as in the Go
library: equal deadlines are first come, first served, and what asyncio keeps in a set comes
out in the order in which it was put in. Random numbers, from 0 up to 1, are those of the JSON
list on the standard input. So every run gives the same anchors, one a line:

    {"at": "run", "task": 2}    an entry of the ready queue is taken, a step of that task
    {"at": "run", "call": "gather.<locals>._done_callback"}      or a callback
    {"at": "line", "line": 7}   that line of the program is about to run; "outside": true: no loop runs
    {"at": "spawn", "task": 3, "name": "Task-3", "coro": "work", "args": ["'a'"], "line": 9}
    {"at": "print", "text": "hello", "line": 5}
    {"at": "await", "line": 6}  the step is over: the task waits
    {"at": "end", "how": "result", "line": 6}     or it has ended: result, failed, canceled
    {"at": "wait"}              nothing is ready
    {"at": "loop"}              another loop: its tasks are numbered anew
    {"at": "error", "text": "ValueError('boom')"} what the program fails with

Tasks are numbered as they are created. What a thread does has "thread": true: a thread runs
while the loop waits. A line is that of the innermost function of the program, 0 if there is
none. This needs CPython 3.13 or later, and only its standard library.
"""

import asyncio
import collections.abc
import concurrent.futures
import heapq
import inspect
import io
import json
import logging
import pprint  # before random is exchanged
import runpy
import selectors
import sys
import threading
import time
import types


class Recording:
    """The anchors so far."""

    def __init__(self, path):
        self.path = path
        self.anchors = []
        self.now = 0.0  # of the virtual clock
        self.last = 0  # the last line that ran
        self.reason = None  # of giving up
        self.restless = 0  # entries since the loop has waited
        self.threads = []  # those that have not ended
        self.thread = None  # the one that runs

    def note(self, at, **fields):
        anchor = {"at": at, **fields}
        if self.thread is not None:
            anchor["thread"] = True
        self.anchors.append(anchor)
        return anchor

    def give_up(self, why):
        """The error that ends the run, which the first of these is the reason of."""
        self.reason = self.reason or RuntimeError(why)
        return self.reason

    def trace(self, frame, event, arg):
        """What sys.settrace calls: it follows the program's own frames."""
        if frame.f_code.co_filename != self.path:
            return None
        if event in ("line", "return"):
            self.last = frame.f_lineno
        if event == "line":
            outside = self.thread is None and asyncio._get_running_loop() is None
            self.note("line", line=frame.f_lineno, **({"outside": True} if outside else {}))
        return self.trace

    def line(self):
        """The line of the innermost function of the program that runs."""
        frame = sys._getframe()
        while frame is not None:
            if frame.f_code.co_filename == self.path:
                return frame.f_lineno
            frame = frame.f_back
        return 0

    def suspended(self, coro):
        """The line of the innermost function of the program that coro is suspended in."""
        line = 0
        while inspect.iscoroutine(coro) and coro.cr_frame is not None:
            if coro.cr_code.co_filename == self.path:
                line = coro.cr_frame.f_lineno
            coro = coro.cr_await
        return line


class Output(io.TextIOBase):
    """The standard output: each line of it is an anchor."""

    def __init__(self):
        self.begun = ""

    def write(self, text):
        *lines, self.begun = (self.begun + text).split("\n")
        for line in lines:
            recording.note("print", text=line, line=recording.line())
        return len(text)


class Ordered(collections.abc.MutableSet):
    """A set in the order of insertion."""

    def __init__(self, items=()):
        self.items = dict.fromkeys(items)

    def __contains__(self, item):
        return item in self.items

    def __iter__(self):
        return iter(list(self.items))

    def __len__(self):
        return len(self.items)

    def add(self, item):
        self.items[item] = None

    def discard(self, item):
        self.items.pop(item, None)


class Task(asyncio.Task):
    """A task that knows its number, and lies in a small set where that puts it."""

    def __init__(self, coro, *, loop, **options):
        loop.tasks += 1
        self.number = loop.tasks
        super().__init__(coro, loop=loop, **options)

    def __hash__(self):
        return self.number


class Timer(asyncio.TimerHandle):
    """A timer that comes after those with the same deadline that were set before it."""

    __slots__ = ("number",)
    numbers = 0

    def __init__(self, *args):
        super().__init__(*args)
        Timer.numbers += 1
        self.number = Timer.numbers

    def __lt__(self, other):
        return (self._when, self.number) < (other._when, other.number)


class Selector(selectors.SelectSelector):
    """Waits in virtual time, and lets threads run meanwhile."""

    def select(self, timeout=None):
        loop = self.loop
        if timeout is not None and timeout <= 0:
            return []
        recording.note("wait")
        recording.restless = 0
        due = loop._scheduled[0]._when if loop._scheduled else None
        loop.woken = False
        while not loop.woken:
            thread = min(recording.threads, key=lambda t: t.due(), default=None)
            if thread is not None and (due is None or thread.due() < due) and thread.due() < NEVER:
                recording.now = max(recording.now, thread.due())
                thread.resume()
            elif due is not None:
                recording.now = max(recording.now, due)
                break
            else:
                raise recording.give_up("a deadlock: nothing will ever happen again")
        return []


class Loop(asyncio.SelectorEventLoop):
    """A loop in virtual time that notes its tasks and its entries."""

    def __init__(self):
        selector = Selector()
        super().__init__(selector)
        selector.loop = self
        self.tasks = 0
        self.woken = False
        self._clock_resolution = 1e-10  # less than times are rounded to
        recording.note("loop")

    def time(self):
        return recording.now

    def call_at(self, when, callback, *args, context=None):
        timer = Timer(round(when, 9), callback, args, self, context)
        heapq.heappush(self._scheduled, timer)
        timer._scheduled = True
        return timer

    def create_task(self, coro, **options):
        self._check_closed()
        task = Task(coro, loop=self, **options)
        about = {"name": task.get_name(), "coro": coro.__name__, "line": recording.line()}
        if args := arguments(coro):
            about["args"] = args
        recording.note("spawn", task=task.number, **about)
        return task

    def run_in_executor(self, executor, func, *args):
        if self._default_executor is None:
            self._default_executor = Executor(max_workers=1)
        return super().run_in_executor(executor, func, *args)

    def _write_to_self(self):
        self.woken = True


def arguments(coro):
    """How Python shows the arguments that coro was called with, as far as they are plain."""
    if not inspect.iscoroutine(coro) or coro.cr_code.co_filename != recording.path:
        return []
    values = coro.cr_frame.f_locals
    return [repr(values[name]) for name in coro.cr_code.co_varnames[: coro.cr_code.co_argcount] if is_plain(values[name])]


def is_plain(value):
    """Whether repr shows value the same in each run."""
    if isinstance(value, (list, tuple)):
        return all(map(is_plain, value))
    return value is None or isinstance(value, (bool, int, float, str))


def run_entry(handle):
    """Is in place of Handle._run."""
    recording.restless += 1
    if recording.restless > STUCK:
        recording.restless = 0
        raise recording.give_up("stuck: in virtual time this goes on for ever")
    task = getattr(handle._callback, "__self__", None)
    if not isinstance(task, Task):
        recording.note("run", call=getattr(handle._callback, "__qualname__", ""))
        return really_run(handle)
    recording.note("run", task=task.number)
    recording.last = recording.suspended(task.get_coro())
    really_run(handle)
    if not task.done():
        recording.note("await", line=recording.suspended(task.get_coro()))
        return None
    how = "canceled" if task.cancelled() else "failed" if task._exception is not None else "result"
    recording.note("end", how=how, line=recording.last)


NEVER = float("inf")
STUCK = 1000


class Thread:
    """A thread that runs while the loop waits, until it has to wait itself."""

    def __init__(self, group=None, target=None, name=None, args=(), kwargs=None, *, daemon=None):
        self.target, self.args, self.kwargs = target, args, kwargs or {}
        self.turn, self.over = threading.Semaphore(0), threading.Semaphore(0)
        self.due = lambda: 0  # when it can go on
        self.thread = None

    def start(self):
        recording.threads.append(self)
        self.thread = really_thread(target=self.run, daemon=True)
        self.thread.start()

    def resume(self):
        """Has it run until it waits or ends."""
        recording.thread = self
        self.turn.release()
        self.over.acquire()
        recording.thread = None

    def run(self):
        self.turn.acquire()
        sys.settrace(recording.trace)
        try:
            self.target(*self.args, **self.kwargs)
        finally:
            sys.settrace(None)
            recording.threads.remove(self)
            self.over.release()

    def wait(self, due):
        self.due = due
        self.over.release()
        self.turn.acquire()

    def join(self, timeout=None):
        while self in recording.threads:
            self.resume()


class Executor(concurrent.futures.ThreadPoolExecutor):
    """Has a Thread for each job."""

    def submit(self, fn, /, *args, **kwargs):
        future = concurrent.futures.Future()

        def job():
            try:
                future.set_result(fn(*args, **kwargs))
            except BaseException as err:
                future.set_exception(err)

        Thread(target=job).start()
        return future


def wait_for_result(future, timeout=None):
    """Is in place of concurrent.futures.Future.result."""
    thread = recording.thread
    if thread is not None and not future.done():
        thread.wait(lambda: recording.now if future.done() else NEVER)
    return really_result(future, timeout)


def sleep(seconds):
    """Is in place of time.sleep."""
    until = recording.now + seconds
    if recording.thread is None:
        recording.now = until  # the loop is blocked meanwhile
    else:
        recording.thread.wait(lambda: until)


def strftime(format, t=None):
    """Is in place of time.strftime."""
    return really_strftime(format, time.gmtime(recording.now) if t is None else t)


def random_module(numbers):
    """Is in place of random, and draws these numbers."""
    draw = iter(numbers).__next__
    module = types.ModuleType("random")
    module.random = draw
    module.uniform = lambda low, high: low + (high - low) * draw()
    return module


def patch(numbers):
    sys.modules["random"] = random_module(numbers)
    sys.stdout = Output()
    logging.disable()
    asyncio.Handle._run = run_entry
    asyncio.new_event_loop = asyncio.events.new_event_loop = Loop
    asyncio.tasks.set = asyncio.taskgroups.set = Ordered
    Task.__module__ = "_asyncio"  # for who prints the type
    threading.Thread = Thread
    concurrent.futures.Future.result = wait_for_result
    time.sleep, time.strftime = sleep, strftime
    time.monotonic = time.time = lambda: recording.now


really_run = asyncio.Handle._run
really_thread = threading.Thread
really_result = concurrent.futures.Future.result
really_strftime = time.strftime
recording = Recording(sys.argv[1])


def main():
    numbers = json.load(sys.stdin)
    stdout = sys.stdout
    patch(numbers)
    sys.settrace(recording.trace)
    try:
        runpy.run_path(recording.path, run_name="__main__")
    except BaseException as err:
        recording.note("error", text=repr(recording.reason or err))
    finally:
        sys.settrace(None)
    for anchor in recording.anchors:
        stdout.write(json.dumps(anchor) + "\n")
    stdout.flush()


main()
