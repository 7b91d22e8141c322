"""Decode a chunk: from an excerpt of a file to typed commands, as its batch's policy wants them. Pure."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from adapters import Adapter, adapter_for
from contracts.batches import Policy
from contracts.messages import Envelope, Item, Limits
from contracts.reasons import Reason, has_errors
from contracts.receipts import Outcome
from registry_store.batches.chunks import StoredChunk
from router.pipeline.reading import Reading, read_item

_REGISTERS = "asset.register"


def envelope_of(chunk: StoredChunk) -> Envelope:
    """The file's envelope around a part of its content."""
    batch, header = chunk.batch, chunk.batch.header
    return Envelope(
        message_id=batch.message_id,
        sender=header.sender,
        media_type=header.media_type,
        body=chunk.body,
        received_at=batch.received_at,
        event_type=header.event_type,
        on_behalf_of=batch.on_behalf_of,
        statement_date=date.fromisoformat(header.statement_date) if header.statement_date else None,
        message_class="bulk",
        door=header.door,
        excerpt=chunk.said,
    )


def read_chunk(chunk: StoredChunk, adapters: tuple[Adapter, ...], limits: Limits) -> Reading:
    """As `reading.read`; what holds for the file as a whole was looked at when its head was read.

    Raises what is a bug of an adapter.
    """
    envelope = envelope_of(chunk)
    adapter = adapter_for(adapters, envelope.media_type)
    assert adapter is not None, "no batch begins without an adapter"
    decoded = adapter.decode(envelope, limits)
    policy = chunk.batch.header.policy
    source = source_of(envelope.sender, envelope.statement_date, envelope.received_at)
    items = decoded.items
    if policy.existing != "as_stated":
        items = tuple(as_wanted(item, policy, source) for item in items)
    return Reading(
        envelope=envelope,
        adapter=adapter,
        decoded=decoded._replace(message_id=None),
        message_id=envelope.message_id,
        on_behalf_of=envelope.on_behalf_of,
        payload_sha256="",
        content_hash=b"",
        items=() if has_errors(decoded.reasons) else tuple(read_item(i, adapter) for i in items),
        reasons=decoded.reasons,
    )


def source_of(sender: str, statement_date: date | None, received_at: datetime) -> dict[str, str]:
    """A file as the source of what it states, where a row names none: one series for each sender, a newer
    revision with each date.
    """
    stated = statement_date or received_at.date()
    return {"system": f"file:{sender}", "revision": stated.isoformat()}


def as_wanted(item: Item, policy: Policy, source: Mapping[str, Any]) -> Item:
    """A registration as the batch wants it where its asset exists; any other item as it is."""
    if item.command != _REGISTERS or policy.existing == "as_stated":
        return item
    payload = {**item.payload, "on_existing": policy.existing}
    if policy.existing == "update":
        payload.setdefault("source", dict(source))
    return item._replace(payload=payload)


def all_refused(
    chunk: StoredChunk, reading: Reading | None, reasons: tuple[Reason, ...]
) -> list[Outcome]:
    """One outcome per row, all for the same reasons; without places where the chunk cannot be read."""
    if reading is not None and reading.items:
        items = [each.item for each in reading.items]
        return [Outcome(i.number, i.place, "rejected", i.command, reasons) for i in items]
    first = chunk.first_item
    return [
        Outcome(number, "", "rejected", "", reasons)
        for number in range(first, first + max(chunk.rows, 1))
    ]
