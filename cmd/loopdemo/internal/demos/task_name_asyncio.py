import asyncio


async def nap():
    await asyncio.sleep(0.1)


async def main():
    t = asyncio.create_task(nap(), name="napper")
    print("before:", t.get_name(), t.done())
    await t
    print("after:", t.get_name(), t.done())


asyncio.run(main())
