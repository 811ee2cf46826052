import asyncio

PAGES = {"/index": 0.1, "/news": 0.3, "/about": 0.2}


async def handle(reader, writer):
    request = await reader.readuntil(b"\r\n\r\n")
    path = request.decode().split()[1]
    await asyncio.sleep(PAGES.get(path, 0))
    if path in PAGES:
        status, body = "200 OK", f"This is {path}"
    else:
        status, body = "404 Not Found", f"There is no {path}"
    writer.write(
        f"HTTP/1.1 {status}\r\n"
        f"Content-Length: {len(body)}\r\n"
        f"Connection: close\r\n\r\n{body}".encode()
    )
    await writer.drain()
    writer.close()
    await writer.wait_closed()


async def get(path, host, port):
    reader, writer = await asyncio.open_connection(host, port)
    print("GET", path)
    head = f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n"
    writer.write(head.encode())
    await writer.drain()
    head = await reader.readuntil(b"\r\n\r\n")
    status = head.decode().split()[1]
    body = await reader.read()
    print(status, body.decode())
    writer.close()
    await writer.wait_closed()


async def main():
    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    await get("/nowhere", host, port)
    async with asyncio.TaskGroup() as group:
        for path in ["/index", "/news", "/about"]:
            group.create_task(get(path, host, port))
            await asyncio.sleep(0.02)
    server.close()
    await server.wait_closed()


asyncio.run(main())
