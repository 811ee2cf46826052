import asyncio


async def square(i):
    await asyncio.sleep(0.1)
    return i * i


async def main():
    jobs = [square(i) for i in range(10)]
    print(await asyncio.gather(*jobs))


asyncio.run(main())
