import asyncio


async def work(name, seconds):
    print(f"{name}: started")
    await asyncio.sleep(seconds)
    print(f"{name}: finished")
    return name


async def main():
    result = await asyncio.gather(
        work("a", 0.2),
        work("b", 0.1),
        work("c", 0.3),
    )
    print("Result:", result)


asyncio.run(main())
