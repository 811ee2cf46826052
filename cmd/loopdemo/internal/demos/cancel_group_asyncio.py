import asyncio
import random
from pprint import pprint

loop = asyncio.new_event_loop()


async def member(tag):
    print(">", tag)
    try:
        await asyncio.sleep(random.uniform(1, 3))
    except asyncio.CancelledError:
        print("x", tag, "canceled")
        raise
    print("<", tag)
    return tag


def group(number, size):
    return asyncio.gather(*[
        loop.create_task(member(f"group {number}.{i}"))
        for i in range(1, size + 1)
    ])


group1, group2, group3 = group(1, 5), group(2, 3), group(3, 9)
all_groups = asyncio.gather(
    group1, group2, group3, return_exceptions=True
)
loop.call_later(1, group2.cancel)
results = loop.run_until_complete(all_groups)
loop.close()

pprint(results)
