import asyncio


async def work(name, seconds):
    print(f"{name}: started")
    await asyncio.sleep(seconds)
    print(f"{name}: finished")
    return name


async def main():
    # as_completed keeps them in a set: any may start first.
    results = asyncio.as_completed([
        work("a", 0.2),
        work("b", 0.1),
        work("c", 0.3),
    ])
    for next_one in results:
        print(await next_one)


asyncio.run(main())
