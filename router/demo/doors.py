"""Partners as they send: by AMQP as the partner's own broker user, by HTTP, and by `hub send`."""

import asyncio
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import orjson
from aiormq.exceptions import ChannelAccessRefused, ChannelNotFoundEntity
from yarl import URL

from router import sending
from router.broker import names
from router.broker.connection import close_quietly, connect, open_channel
from router.broker.publisher import Fate, Publication, Publisher
from router.demo.account import DemoFailed
from router.demo.running import DemoHub
from router.references import file_message_id
from router.sending import Outgoing, SendingFailed

JSON, REGISTER = "application/cloudevents+json", "text/csv; profile=ecr"
WAIT_SECONDS = 30.0
_POLL_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class Sender:
    """A partner with its secret, and the hub as it reaches it."""

    hub: DemoHub
    slug: str
    organisation: str
    secret: str

    def message(self, event: bytes) -> Outgoing:
        """A CloudEvent, under the id that it carries."""
        return Outgoing(self.slug, orjson.loads(event)["id"], JSON, event)

    def document(self, id: str, media_type: str, body: bytes) -> Outgoing:
        """A document that carries its own id."""
        return Outgoing(self.slug, id, media_type, body)

    def register(self, body: bytes, stated: date) -> Outgoing:
        """A capacity register as it stood on a date."""
        id = file_message_id(body, stated)
        return Outgoing(self.slug, id, REGISTER, body, statement_date=stated, id_is_derived=True)

    def by_amqp(self, message: Outgoing) -> bytes:
        """Publish to the partner's lane, and fetch the receipt from its queue."""
        try:
            return asyncio.run(self._by_amqp(message))
        except SendingFailed as error:
            raise DemoFailed(
                f"{self.slug} sends {message.message_id} by AMQP", str(error)
            ) from error

    def by_http(self, message: Outgoing) -> bytes:
        """`POST /v1/messages`, waiting for the receipt."""
        step = f"{self.slug} sends {message.message_id} by HTTP"
        try:
            receipt = sending.by_http(
                self.hub.http_url, self.secret, message, wait_seconds=WAIT_SECONDS
            )
        except SendingFailed as error:
            raise DemoFailed(step, str(error)) from error
        if receipt is None:
            raise DemoFailed(step, f"no receipt in {WAIT_SECONDS:g} s")
        return receipt

    def by_hub_send(self, file: Path, *, statement_date: date) -> bytes:
        """`hub send FILE --as PARTNER --no-batch --json`, as the operator of the hub runs it."""
        command = (
            sys.executable,
            "-P",
            "-m",
            "router.cli",
            "send",
            str(file),
            "--as",
            self.slug,
            "--statement-date",
            statement_date.isoformat(),
            "--no-batch",
            "--json",
        )
        done = subprocess.run(
            command,
            env=os.environ | {"HUB_HOME": str(self.hub.settings.home)},
            capture_output=True,
            timeout=WAIT_SECONDS + 30,
            check=False,
        )
        if not done.stdout.strip():
            raise DemoFailed(
                f"hub send --as {self.slug}", done.stderr.decode(errors="replace")[-500:]
            )
        return orjson.dumps(orjson.loads(done.stdout)["receipt"])

    def may_publish_as(self, other: str) -> bool:
        """Whether the broker lets this partner publish under another one's key. It must not."""
        return asyncio.run(self._may_publish_as(other))

    def broker_url(self) -> str:
        url = URL(sending.broker_url(self.hub.settings))
        return str(url.with_user(self.slug).with_password(self.secret))

    async def _by_amqp(self, message: Outgoing) -> bytes:
        await sending.by_amqp(sending.broker_url(self.hub.settings), self.secret, message)
        connection = await connect(self.broker_url(), name=f"demo {self.slug}")
        try:
            channel = await open_channel(connection)
            deadline = time.monotonic() + WAIT_SECONDS
            while time.monotonic() < deadline:
                found = await channel.basic_get(names.receipts(self.slug), no_ack=True)
                if found.body and found.header.properties.correlation_id == message.message_id:
                    return bytes(found.body)
                await asyncio.sleep(_POLL_SECONDS)
        finally:
            await close_quietly(connection)
        raise SendingFailed(f"no receipt in {WAIT_SECONDS:g} s")

    async def _may_publish_as(self, other: str) -> bool:
        connection = await connect(self.broker_url(), name=f"demo {self.slug}")
        try:
            channel = await open_channel(connection, confirms=True)
            key = names.key(other, "normal")
            publication = Publication(key, b"{}", "not-mine", exchange=names.INTAKE)
            (fate,) = await Publisher(channel, confirm_seconds=2).publish([publication])
        except ChannelAccessRefused:
            return False
        finally:
            await close_quietly(connection)
        return fate is Fate.confirmed


async def bundles_in_queue(broker_url: str, queue: str) -> list[bytes]:
    """All that waits in a partner's own queue now, taken; none while the queue is not declared yet."""
    connection = await connect(broker_url, name="demo subscriber")
    taken: list[bytes] = []
    try:
        channel = await open_channel(connection)
        while (found := await channel.basic_get(queue, no_ack=True)).body:
            taken.append(bytes(found.body))
    except ChannelNotFoundEntity:
        return []
    finally:
        await close_quietly(connection)
    return taken
