import asyncio
import time


def clock():
    return time.strftime("%X")


def work():
    print("Work started", clock())
    time.sleep(2)  # blocks
    print("Work done at", clock())


async def main():
    print("Started main at", clock())
    await asyncio.gather(
        asyncio.to_thread(work),
        asyncio.sleep(1),
    )
    print("Finished main at", clock())


asyncio.run(main())
