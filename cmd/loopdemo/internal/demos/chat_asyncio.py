import asyncio

room = []


def tell(text):
    for guest in room:
        guest.write((text + "\n").encode())


async def read_line(reader):
    return (await reader.readline()).decode().rstrip("\n")


async def handle(reader, writer):
    name = await read_line(reader)
    room.append(writer)
    tell(f"{name} has come")
    try:
        while text := await read_line(reader):
            tell(f"{name}: {text}")
    finally:
        room.remove(writer)
        tell(f"{name} has gone")
        writer.close()
        await writer.wait_closed()


async def guest(name, says, host, port):
    reader, writer = await asyncio.open_connection(host, port)
    writer.write(f"{name}\n".encode())

    async def hear():
        lines = []
        while text := await read_line(reader):
            lines.append(text)
        return lines

    hearing = asyncio.create_task(hear())
    await asyncio.sleep(0.3)
    writer.write(f"{says}\n".encode())
    await asyncio.sleep(0.25)
    writer.write_eof()
    heard = await hearing
    writer.close()
    await writer.wait_closed()
    return heard


async def main():
    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    guests = {}
    names = ["Ada", "Bob", "Cleo"]
    words = ["Hello", "Hi all", "Good morning"]
    for name, says in zip(names, words):
        visit = guest(name, says, host, port)
        guests[name] = asyncio.create_task(visit)
        await asyncio.sleep(0.1)
    for name in names:
        heard = await guests[name]
        print(name, "has heard:")
        for line in heard:
            print("  " + line)
    server.close()
    await server.wait_closed()


asyncio.run(main())
