import asyncio


async def child():
    print("started child")
    await asyncio.sleep(1)
    print("finished child")


async def main():
    asyncio.create_task(child())
    print("before sleep")
    await asyncio.sleep(0)
    print("after sleep")


asyncio.run(main())
