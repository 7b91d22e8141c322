"""Sending as a partner does, for the command line and the demo: by AMQP, by HTTP, or as the operator.

With the partner's secret a message goes through the partner's own door, with its rights alone. Without
it the operator puts the body into the archive and a reference onto the partner's lane, which only the
hub may do; from there on it is decided like everything that the partner sends.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from urllib.parse import quote

import httpx
from aiormq.abc import AbstractConnection, DeliveredMessage
from sqlalchemy.engine import make_url

from registry_store import partners, submissions
from registry_store.database import Database
from registry_store.writing import RowBlocks
from router.broker import names
from router.broker.connection import BROKER_FAULTS, close_quietly, connect, open_channel
from router.broker.publisher import Fate, Publication, Publisher
from router.references import Reference
from router.settings import Settings
from router.worker.reading import ON_BEHALF_OF, STATEMENT_DATE

_POLL_SECONDS = 0.02
_HTTP_SECONDS = 60.0


class SendingFailed(RuntimeError):
    """The message was not taken. The text is meant for whoever sent it."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message. `message_id` is always known here: the receipt is found by it."""

    sender: str
    message_id: str
    media_type: str
    body: bytes
    message_class: str = "normal"
    on_behalf_of: str | None = None
    statement_date: date | None = None
    #: Whether the id is the document's own affair, so that HTTP need not carry it.
    id_is_derived: bool = False


async def by_amqp(url: str, secret: str, message: Outgoing) -> None:
    """As the partner's broker user. `url` is the hub's: host and virtual host are taken from it."""
    own = make_url(url).set(username=message.sender, password=secret)
    headers: dict[str, object] = {}
    if message.on_behalf_of:
        headers[ON_BEHALF_OF] = message.on_behalf_of
    if message.statement_date:
        headers[STATEMENT_DATE] = message.statement_date.isoformat()
    publication = Publication(
        names.key(message.sender, message.message_class),
        message.body,
        message.message_id,
        exchange=names.INTAKE,
        content_type=message.media_type,
        headers=headers or None,
    )
    url = own.render_as_string(hide_password=False)
    async with _connected(url, message.sender) as connection:
        await _publish(connection, publication)


async def by_reference(
    url: str, database: Database, message: Outgoing, *, wait_seconds: float
) -> None:
    """As the operator of the hub, who knows no partner's secret.

    Returns when the worker has answered, or after `wait_seconds`: a message that was sent before has a
    receipt already, and only the answer tells whether it was run again.
    """
    reference = await asyncio.to_thread(_archived, database, message)
    async with _connected(url, "fmar send") as connection:
        answered = asyncio.Event()

        async def receive(_answer: DeliveredMessage) -> None:
            answered.set()

        incoming = await open_channel(connection)
        replies = await incoming.queue_declare(exclusive=True, auto_delete=True)
        await incoming.basic_consume(replies.queue or "", receive, no_ack=True)
        await _publish(connection, reference.publication(reply_to=replies.queue))
        if wait_seconds:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait_seconds):
                    await answered.wait()


def by_http(base_url: str, secret: str, message: Outgoing, *, wait_seconds: float) -> bytes | None:
    """The receipt, or None where it was not there in time. Raises SendingFailed."""
    headers = {"Content-Type": message.media_type, "fmar-class": message.message_class}
    if not message.id_is_derived:
        headers["ce-id"] = quote(message.message_id, safe=":/")
    if message.on_behalf_of:
        headers["on-behalf-of"] = message.on_behalf_of
    if message.statement_date:
        headers["fmar-statement-date"] = message.statement_date.isoformat()
    if wait_seconds:
        headers["Prefer"] = f"wait={int(wait_seconds) or 1}"
    try:
        response = httpx.post(
            f"{base_url}/v1/messages",
            content=message.body,
            headers=headers,
            auth=(message.sender, secret),
            timeout=_HTTP_SECONDS + wait_seconds,
            trust_env=False,
        )
    except httpx.HTTPError as error:
        raise SendingFailed(f"the HTTP door does not answer: {error}") from error
    if response.is_error:
        raise SendingFailed(f"{response.status_code}: {response.text[:500]}")
    return response.content if response.status_code == httpx.codes.OK else None


def wait_for_receipt(database: Database, message: Outgoing, *, wait_seconds: float) -> bytes | None:
    """The stored receipt, in canonical JSON, as soon as it is there; None after `wait_seconds`.

    For an operator at a terminal. Partners read their queue, or ask the HTTP door to wait.
    """
    deadline = time.monotonic() + wait_seconds
    while True:
        with database.reading() as connection:
            stored = submissions.receipt_of(
                connection, sender=message.sender, message_id=message.message_id
            )
        if stored is not None:
            return stored.receipt
        if time.monotonic() > deadline:
            return None
        time.sleep(_POLL_SECONDS)


def _archived(database: Database, message: Outgoing) -> Reference:
    with database.writing() as connection:
        if partners.partner(connection, message.sender) is None:
            raise SendingFailed(f"there is no partner {message.sender}")
        row = submissions.archive(connection, RowBlocks().take(connection), message.body)
    return Reference(
        body_row=row,
        sender=message.sender,
        message_class=message.message_class,
        message_id="" if message.id_is_derived else message.message_id,
        media_type=message.media_type,
        received_at=datetime.now(UTC),
        door="amqp",
        on_behalf_of=message.on_behalf_of,
        statement_date=message.statement_date,
    )


@contextlib.asynccontextmanager
async def _connected(url: str, name: str) -> AsyncIterator[AbstractConnection]:
    try:
        connection = await connect(url, name=name)
    except BROKER_FAULTS as error:
        raise SendingFailed(f"the broker does not let {name} in: {error}") from error
    try:
        yield connection
    finally:
        await close_quietly(connection)


async def _publish(connection: AbstractConnection, publication: Publication) -> None:
    publisher = Publisher(await open_channel(connection, confirms=True))
    (fate,) = await publisher.publish([publication])
    if fate is not Fate.confirmed:
        raise SendingFailed(f"the broker did not take the message: {fate.value}")


def broker_url(settings: Settings) -> str:
    if settings.broker_url is None:
        raise SendingFailed("no broker: start the hub with ./hub up, or set HUB_BROKER_URL")
    return settings.broker_url.get_secret_value()
