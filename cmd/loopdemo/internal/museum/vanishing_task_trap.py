import asyncio
import gc
import weakref

listeners = weakref.WeakSet()  # as a StreamReader is kept


async def listen():
    letter = asyncio.get_running_loop().create_future()
    listeners.add(letter)
    print("listening")
    print("got", await letter)


async def main():
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, c: print("log:", c["message"]))
    asyncio.create_task(listen())  # nobody keeps it
    await asyncio.sleep(0)
    gc.collect()  # may come at any moment
    for letter in listeners:
        letter.set_result("a letter")
    await asyncio.sleep(0.01)
    print("end of main")


asyncio.run(main())
