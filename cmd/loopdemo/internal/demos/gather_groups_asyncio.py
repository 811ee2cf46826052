import asyncio
import random
from pprint import pprint

loop = asyncio.new_event_loop()


async def member(tag):
    print(">", tag)
    await asyncio.sleep(random.uniform(1, 3))
    print("<", tag)
    return tag


def group(number, size):
    # No loop runs yet: gather takes the one of its tasks.
    return asyncio.gather(*[
        loop.create_task(member(f"group {number}.{i}"))
        for i in range(1, size + 1)
    ])


all_groups = asyncio.gather(group(1, 5), group(2, 3), group(3, 9))
results = loop.run_until_complete(all_groups)
loop.close()

pprint(results)
