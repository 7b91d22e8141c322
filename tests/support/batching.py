"""Batches on real servers: files put in as a door does it, a splitter and a bulk worker in the test's own process."""

import asyncio
import contextlib
import hashlib
import threading
from collections.abc import AsyncIterator, Callable, Iterable
from functools import partial
from typing import Any

import orjson
from pamqp.commands import Basic

from contracts.batches import BatchHeader, Policy, Progress
from registry_store.batches import uploading
from registry_store.batches.chunks import unpack
from registry_store.batches.controls import wish
from registry_store.batches.progress import progress
from router.batches.starting import make_publisher, make_splitter
from router.bootstrap import chunk_reader, language
from router.broker import names
from router.broker.connection import open_channel
from router.pipeline.bulk import BulkPipeline
from router.pipeline.read_ahead import Readers
from router.pipeline.reading_processes import ChunkReader, ReadingProcesses
from router.settings import Settings
from router.worker.running import make_bulk_worker
from tests.support.doors import WAIT_SECONDS, Doors, until
from tests.support.registry import heat_pump

JSON_LINES = "application/jsonl"
BOUNDS = uploading.Bounds()


def lines(items: Iterable[dict[str, Any]]) -> bytes:
    """A file of registrations; an item with a `command` of its own keeps it."""
    return b"".join(orjson.dumps({"command": "asset.register", **item}) + b"\n" for item in items)


def pumps(count: int, *, first: int = 1, **members: Any) -> list[dict[str, Any]]:
    return [heat_pump(f"S-{n}", n, **members) for n in range(first, first + count)]


class Batching:
    """What a test does with batches of a hub."""

    def __init__(self, hub: Doors) -> None:
        self.hub = hub
        self.database = hub.database

    def announce(self, sender: str, body: bytes, **said: Any) -> str:
        """An upload with its digest and nothing of its bytes; the id of the batch."""
        policy = Policy(**said.pop("policy", {}))
        header = BatchHeader(
            sender=sender,
            media_type=said.pop("media_type", JSON_LINES),
            sha256=hashlib.sha256(body).hexdigest(),
            policy=policy,
            **said,
        )
        with self.database.writing() as connection:
            opened = uploading.open_upload(connection, header, BOUNDS)
        assert isinstance(opened, uploading.Upload), opened
        return opened.id

    def put(self, id: str, sender: str, number: int, body: bytes) -> None:
        with self.database.writing() as connection:
            upload = uploading.upload_of(connection, id=id, sender=sender)
            assert upload is not None
            part = uploading.put_part(connection, upload.row, number, body, BOUNDS)
        assert isinstance(part, uploading.Part), part

    def complete(self, id: str, sender: str, body: bytes) -> None:
        with self.database.writing() as connection:
            upload = uploading.upload_of(connection, id=id, sender=sender)
            assert upload is not None
            digest = hashlib.sha256(body).digest()
            assert uploading.make_whole(connection, upload.row, digest) is None

    def send(self, sender: str, body: bytes, *, part_bytes: int = 100_000, **said: Any) -> str:
        """The whole file, in parts; the id of the batch."""
        id = self.announce(sender, body, **said)
        for number, start in enumerate(range(0, len(body), part_bytes), 1):
            self.put(id, sender, number, body[start : start + part_bytes])
        self.complete(id, sender, body)
        return id

    def wish(self, id: str, wanted: Any) -> None:
        with self.database.writing() as connection:
            assert wish(connection, id=id, sender=None, wanted=wanted) is None

    def progress(self, id: str) -> Progress:
        with self.database.reading() as connection:
            (found,) = progress(connection, id)
        return found

    async def ended(self, id: str, seconds: float = WAIT_SECONDS) -> Progress:
        await until(lambda: self.progress(id).finished_at, seconds)
        return self.progress(id)

    def receipt(self, id: str) -> dict[str, Any]:
        found = self.rows(
            "SELECT m.receipt FROM message m JOIN batch b USING (row) WHERE b.id = %s", id
        )
        receipt: dict[str, Any] = orjson.loads(found[0][0])
        return receipt

    async def told(self, slug: str, count: int) -> list[tuple[str, dict[str, Any]]]:
        """(type, first line of the body) of so many messages from the partner's queue of receipts."""
        found: list[tuple[str, dict[str, Any]]] = []
        async with self.hub.client(slug) as client, asyncio.timeout(WAIT_SECONDS):
            channel = await open_channel(client.connection)
            while len(found) < count:
                message = await channel.basic_get(names.receipts(slug), no_ack=True)
                if isinstance(message.delivery, Basic.GetEmpty):
                    await asyncio.sleep(0.02)
                    continue
                first = orjson.loads(message.body.splitlines()[0])
                found.append((message.header.properties.message_type or "", first))
        return found

    def outcomes(self, id: str) -> list[dict[str, Any]]:
        """Of all decided chunks, in order."""
        found = self.rows(
            "SELECT c.outcomes FROM batch_chunk c JOIN batch b ON b.row = c.batch WHERE b.id = %s "
            "AND c.decided_at IS NOT NULL ORDER BY c.number", id
        )  # fmt: skip
        return [outcome for (packed,) in found for outcome in unpack(packed)]

    def rows(self, query: str, *values: Any) -> list[Any]:
        with self.database.reading() as connection:
            return connection.execute(query, values).fetchall()

    def records(self, kind: str = "asset") -> dict[str, int]:
        """Id -> version."""
        return dict(self.rows("SELECT id, version FROM record WHERE kind = %s", kind))

    def bulk_pipeline(
        self, step: Callable[[str], None] = lambda _step: None, readers: Readers | None = None
    ) -> BulkPipeline:
        """With `readers`, or as many processes as the settings say."""
        spoken, settings = self.hub.registry.spoken, self.hub.settings
        if readers is None and settings.batch_readers:
            readers = self.reading_processes(settings.batch_readers)
        return BulkPipeline(
            self.hub.registry.new_pipeline(step),
            adapters=spoken.adapters,
            limits=spoken.limits,
            readers=readers,
        )

    def reading_processes(
        self, count: int = 1, make: Callable[[Settings], ChunkReader] = chunk_reader
    ) -> ReadingProcesses:
        """Processes that are there already."""
        adapters = self.hub.registry.spoken.adapters
        readers = ReadingProcesses(count, partial(make, self.hub.settings), adapters)
        readers.start()
        return readers

    @contextlib.asynccontextmanager
    async def splitting(self, **settings: Any) -> AsyncIterator[None]:
        """A splitter that runs until the block ends, and then stops as on SIGTERM."""
        chosen = self.hub.settings.model_copy(update={"batch_chunk_rows": 10, **settings})
        publisher, stop = make_publisher(chosen), threading.Event()
        splitter = make_splitter(chosen, self.database, language(), publisher)
        thread = threading.Thread(target=splitter.run, args=(stop,))
        thread.start()
        try:
            yield
        finally:
            stop.set()
            await asyncio.to_thread(thread.join, WAIT_SECONDS)
            assert not thread.is_alive()
            publisher.close()

    @contextlib.asynccontextmanager
    async def deciding(self, pipeline: Any = None, **settings: Any) -> AsyncIterator[None]:
        """A bulk worker that runs until the block ends."""
        own = pipeline or self.bulk_pipeline()
        chosen = self.hub.settings.model_copy(update=settings)
        worker = make_bulk_worker(chosen, self.database, own)
        task = asyncio.create_task(worker.run())
        try:
            yield
        finally:
            worker.stop()
            async with asyncio.timeout(WAIT_SECONDS):
                await task
            if pipeline is None:
                own.close()

    @contextlib.asynccontextmanager
    async def running(self, **settings: Any) -> AsyncIterator[None]:
        async with self.splitting(**settings), self.deciding(**settings):
            yield
