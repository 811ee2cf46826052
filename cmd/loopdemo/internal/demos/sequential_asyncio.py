import asyncio


async def hello():
    print("hello")


async def main():
    for _ in range(3):
        await hello()


asyncio.run(main())
