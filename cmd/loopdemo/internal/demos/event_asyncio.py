import asyncio

start = asyncio.Event()


async def run(name):
    print(name, "is ready")
    await start.wait()
    print(name, "runs")


async def main():
    async with asyncio.TaskGroup() as g:
        g.create_task(run("Ann"))
        g.create_task(run("Bob"))
        await asyncio.sleep(0.1)
        print("Go!")
        start.set()
        await run("the starter")


asyncio.run(main())
