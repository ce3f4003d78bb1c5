"""A port that leads to another after half of so many milliseconds each way: a server that is far off."""

from __future__ import annotations

import argparse
import asyncio
from contextlib import suppress


class Way:
    """A server near by, reached as if it were *seconds* away, there and back."""

    def __init__(self, port: int, seconds: float) -> None:
        self._port = port
        self._half = seconds / 2

    async def meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection, both ways, until both have ended."""
        inner, outer = await asyncio.open_connection("127.0.0.1", self._port)
        await asyncio.gather(self._carry(reader, outer), self._carry(inner, writer))

    async def _carry(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        """Write what *source* says to *target*, each piece as long after as the way is, none held up by another."""
        loop = asyncio.get_running_loop()
        waiting: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(4_096)

        async def read() -> None:
            with suppress(ConnectionError):
                while piece := await source.read(1 << 16):
                    await waiting.put((loop.time() + self._half, piece))
            await waiting.put((loop.time() + self._half, b""))

        reading = asyncio.create_task(read())
        with suppress(ConnectionError):
            while True:
                when, piece = await waiting.get()
                await asyncio.sleep(max(0.0, when - loop.time()))
                if not piece:
                    break
                target.write(piece)
                await target.drain()
        reading.cancel()
        target.close()


async def run(port: int, seconds: float) -> None:
    """Print the port that leads to *port*, and serve it until the process is ended."""
    server = await asyncio.start_server(Way(port, seconds).meet, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("port", type=int)
    asked.add_argument("--milliseconds", type=float, default=50, help="there and back")
    wanted = asked.parse_args()
    asyncio.run(run(wanted.port, wanted.milliseconds / 1000))
