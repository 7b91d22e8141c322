"""Redriving: a dead letter goes through its lane again, as the hub's reference to its body."""

import asyncio
from datetime import UTC, date, datetime

from registry_store.database import Database
from registry_store.dead_letters import DeadLetter, dead_letter, mark_redriven
from registry_store.submissions import archive
from registry_store.writing import RowBlocks
from router.broker import names
from router.broker.connection import close_quietly, connect, open_channel
from router.broker.publisher import Fate, Publisher
from router.references import Reference
from router.settings import Settings


class NotRedrivable(RuntimeError):
    """The letter cannot go back. The text is meant for the operator."""


async def redrive_letter(settings: Settings, database: Database, row: int) -> None:
    """Back onto the lane, keeping sender and message id, then marked.

    Killed in between, it may be redriven twice: the message id makes that one message.
    Raises NotRedrivable, or one of BROKER_FAULTS.
    """
    if settings.broker_url is None:
        raise NotRedrivable("no broker: start the hub with ./hub up, or set HUB_BROKER_URL")
    letter = await asyncio.to_thread(_found, database, row)
    reference = await asyncio.to_thread(_archived, database, letter)
    connection = await connect(settings.broker_url.get_secret_value(), name="fmar redrive")
    try:
        publisher = Publisher(await open_channel(connection, confirms=True))
        (fate,) = await publisher.publish([reference.publication()])
    finally:
        await close_quietly(connection)
    if fate is not Fate.confirmed:
        raise NotRedrivable(f"the broker did not take it: {fate.value}")
    await asyncio.to_thread(_mark, database, row)


def _found(database: Database, row: int) -> DeadLetter:
    with database.reading() as connection:
        letter = dead_letter(connection, row)
    if letter is None:
        raise NotRedrivable(f"there is no dead letter {row}")
    if letter.sender is None:
        raise NotRedrivable(f"dead letter {row} names no sender: there is no lane to put it on")
    return letter


def _archived(database: Database, letter: DeadLetter) -> Reference:
    with database.writing() as connection:
        body_row = archive(connection, RowBlocks().take(connection), letter.body)
    door, _, message_class = letter.lane.partition(".")
    said = letter.headers
    stated = said.get("statement_date")
    return Reference(
        body_row=body_row,
        sender=letter.sender or "",
        message_class=message_class if message_class in names.CLASSES else "normal",
        message_id=letter.message_id or "",
        media_type=letter.media_type or "",
        received_at=datetime.now(UTC),
        door=door,
        on_behalf_of=said.get("on_behalf_of"),
        event_type=said.get("event_type"),
        statement_date=date.fromisoformat(stated) if stated else None,
    )


def _mark(database: Database, row: int) -> None:
    with database.writing() as connection:
        mark_redriven(connection, row)
