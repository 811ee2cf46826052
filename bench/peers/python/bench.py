"""The benchmarks of package bench in asyncio, on CPython's own loop or on uvloop.

Prints a JSON object in each line; see bench/compare/rivals.go for the form.
"""

import argparse
import asyncio
import gc
import json
import math
import os
import platform
import random
import threading
from time import perf_counter

rows = []  # (name, how many of them one operation does, function, note)


def row(name, each=1, note=None):
    """Registers an async function that does n operations and returns the seconds
    that they took, without what was needed before and after."""

    def register(f):
        rows.append((name, each, f, note))
        return f

    return register


async def one():
    return 1


def nothing():
    pass


@row("Yield/tasks=1")
async def yield_alone(n):
    start = perf_counter()
    for _ in range(n):
        await asyncio.sleep(0)
    return perf_counter() - start


@row("Yield/tasks=2000", each=2000)
async def yield_among(n):
    stop = False

    async def other():
        while not stop:
            await asyncio.sleep(0)

    others = [asyncio.create_task(other()) for _ in range(2000 - 1)]
    await asyncio.sleep(0)
    start = perf_counter()
    for _ in range(n):
        await asyncio.sleep(0)
    elapsed = perf_counter() - start
    stop = True
    await asyncio.gather(*others)
    return elapsed


@row("CreateTaskAwait")
async def create_task_await(n):
    start = perf_counter()
    for _ in range(n):
        await asyncio.create_task(one())
    return perf_counter() - start


def gather_of(size):
    async def gather(n):
        start = perf_counter()
        for _ in range(n):
            await asyncio.gather(*[one() for _ in range(size)])
        return perf_counter() - start

    return gather


row("Gather/n=100000", each=100_000)(gather_of(100_000))


@row("CallSoon/chain")
async def call_soon_chain(n):
    loop = asyncio.get_running_loop()
    done = loop.create_future()
    left = n

    def call():
        nonlocal left
        left -= 1
        if left > 0:
            loop.call_soon(call)
        else:
            done.set_result(None)

    start = perf_counter()
    loop.call_soon(call)
    await done
    return perf_counter() - start


@row("CallSoon/batch=1000", each=1000)
async def call_soon_batch(n):
    loop = asyncio.get_running_loop()
    start = perf_counter()
    for _ in range(n):
        for _ in range(1000):
            loop.call_soon(nothing)
        await asyncio.sleep(0)
    return perf_counter() - start


@row("Future")
async def future(n):
    loop = asyncio.get_running_loop()
    start = perf_counter()
    for _ in range(n):
        f = loop.create_future()
        loop.call_soon(f.set_result, 1)
        await f
    return perf_counter() - start


LAZY = "a canceled timer stays in the heap for a while"


def pending(size):
    loop = asyncio.get_running_loop()
    at = loop.time() + 3600
    return at, [loop.call_at(at + random.random(), nothing) for _ in range(size)]


@row("Timers/cancel/pending=1000", note=LAZY)
async def timers_cancel(n):
    loop = asyncio.get_running_loop()
    at, handles = pending(1000)
    start = perf_counter()
    for _ in range(n):
        loop.call_at(at + random.random(), nothing).cancel()
    elapsed = perf_counter() - start
    await asyncio.sleep(0)
    for h in handles:
        h.cancel()
    return elapsed


def replace_of(size):
    async def timers_replace(n):
        loop = asyncio.get_running_loop()
        at, handles = pending(size)
        below = random.randrange
        start = perf_counter()
        for _ in range(n):
            i = below(size)
            handles[i].cancel()
            handles[i] = loop.call_at(at + random.random(), nothing)
        elapsed = perf_counter() - start
        for h in handles:
            h.cancel()
        return elapsed

    return timers_replace


row("Timers/replace/pending=100000", note=LAZY)(replace_of(100_000))
row("Timers/replace/pending=1000000", note=LAZY)(replace_of(1_000_000))


def timers_of(size, when):
    async def timers(n):
        loop = asyncio.get_running_loop()
        total = 0
        for _ in range(n):
            done = loop.create_future()
            left = size

            def call():
                nonlocal left
                left -= 1
                if left == 0:
                    done.set_result(None)

            start = perf_counter()
            base = loop.time()
            for _ in range(size):
                loop.call_at(when(base), call)
            await done
            total += perf_counter() - start
        return total

    return timers


row("Timers/equal/n=1000000", each=1_000_000)(timers_of(1_000_000, lambda base: base))


def queue_of(size):
    async def queue(n):
        q = asyncio.Queue(size)

        async def put():
            for i in range(n):
                await q.put(i)

        start = perf_counter()
        putter = asyncio.create_task(put())
        for _ in range(n):
            await q.get()
        elapsed = perf_counter() - start
        await putter
        return elapsed

    return queue


row("Queue/size=1")(queue_of(1))
row("Queue/size=100")(queue_of(100))


@row("QueueAlone")
async def queue_alone(n):
    q = asyncio.Queue()
    start = perf_counter()
    for i in range(n):
        await q.put(i)
        await q.get()
    return perf_counter() - start


@row("PriorityQueue/n=1000")
async def priority_queue(n):
    q = asyncio.PriorityQueue()
    below = random.randrange
    for _ in range(1000):
        q.put_nowait(below(1000))
    start = perf_counter()
    for _ in range(n):
        q.put_nowait(below(1000))
        q.get_nowait()
    return perf_counter() - start


def work():
    return 1


@row("ToThread/calls=1")
async def to_thread(n):
    start = perf_counter()
    for _ in range(n):
        await asyncio.to_thread(work)
    return perf_counter() - start


@row("ToThread/calls=16", each=16)
async def to_thread_16(n):
    start = perf_counter()
    for _ in range(n):
        await asyncio.gather(*[asyncio.to_thread(work) for _ in range(16)])
    return perf_counter() - start


BATCH = 64 * 400


def threadsafe_from(threads):
    async def call_soon_threadsafe(n):
        loop = asyncio.get_running_loop()
        start = perf_counter()
        for _ in range(n):
            done = loop.create_future()
            left = BATCH

            def call():
                nonlocal left
                left -= 1
                if left == 0:
                    done.set_result(None)

            def send():
                for _ in range(BATCH // threads):
                    loop.call_soon_threadsafe(call)

            for _ in range(threads):
                threading.Thread(target=send).start()
            await done
        return perf_counter() - start

    return call_soon_threadsafe


for count in 1, 8, 64:
    row(f"CallSoonThreadsafe/goroutines={count}", each=BATCH, note="threads")(threadsafe_from(count))


def resident():
    """The bytes of memory that the process has."""
    gc.collect()
    with open("/proc/self/statm") as f:
        return int(f.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


async def parked(size):
    loop = asyncio.get_running_loop()

    async def park():
        await loop.create_future()

    before = resident()
    start = perf_counter()
    tasks = [asyncio.create_task(park()) for _ in range(size)]
    await asyncio.sleep(0)
    create = perf_counter() - start
    memory = resident() - before
    start = perf_counter()
    for t in tasks:
        t.cancel()
    for _ in range(2):
        await asyncio.sleep(0)
    cancel = perf_counter() - start
    assert tasks[-1].done()
    return create, cancel, memory


class Tree:
    """pyperformance's async_tree: 6 levels of 6 tasks."""

    LEVELS = BRANCHES = 6

    def __init__(self):
        self.random = random.Random(0)
        self.cache = {}

    async def node(self, level):
        if level == 0:
            await self.leaf()
            return
        await asyncio.gather(*[self.node(level - 1) for _ in range(self.BRANCHES)])

    async def io(self):
        await asyncio.sleep(0.05)

    async def leaf(self):
        pass


class IOTree(Tree):
    async def leaf(self):
        await self.io()


class MemoizationTree(Tree):
    async def leaf(self):
        n = self.random.randint(1, 100)
        if n <= 90:
            if self.cache.get(n):
                return
            self.cache[n] = True
        await self.io()


class MixedTree(Tree):
    async def leaf(self):
        if self.random.random() < 0.5:
            math.factorial(500)
        else:
            await self.io()


def tree_of(kind, eager=False):
    async def tree(n):
        if eager:
            asyncio.get_running_loop().set_task_factory(asyncio.eager_task_factory)
        start = perf_counter()
        for _ in range(n):
            await kind().node(Tree.LEVELS)
        return perf_counter() - start

    return tree


row("AsyncTree/none")(tree_of(Tree))
if hasattr(asyncio, "eager_task_factory"):
    row("AsyncTree/eager")(tree_of(Tree, eager=True))
row("AsyncTree/io")(tree_of(IOTree))
row("AsyncTree/memoization")(tree_of(MemoizationTree))
row("AsyncTree/cpu_io_mixed")(tree_of(MixedTree))


@row("Timeout")
async def timeout(n):
    start = perf_counter()
    for _ in range(n):
        async with asyncio.timeout(3600):
            pass
    return perf_counter() - start


@row("TaskGroup/n=10")
async def task_group(n):
    start = perf_counter()
    for _ in range(n):
        async with asyncio.TaskGroup() as g:
            for _ in range(10):
                g.create_task(one())
    return perf_counter() - start


@row("Shield")
async def shield(n):
    start = perf_counter()
    for _ in range(n):
        await asyncio.shield(one())
    return perf_counter() - start


@row("Wait/n=100")
async def wait(n):
    start = perf_counter()
    for _ in range(n):
        await asyncio.wait([asyncio.create_task(one()) for _ in range(100)])
    return perf_counter() - start


@row("AsCompleted/n=100")
async def as_completed(n):
    start = perf_counter()
    for _ in range(n):
        for next_done in asyncio.as_completed([one() for _ in range(100)]):
            await next_done
    return perf_counter() - start


@row("Lock/free")
async def lock(n):
    mu = asyncio.Lock()
    start = perf_counter()
    for _ in range(n):
        await mu.acquire()
        mu.release()
    return perf_counter() - start


@row("Lock/with")
async def lock_with(n):
    mu = asyncio.Lock()
    start = perf_counter()
    for _ in range(n):
        async with mu:
            pass
    return perf_counter() - start


@row("LockHandOver")
async def lock_hand_over(n):
    mu = asyncio.Lock()

    async def turns():
        for _ in range(n):
            await mu.acquire()
            await asyncio.sleep(0)
            mu.release()

    start = perf_counter()
    await asyncio.gather(turns(), turns())
    return perf_counter() - start


@row("Semaphore/free")
async def semaphore(n):
    s = asyncio.Semaphore(4)
    start = perf_counter()
    for _ in range(n):
        await s.acquire()
        s.release()
    return perf_counter() - start


@row("Event/waiters=100")
async def event(n):
    e = asyncio.Event()
    stop = False

    async def waiter():
        while not stop:
            await e.wait()

    waiters = [asyncio.create_task(waiter()) for _ in range(100)]
    start = perf_counter()
    for _ in range(n):
        await asyncio.sleep(0)
        e.set()
        e.clear()
    elapsed = perf_counter() - start
    stop = True
    await asyncio.gather(*waiters)
    return elapsed


@row("Barrier/parties=10")
async def barrier(n):
    b = asyncio.Barrier(10)

    async def party():
        for _ in range(n):
            await b.wait()

    start = perf_counter()
    await asyncio.gather(*[party() for _ in range(10)])
    return perf_counter() - start


def futures_of(size):
    async def futures(n):
        loop = asyncio.get_running_loop()
        start = perf_counter()
        for _ in range(n):
            fs = [loop.create_future() for _ in range(size)]

            def set_all():
                for i, f in enumerate(fs):
                    f.set_result(i)

            loop.call_soon(set_all)
            await asyncio.gather(*fs)
        return perf_counter() - start

    return futures


for count in 100, 10_000, 1_000_000:
    row(f"Growth/tasks/n={count}", each=count)(gather_of(count))
    row(f"Growth/timers/n={count}", each=count)(timers_of(count, lambda base: base - 3600 + random.random()))
    row(f"Growth/futures/n={count}", each=count)(futures_of(count))


def show(**line):
    print(json.dumps({k: v for k, v in line.items() if v is not None}), flush=True)


def measure(run, f, seconds):
    """Does more and more operations until they take long enough."""
    n = 1
    while True:
        gc.collect()
        elapsed = run(f(n))
        if elapsed >= seconds or n >= 1_000_000_000:
            return n, elapsed
        # Twenty percent more than it takes, as far as one can tell from so few.
        n = min(max(n + 1, int(1.2 * seconds * n / max(elapsed, 1e-9))), 100 * n)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--time", type=float, default=0.3)
    parser.add_argument("--only", default="")
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--uvloop", action="store_true")
    args = parser.parse_args()
    only = set(filter(None, args.only.split(",")))
    python = f"{platform.python_implementation()} {platform.python_version()}"
    if args.uvloop:
        import uvloop

        def run(coro):
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                return runner.run(coro)

        show(peer=f"uvloop {uvloop.__version__} on {python}")
    else:
        run = asyncio.run
        show(peer=python)

    def wanted(name):
        return not (args.short and name.endswith("=1000000")) and (not only or name.split("/")[0] in only)

    # First, while the process is small.
    for size in 10_000, 1_000_000:
        name = f"Parked/n={size}"
        if wanted(name):
            create, cancel, memory = run(parked(size))
            show(name=name + "/create", ns_per_op=create * 1e9 / size, ops=size)
            show(name=name + "/cancel", ns_per_op=cancel * 1e9 / size, ops=size)
            show(name=name + "/bytes", bytes_per_op=memory / size, ops=size, note="resident memory")
    for name, each, f, note in rows:
        if wanted(name):
            if args.uvloop and note is LAZY:
                note = None
            n, elapsed = measure(run, f, args.time)
            show(name=name, ns_per_op=elapsed * 1e9 / n / each, ops=n * each, note=note)


if __name__ == "__main__":
    main()
