import asyncio
import time


def clock():
    return time.strftime("%X")


async def reverse(seq):
    await asyncio.sleep(max(seq))
    return seq[::-1]


async def main():
    t1 = asyncio.create_task(reverse([3, 2, 1]))
    t2 = asyncio.create_task(reverse([10, 5, 0]))
    print("Start:", clock())
    for next_one in asyncio.as_completed([t1, t2]):
        res = await next_one
        print("res:", res, "completed at", clock())
    print("End:", clock())
    print("Both tasks done:", t1.done() and t2.done())


asyncio.run(main())
