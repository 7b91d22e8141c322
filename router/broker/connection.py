"""Connections to the broker, below the conveniences of aio-pika.

The hub speaks to RabbitMQ through aiormq, the protocol layer of aio-pika. On the way of every message
it costs a third of the CPU time of the objects above it, and a connection that is lost is lost: nothing
is restored behind the caller's back, who rebuilds all of it, consumers included.
"""

import asyncio
from typing import Any

import aiormq
from aiormq.abc import AbstractConnection
from aiormq.channel import Channel
from aiormq.connection import TransportFactory
from aiormq.exceptions import AMQPError, ChannelInvalidStateError
from yarl import URL

from router.broker import lenient_decoding

#: What tells that the broker, or this way to it, is gone.
BROKER_FAULTS = (
    AMQPError,
    ChannelInvalidStateError,
    ConnectionError,
    OSError,
    TimeoutError,
    asyncio.InvalidStateError,
)

CONNECT_SECONDS = 10
HEARTBEAT_SECONDS = 20
_READ_AHEAD_BYTES = 256 * 1024
_FRAMES_AHEAD = 1_000


class Gate:
    """Open or shut. Shut, a connection that was made with it reads no further: TCP holds the broker up.

    A prefetch limit counts messages, not bytes; this bounds what a process holds of large ones.
    """

    def __init__(self) -> None:
        self._open = asyncio.Event()
        self._open.set()

    @property
    def is_open(self) -> bool:
        return self._open.is_set()

    def set(self, *, is_open: bool) -> None:
        if is_open:
            self._open.set()
        else:
            self._open.clear()

    async def passed(self) -> None:
        await self._open.wait()


class _GatedReader(asyncio.StreamReader):
    def __init__(self, gate: Gate) -> None:
        super().__init__(limit=_READ_AHEAD_BYTES)
        self._gate = gate

    async def readexactly(self, n: int) -> bytes:
        if not self._gate.is_open:
            await self._gate.passed()
        return await super().readexactly(n)


class _Transport(TransportFactory):
    """Plain TCP or TLS, with a reader that the gate can stop."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    async def create(
        self, url: URL, **options: Any
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        provider = options.pop("ssl_context_provider", None)
        ssl = await provider.get_context() if url.scheme == "amqps" else None
        loop = asyncio.get_running_loop()
        reader = _GatedReader(self._gate)
        protocol = asyncio.StreamReaderProtocol(reader, loop=loop)
        assert url.host is not None
        assert url.port is not None
        transport, _ = await loop.create_connection(
            lambda: protocol, url.host, url.port, ssl=ssl, **options
        )
        return reader, asyncio.StreamWriter(transport, protocol, reader, loop)


async def connect(url: str, *, name: str, gate: Gate | None = None) -> AbstractConnection:
    """An open connection, shown on the broker as `name`. Raises one of BROKER_FAULTS."""
    lenient_decoding.install()
    connection = aiormq.Connection(
        URL(url).update_query(name=name, heartbeat=HEARTBEAT_SECONDS),
        transport_factory=_Transport(gate or Gate()),
    )
    async with asyncio.timeout(CONNECT_SECONDS):
        await connection.connect()
    return connection


async def open_channel(connection: AbstractConnection, *, confirms: bool = False) -> Channel:
    """A channel; with `confirms` the broker confirms what is published on it."""
    channel = await connection.channel(publisher_confirms=confirms, frame_buffer_size=_FRAMES_AHEAD)
    assert isinstance(channel, Channel)
    return channel


async def close_quietly(connection: AbstractConnection) -> None:
    """Close what may be gone already."""
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            await connection.close()
    except (*BROKER_FAULTS, asyncio.CancelledError, RuntimeError):
        return
