import asyncio

names = ["Aristotle", "Kant", "Spinoza", "Marx", "Russell"]


async def dine(name, first, second):
    async with first:
        await asyncio.sleep(0.1)
        async with second:
            print(name, "eats")
            await asyncio.sleep(0.1)


async def dinner(ordered):
    forks = [asyncio.Lock() for _ in names]
    async with asyncio.TaskGroup() as g:
        for i, name in enumerate(names):
            first, second = i, (i + 1) % len(forks)
            if ordered:
                first, second = sorted([first, second])
            g.create_task(dine(name, forks[first], forks[second]))


async def main():
    # asyncio does not notice a deadlock, nor does a lock know
    # who holds it. All that helps is to lose patience.
    print("The left fork first:")
    try:
        await asyncio.wait_for(dinner(ordered=False), timeout=1)
    except TimeoutError:
        print("Nobody has eaten, and nobody can say why.")

    print("The lower number first:")
    await dinner(ordered=True)


asyncio.run(main())
