import asyncio


async def reverse(seq):
    await asyncio.sleep(max(seq))
    return seq[::-1]


async def main():
    t = asyncio.create_task(reverse([3, 2, 1]))
    await t
    print("t: type", type(t))
    print("t done:", t.done())


asyncio.run(main())
