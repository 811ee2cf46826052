import asyncio


async def answer():
    return 42


async def main():
    loop = asyncio.get_running_loop()
    future = asyncio.run_coroutine_threadsafe(answer(), loop)
    try:
        # without the limit: for ever
        print("answer:", future.result(timeout=0.1))
    except TimeoutError:
        print("still waiting; the loop is blocked by who waits for it")


asyncio.run(main())
