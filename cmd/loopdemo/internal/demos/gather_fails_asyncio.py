import asyncio


async def work(name, seconds):
    print(f"{name}: started")
    await asyncio.sleep(seconds)
    if name == "b":
        raise ValueError("boom")
    print(f"{name}: finished")
    return name


async def main():
    tasks = [
        asyncio.create_task(work("a", 0.2)),
        asyncio.create_task(work("b", 0.1)),
        asyncio.create_task(work("c", 0.3)),
    ]
    try:
        await asyncio.gather(*tasks)
    except ValueError as err:
        print("main: got", repr(err))

    await asyncio.wait(tasks)
    print("main: all have ended")


asyncio.run(main())
