"""Doors on real servers: partners with secrets, workers in the test's own loop, and a partner's client."""

import asyncio
import contextlib
import itertools
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
from aiormq.abc import AbstractConnection
from pamqp.commands import Basic
from sqlalchemy.engine import make_url

from contracts.canonical import canonical_json
from registry_store.database import Database
from router.answers import Answer
from router.broker import names
from router.broker.connection import close_quietly, connect, open_channel
from router.broker.provisioning import Management
from router.broker.publisher import Fate, Publication, Publisher
from router.onboarding import Admitted, Onboarding, Profile
from router.pipeline.pipeline import Pipeline
from router.settings import Settings
from router.worker.running import make_worker
from router.worker.worker import Worker
from tests.support.registry import HUB_KEY, Registry, heat_pump

WAIT_SECONDS = 20.0


async def until(true: Callable[[], Any], seconds: float = WAIT_SECONDS) -> Any:
    """Waits until `true()` is, with a bound; returns what it gave."""
    deadline = time.monotonic() + seconds
    while not (value := await asyncio.to_thread(true)):
        assert time.monotonic() < deadline, f"not within {seconds} s: {true}"
        await asyncio.sleep(0.02)
    return value


class Doors:
    """A hub's database and virtual host, and partners that are admitted to both."""

    def __init__(self, home: Path, database_url: str, broker_url: str, management_url: str) -> None:
        (home / "hub.key").write_text(HUB_KEY.hex())
        self.settings = Settings(
            home=home,
            database_url=database_url,
            broker_url=broker_url,
            broker_management_url=management_url,
            lanes_per_class=2,
            stop_seconds=10,
        )
        self.broker_url = broker_url
        self.registry = Registry(database_url)
        self.database: Database = self.registry.database
        self.secrets: dict[str, str] = {}
        self._ids = itertools.count(1)

    def admit(self, slug: str, *roles: str) -> Admitted:
        onboarding = Onboarding(self.settings, self.database, lambda: self.registry.pipeline)
        profile = Profile(roles or ("fsp",), f"Example {slug}")
        admitted = onboarding.add(slug, organisation=None, profile=profile)
        self.secrets[slug] = admitted.secret
        return admitted

    def worker(self, pipeline: Any = None, **settings: Any) -> Worker:
        chosen = self.settings.model_copy(update=settings)
        return make_worker(chosen, self.database, pipeline or self.registry.new_pipeline())

    @contextlib.asynccontextmanager
    async def working(self, pipeline: Any = None, **settings: Any) -> AsyncIterator[Worker]:
        """A worker that runs until the block ends, and then stops as on SIGTERM."""
        worker = self.worker(pipeline, **settings)
        task = asyncio.create_task(worker.run())
        try:
            yield worker
        finally:
            worker.stop()
            async with asyncio.timeout(WAIT_SECONDS):
                await task

    @contextlib.asynccontextmanager
    async def client(self, slug: str) -> AsyncIterator["Client"]:
        """A partner's own connection, with its own credentials."""
        url = make_url(self.broker_url).set(username=slug, password=self.secrets[slug])
        connection = await connect(url.render_as_string(hide_password=False), name=slug)
        try:
            yield Client(slug, connection)
        finally:
            await close_quietly(connection)

    def statuses(self, sender: str) -> dict[str, str]:
        """Message id -> status of everything stored for a sender."""
        with self.database.reading() as connection:
            rows = connection.execute(
                "SELECT message_id, status FROM message WHERE sender = %s ORDER BY row", (sender,)
            ).fetchall()
        return dict(rows)

    def one(self, query: str) -> Any:
        with self.database.reading() as connection:
            row = connection.execute(query).fetchone()
        assert row is not None
        return row[0]

    def close(self) -> None:
        """Users are the whole broker's, not the virtual host's: they go with the test."""
        management = Management(self.settings.broker_management_url.get_secret_value())
        for slug in self.secrets:
            management.expel(slug)
        self.registry.pipeline.close()
        self.database.close()


def registration(message_id: str, sender: str = "acme", point: int = 1) -> bytes:
    """A structured CloudEvent that registers a heat pump."""
    return canonical_json(
        {
            "specversion": "1.0",
            "id": message_id,
            "source": f"/partners/{sender}",
            "type": "fmar.asset.register.v1",
            "data": heat_pump(serial=f"S-{message_id}", point=point),
        }
    )


@dataclass
class Client:
    """What a partner does over AMQP."""

    slug: str
    connection: AbstractConnection
    _publisher: Publisher | None = field(default=None)

    async def publish(
        self,
        body: bytes,
        message_id: str,
        *,
        key: str | None = None,
        exchange: str = names.INTAKE,
        content_type: str = "application/cloudevents+json",
        headers: dict[str, Any] | None = None,
    ) -> Fate:
        if self._publisher is None:
            self._publisher = Publisher(await open_channel(self.connection, confirms=True))
        publication = Publication(
            key or names.key(self.slug, "normal"),
            body,
            message_id,
            exchange=exchange,
            content_type=content_type,
            headers=headers,
        )
        (fate,) = await self._publisher.publish([publication])
        return fate

    async def publish_raw(self, body: bytes, properties: Basic.Properties) -> None:
        """With properties as they are. aiormq fills in an id, so an empty one is sent by hand."""
        channel = await open_channel(self.connection)
        await channel.basic_publish(
            body,
            exchange=names.INTAKE,
            routing_key=names.key(self.slug, "normal"),
            properties=properties,
        )

    async def receipts(self, count: int) -> list[dict[str, Any]]:
        """So many receipts from the partner's queue, in order, as they are written there."""
        channel = await open_channel(self.connection)
        found: list[dict[str, Any]] = []
        deadline = time.monotonic() + WAIT_SECONDS
        while len(found) < count:
            message = await channel.basic_get(names.receipts(self.slug), no_ack=True)
            if isinstance(message.delivery, Basic.GetEmpty):
                assert time.monotonic() < deadline, f"{len(found)} receipts of {count}"
                await asyncio.sleep(0.02)
                continue
            receipt = orjson.loads(message.body)["data"]
            receipt["_correlation_id"] = message.header.properties.correlation_id
            found.append(receipt)
        await channel.close()
        return found


class Wrapped:
    """A pipeline with something in front of it."""

    def __init__(self, pipeline: Pipeline, before: Callable[[list[Any]], None]) -> None:
        self._pipeline = pipeline
        self._before = before
        self.groups: list[list[str]] = []

    def process(self, envelopes: Any) -> list[Answer]:
        self.groups.append([envelope.message_id for envelope in envelopes])
        self._before(list(envelopes))
        return self._pipeline.process(envelopes)

    def bury(self, envelope: Any, *, cause: str, detail: str) -> Answer:
        return self._pipeline.bury(envelope, cause=cause, detail=detail)


@contextlib.contextmanager
def doors(home: Path, database: Any, vhost: Any) -> Iterator[Doors]:
    """From the fixtures `tmp_path`, `database`, `broker_vhost`."""
    opened = Doors(home, database.url, vhost.url, vhost.management_url)
    try:
        yield opened
    finally:
        opened.close()
