import asyncio


async def count(to):
    await asyncio.sleep(0.1)
    return to


async def greet(name):
    await asyncio.sleep(0.2)
    return f"hello, {name}"


async def main():
    async with asyncio.TaskGroup() as g:
        number = g.create_task(count(3))
        greeting = g.create_task(greet("Ada"))

    print(number.result())
    print(greeting.result())
    print("Both tasks have completed now.")


asyncio.run(main())
