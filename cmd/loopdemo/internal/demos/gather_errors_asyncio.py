import asyncio


async def ok():
    return 1


async def bad():
    raise ValueError("boom")


async def main():
    results = await asyncio.gather(
        ok(), bad(), return_exceptions=True
    )
    print(results)


asyncio.run(main())
