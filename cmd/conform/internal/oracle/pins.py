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


class SetComprehensions(ast.NodeTransformer):
    """Turns {x for …} into set(x for …), so that it can be an OrderedSet."""

    def visit_SetComp(self, node):
        self.generic_visit(node)
        items = ast.GeneratorExp(node.elt, node.generators)
        return ast.Call(ast.Name("set", ast.Load()), [items], [])


def without_set_comprehensions(function):
    """Compiles a function of asyncio.tasks again, from its own source, with set() for its set comprehensions."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    tree = ast.fix_missing_locations(SetComprehensions().visit(tree))
    made = {}
    exec(compile(tree, inspect.getsourcefile(function), "exec"), vars(asyncio.tasks), made)
    return made[function.__name__]


class FifoTimer(asyncio.TimerHandle):
    """A timer that orders after those with the same deadline that were scheduled before it."""

    __slots__ = ("sequence",)
    counter = itertools.count()

    def __init__(self, *args):
        super().__init__(*args)
        self.sequence = next(self.counter)

    def __lt__(self, other):
        return (self._when, self.sequence) < (other._when, other.sequence)


class VirtualSelector:
    """Waits by moving the clock."""

    def __init__(self, loop):
        self.loop = loop

    def select(self, timeout):
        if timeout is None:
            raise Deadlock
        self.loop.now += timeout
        return []


class Asyncgens(OrderedSet):
    """The generators of a loop: those that have ended are not among them, as if nobody held them any more."""

    def living(self):
        return [agen for agen in self.keys() if agen.ag_frame is not None]

    def __iter__(self):
        return iter(self.living())

    def __len__(self):
        return len(self.living())


class VirtualLoop(asyncio.BaseEventLoop):
    """CPython's event loop with a clock of whole numbers, and with its tasks in order of creation."""

    def __init__(self):
        super().__init__()
        self.now = 0
        self.tasks = []
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
    return [t for t in loop.tasks if t is not None and not t.done()]


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
    asyncio.tasks.set = asyncio.taskgroups.set = OrderedSet
    completed = asyncio.tasks._AsCompletedIterator
    completed.__init__ = without_set_comprehensions(completed.__init__)
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
