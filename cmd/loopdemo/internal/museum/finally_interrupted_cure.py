import asyncio


async def close():
    print("closing")
    await asyncio.sleep(0.01)
    print("closed")


async def use_connection():
    try:
        await asyncio.sleep(10)
    finally:
        closing = asyncio.create_task(close())
        try:
            await asyncio.shield(closing)
        except asyncio.CancelledError:
            # cancelled again: but this is finished first
            await closing
            raise


async def main():
    task = asyncio.create_task(use_connection())
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])
    print("the task is done")


asyncio.run(main())
