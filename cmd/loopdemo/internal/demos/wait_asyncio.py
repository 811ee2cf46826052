import asyncio
import random


async def work(tag):
    await asyncio.sleep(random.uniform(0.5, 5))
    return tag


def print_results(done):
    for t in done:
        print(t.result())


async def main():
    tasks = [
        asyncio.create_task(work(tag)) for tag in range(1, 11)
    ]

    print("Get first result:")
    done, rest = await asyncio.wait(
        tasks, return_when=asyncio.FIRST_COMPLETED
    )
    print_results(done)
    print("unfinished:", len(rest))

    print("Get more results in 2 seconds:")
    done, rest = await asyncio.wait(rest, timeout=2)
    print_results(done)
    print("unfinished2:", len(rest))

    print("Get all other results:")
    if rest:
        done, _ = await asyncio.wait(rest)
        print_results(done)


asyncio.run(main())
