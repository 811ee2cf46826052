"""What CPython leaves open, pinned, so that a program has one right trace.

Nothing here replaces an algorithm of asyncio. Time is made of whole numbers and moves only when nothing is ready,
timers with equal deadlines fire in the order in which they were scheduled, sets are walked in order of insertion,
and tasks are named and listed from the start of the program. Tasks and futures are the accelerated ones of the
_asyncio module, which is what people run.
"""

import ast
import asyncio
import inspect
import itertools
import sys
import textwrap

from choices import Choices, Moment


class Deadlock(BaseException):
    """Nothing is ready and no timer is set: the loop would wait for ever."""


class OrderedSet(dict):
    """The part of set that asyncio uses, walked in order of insertion."""

    def __init__(self, items=()):
        super().__init__(dict.fromkeys(items))

    def add(self, item):
        self[item] = None

    def remove(self, item):
        del self[item]

    def discard(self, item):
        self.pop(item, None)


class WalkedSet(OrderedSet):
    """A set whose order makes a difference to a program: where that is open, it is chosen."""

    def __init__(self, items=()):
        super().__init__(items)
        self.choices = Choices.current  # garbage of an earlier program has its own

    def __iter__(self):
        return iter(self.choices.walk(self.keys()) if self.choices else self.keys())


class GroupTasks(WalkedSet):
    """The tasks of a group, which it walks to cancel those that have not ended."""

    def __iter__(self):
        return iter(self.choices.walk(t for t in self.keys() if not t.done()) if self.choices else self.keys())


class FuturesToWatch(WalkedSet):
    """The futures of as_completed, which it walks to add its callback, and once more if the time is over, to remove it.

    The order makes a difference to those that are done already, whose callbacks are called at once.
    """

    watched = False

    def __iter__(self):
        matters = not self.watched and any(f.done() for f in self.keys())
        self.watched = True
        return super().__iter__() if matters else iter(self.keys())


class SetComprehensions(ast.NodeTransformer):
    """Turns {x for …} into FuturesToWatch(x for …), and set(…) into WalkedSet(…)."""

    def visit_SetComp(self, node):
        self.generic_visit(node)
        items = ast.GeneratorExp(node.elt, node.generators)
        return ast.Call(ast.Name("FuturesToWatch", ast.Load()), [items], [])

    def visit_Name(self, node):
        return ast.Name("WalkedSet", node.ctx) if node.id == "set" else node


def with_walked_sets(function):
    """Compiles the function of asyncio.tasks that makes an as_completed again, from its own source."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    tree = ast.fix_missing_locations(SetComprehensions().visit(tree))
    made = {}
    names = dict(vars(asyncio.tasks), WalkedSet=WalkedSet, FuturesToWatch=FuturesToWatch)
    exec(compile(tree, inspect.getsourcefile(function), "exec"), names, made)
    return made[function.__name__]


class FifoTimer(asyncio.TimerHandle):
    """A timer that orders after those with the same deadline that were scheduled before it."""

    __slots__ = ("place", "given", "reading")
    counter = itertools.count()

    def __init__(self, *args):
        super().__init__(*args)
        self.place = self._loop.latest = next(self.counter)
        self.given = self._loop.given
        if self._loop.choices:
            self.reading = self._loop.choices.clock.read(self._loop.now)

    def __lt__(self, other):
        return (self._when, self.place) < (other._when, other.place)


class VirtualSelector:
    """Waits by moving the clock. In a program with picks, those may move it on, and timers."""

    def __init__(self, loop):
        self.loop = loop
        self.moment = Moment(loop) if loop.choices else None

    def select(self, timeout):
        if timeout is None:
            raise Deadlock
        if self.moment:
            self.moment.settle(timeout)
        else:
            self.loop.now += timeout
        return []


class Asyncgens(WalkedSet):
    """The generators of a loop: those that have ended are not among them, as if nobody held them any more."""

    def living(self):
        return [agen for agen in self.keys() if agen.ag_frame is not None]

    def __iter__(self):
        return iter(self.choices.walk(self.living()) if self.choices else self.living())

    def __len__(self):
        return len(self.living())


class VirtualLoop(asyncio.BaseEventLoop):
    """CPython's event loop with a clock of whole numbers, and with its tasks in order of creation."""

    def __init__(self):
        super().__init__()
        self.now = 0
        self.choices = Choices.current
        self.latest = -1  # the place of the last timer that was set
        self.given = False  # the program gives the deadline of the timer that is set
        self.tasks = []
        self.walked = None, None  # the last that were unfinished, and in which order they were walked
        self.unnamed = 0
        self._selector = VirtualSelector(self)
        self._asyncgens = Asyncgens()
        self._clock_resolution = 0.5  # between two whole numbers: a timer fires when it is due and not before

    def time(self):
        return self.now

    def create_task(self, coro, **options):
        """An eager task runs its first step in here: it has to put itself into its slot, the next of tasks."""
        slot = len(self.tasks)
        self.tasks.append(None)
        self.tasks[slot] = task = asyncio.Task(coro, loop=self, **self.named(options))
        return task

    def named(self, options):
        if options.get("name") is None:
            self.unnamed += 1
            options["name"] = f"Task-{self.unnamed}"
        return options

    def _process_events(self, events):
        pass


def all_tasks(loop=None):
    loop = loop or asyncio.get_running_loop()
    tasks = [t for t in loop.tasks if t is not None and not t.done()]
    if loop.choices is None:
        return tasks
    if tasks != loop.walked[0]:  # else it is the same set again, and has the same order
        loop.walked = tasks, loop.choices.walk(tasks)
    return list(loop.walked[1])


def report_late_error(inner):
    """asyncio.tasks._log_on_exception of 3.14."""
    if not inner.cancelled() and (exc := inner.exception()) is not None:
        message = f"{type(exc).__name__} exception in shielded future"
        inner.get_loop().call_exception_handler({"message": message, "exception": exc, "future": inner})


def shield_of_314(arg):
    """asyncio.shield as 3.14 has it: once the outer future is done, an error of the inner one goes to the handler."""
    inner = asyncio.ensure_future(arg)
    if inner.done():
        return inner
    outer = inner.get_loop().create_future()

    def inner_done(inner):
        if outer.cancelled():
            return
        if inner.cancelled():
            outer.cancel()
        elif (exc := inner.exception()) is not None:
            outer.set_exception(exc)
        else:
            outer.set_result(inner.result())

    def outer_done(outer):
        if not inner.done():
            inner.remove_done_callback(inner_done)
            inner.remove_done_callback(report_late_error)
            inner.add_done_callback(report_late_error)

    inner.add_done_callback(inner_done)
    outer.add_done_callback(outer_done)
    return outer


def install():
    """Puts the pins into asyncio."""
    asyncio.events.TimerHandle = FifoTimer
    asyncio.tasks.set = OrderedSet  # of wait, which walks it to no effect that a program could tell
    asyncio.taskgroups.set = GroupTasks
    completed = asyncio.tasks._AsCompletedIterator
    completed.__init__ = with_walked_sets(completed.__init__)
    asyncio.all_tasks = asyncio.tasks.all_tasks = all_tasks


def follow_315():
    """Makes an earlier CPython behave as 3.15.0 does where a program can tell them apart. Says whether it had to."""
    if sys.version_info < (3, 14):
        asyncio.shield = asyncio.tasks.shield = shield_of_314
    if sys.version_info < (3, 15, 0, "candidate", 3):
        from taskgroups import TaskGroupOf315  # made of the source of an earlier one, which has to be there

        asyncio.TaskGroup = asyncio.taskgroups.TaskGroup = TaskGroupOf315
        return True
    return False
