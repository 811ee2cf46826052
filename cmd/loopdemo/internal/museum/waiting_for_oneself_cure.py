import asyncio


async def answer():
    return 42


async def main():
    print("answer:", await answer())
    loop = asyncio.get_running_loop()

    def other_thread():
        future = asyncio.run_coroutine_threadsafe(answer(), loop)
        return future.result(timeout=10)

    print("answer:", await asyncio.to_thread(other_thread))


asyncio.run(main())
