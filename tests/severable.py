"""A TCP way to a server that a test can cut: what a broker or database that goes away looks like."""

import asyncio
from contextlib import suppress
from typing import Self

from sqlalchemy.engine import make_url


class SeverableWay:
    """`url` leads through here. `sever` closes all connections and refuses new ones until `mend`."""

    def __init__(self, url: str) -> None:
        self._target = make_url(url)
        self._writers: set[asyncio.StreamWriter] = set()
        self._severed = False

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port = self._server.sockets[0].getsockname()[1]
        self.url = self._target.set(host="127.0.0.1", port=port).render_as_string(
            hide_password=False
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        self.sever()
        self._server.close()

    def sever(self) -> None:
        self._severed = True
        for writer in self._writers:
            writer.transport.abort()

    def mend(self) -> None:
        self._severed = False

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._severed:
            writer.transport.abort()
            return
        there, back = await asyncio.open_connection(self._target.host, self._target.port)
        self._writers |= {writer, back}
        with suppress(ConnectionError, asyncio.CancelledError):
            await asyncio.gather(_pass_on(reader, back), _pass_on(there, writer))
        self._writers -= {writer, back}


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError, asyncio.CancelledError):
        while chunk := await reader.read(65_536):
            writer.write(chunk)
            await writer.drain()
    writer.close()
