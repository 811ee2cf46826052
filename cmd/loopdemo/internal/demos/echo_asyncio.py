import asyncio


async def handle(reader, writer):
    data = await reader.read(100)
    print("Server received:", data.decode())
    writer.write(data)
    await writer.drain()
    print("Server closes the connection")
    writer.close()
    await writer.wait_closed()


async def client(message, host, port):
    reader, writer = await asyncio.open_connection(host, port)
    print("Client sends:", message)
    writer.write(message.encode())
    await writer.drain()
    data = await reader.read()
    print("Client received:", data.decode())
    writer.close()
    await writer.wait_closed()


async def main():
    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    await client("Hello World!", host, port)
    server.close()
    await server.wait_closed()


asyncio.run(main())
