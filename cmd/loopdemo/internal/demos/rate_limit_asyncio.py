import asyncio

slots = asyncio.Semaphore(2)


async def request(name, seconds):
    async with slots:
        print(f"{name}: begins")
        await asyncio.sleep(seconds)
        print(f"{name}: ends")


async def main():
    await asyncio.gather(
        request("a", 0.3),
        request("b", 0.1),
        request("c", 0.1),
        request("d", 0.2),
        request("e", 0.2),
    )


asyncio.run(main())
