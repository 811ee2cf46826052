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
    both = await asyncio.gather(t1, t2)
    print("End:", clock())
    print("Both tasks done:", t1.done() and t2.done())
    return both


print(asyncio.run(main()))
