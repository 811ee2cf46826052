"""The echo server of bench/echo in asyncio, on CPython's own loop or on uvloop. Prints its address and its name."""

import argparse
import asyncio
import platform

SIZE = 4096


async def echo(reader, writer):
    try:
        while data := await reader.read(SIZE):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()


class Echo(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.transport.write(data)


async def main(protocol, name):
    loop = asyncio.get_running_loop()
    if protocol:
        server = await loop.create_server(Echo, "127.0.0.1", 0, backlog=1024)
    else:
        server = await asyncio.start_server(echo, "127.0.0.1", 0, backlog=1024)
    host, port = server.sockets[0].getsockname()
    print(f"{host}:{port} {name}", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--uvloop", action="store_true")
    parser.add_argument("--protocol", action="store_true")
    args = parser.parse_args()
    name = f"CPython {platform.python_version()}"
    if args.uvloop:
        import uvloop

        name = f"uvloop {uvloop.__version__} on {name}"
        asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    asyncio.run(main(args.protocol, name))
