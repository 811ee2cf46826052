import asyncio

meeting = asyncio.Barrier(3)


async def hike(name, seconds):
    for place in "hut", "summit":
        await asyncio.sleep(seconds)
        print(name, "has come to the", place)
        index = await meeting.wait()
        if index == 0:
            print("All are at the", place)


async def main():
    await asyncio.gather(
        hike("Ann", 0.2),
        hike("Bob", 0.3),
        hike("Cid", 0.1),
    )


asyncio.run(main())
