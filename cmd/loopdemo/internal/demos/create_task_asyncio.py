import asyncio


async def job(i):
    await asyncio.sleep(0.2)
    return f"done {i}"


async def main():
    t1 = asyncio.create_task(job(1))
    t2 = asyncio.create_task(job(2))

    for t in t1, t2:
        print(await t)


asyncio.run(main())
