import asyncio

queue = asyncio.Queue(maxsize=2)


async def produce():
    for item in range(6):
        await queue.put(item)
        print("put", item)


async def consume(name, seconds):
    try:
        while True:
            item = await queue.get()
            print(name, "begins", item)
            await asyncio.sleep(seconds)
            print(name, "has done", item)
            queue.task_done()
    except asyncio.QueueShutDown:
        print(name, "goes home")


async def main():
    async with asyncio.TaskGroup() as g:
        g.create_task(consume("Ann", 0.1))
        g.create_task(consume("Bob", 0.25))
        await produce()
        print("All are put.")
        await queue.join()
        print("All are done.")
        queue.shutdown()  # from Python 3.13 on


asyncio.run(main())
