import asyncio


async def job():
    me = asyncio.current_task()
    me.cancel()
    try:
        if me.cancelling():
            await asyncio.sleep(0)  # a request that is there is seen
        async with asyncio.timeout(0):
            await asyncio.sleep(1)
    except TimeoutError:
        print("a timeout, nothing else; requests left:", me.cancelling())
    print("the job goes on")


async def main():
    try:
        await asyncio.create_task(job())
    except asyncio.CancelledError:
        print("cancelled")


asyncio.run(main())
