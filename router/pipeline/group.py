"""One group, one transaction: load, decide, write."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson
import psycopg

from contracts.canonical import canonical_json
from contracts.identifiers import derive_public_id
from contracts.reasons import Reason, Rule
from contracts.receipts import Outcome, receipt
from registry_store.loading import load
from registry_store.messages import Known, known_messages, senders, touched_since
from registry_store.rules.decision import Needs, Setting
from registry_store.writing import RowBlocks, WriteSet
from router.answers import Answer
from router.killpoints import reached
from router.pipeline.deciding import Work, decide, prepare
from router.pipeline.reading import Reading


@dataclass(frozen=True, slots=True)
class Group:
    """What a group needs besides its messages."""

    setting: Setting
    rows: RowBlocks
    #: Told after each step (loaded, decided, written), in that order: where two workers interleave.
    step: Callable[[str], None] = lambda _step: None


def run(connection: psycopg.Connection, readings: Sequence[Reading], group: Group) -> list[Answer]:
    """Decide the messages in their order and commit once. One answer per reading, in order.

    Raises whatever the database raises; nothing is written then.
    """
    with connection.transaction():
        writes = WriteSet(new_row=lambda: group.rows.take(connection))
        answers = _run(connection, readings, group, writes)
        writes.flush(connection)
        group.step("written")
        reached("pipeline.before_commit")
    reached("pipeline.after_commit")
    return answers


def _run(
    connection: psycopg.Connection, readings: Sequence[Reading], group: Group, writes: WriteSet
) -> list[Answer]:
    ids = {(r.envelope.sender, r.message_id) for r in readings if r.message_id}
    known = known_messages(connection, ids)
    organisations = senders(connection, {r.envelope.sender for r in readings})
    needed, works = Needs(), []
    answered: dict[int, Answer] = {}
    first_of: dict[tuple[str, str], int] = {}
    for number, reading in enumerate(readings):
        key = (reading.envelope.sender, reading.message_id)
        run_number = 0
        before = known.get(key) if reading.message_id else None
        if before is not None:
            if before.content_hash != reading.content_hash:
                answered[number] = _reused(reading, group)
                continue
            if not (reading.decoded.is_file and touched_since(connection, before)):
                answered[number] = _again(reading, before)
                continue
            run_number = before.run + 1
        if reading.message_id and key in first_of:
            continue  # twice in this group: answered from the first, below
        first_of[key] = number
        row = group.rows.take(connection)
        work = Work(reading, row, run_number, organisations.get(reading.envelope.sender))
        if reading.is_readable:
            prepare(work, group.setting, needed)
        works.append((number, work))
    state = load(connection, needed)
    group.step("loaded")
    for number, work in works:
        reasons, outcomes = (
            decide(work, state, group.setting, writes) if work.reading.is_readable else ((), [])
        )
        answered[number] = _answer(work, reasons, outcomes, group, writes, connection)
    group.step("decided")
    for number, reading in enumerate(readings):
        if number not in answered:
            first = first_of[(reading.envelope.sender, reading.message_id)]
            answered[number] = _repeated(reading, readings[first], answered[first], group)
    return [answered[number] for number in range(len(readings))]


def _answer(
    work: Work,
    reasons: tuple[Reason, ...],
    outcomes: list[Outcome],
    group: Group,
    writes: WriteSet,
    connection: psycopg.Connection,
) -> Answer:
    """The receipt, and the message's own rows: stored under its id for ever, its body archived."""
    reading = work.reading
    body = _receipt(reading, (*reading.reasons, *reasons), outcomes, work.run, group)
    receipt_bytes = canonical_json(body)
    body_row = reading.envelope.body_row
    if body_row is None:
        body_row = group.rows.take(connection)
        writes.bodies.append((body_row, reading.envelope.body))
    stored = bool(reading.message_id)
    if stored:
        writes.messages.append(
            (
                work.message_row,
                reading.envelope.sender,
                reading.message_id,
                work.run,
                reading.content_hash,
                reading.envelope.received_at,
                reading.envelope.door,
                reading.envelope.media_type[:200],
                body["status"],
                receipt_bytes.decode(),
                body_row,
            )
        )
    if reading.scheduled_row is not None:
        writes.scheduled_done.append((reading.scheduled_row, json.dumps(body["items"])))
        writes.receipts_due.append((work.message_row,))
    return _rendered(reading, body, receipt_bytes, row=work.message_row if stored else None)


def _receipt(
    reading: Reading, reasons: tuple[Reason, ...], outcomes: list[Outcome], run: int, group: Group
) -> dict[str, Any]:
    sender = reading.envelope.sender
    identity = reading.message_id or hashlib.sha256(reading.envelope.body).hexdigest()
    return receipt(
        receipt_id=derive_public_id(group.setting.hub_key, "receipt", sender, identity, str(run)),
        message_id=reading.message_id,
        sender=sender,
        on_behalf_of=reading.on_behalf_of,
        received_at=reading.envelope.received_at,
        payload_sha256=reading.payload_sha256,
        outcomes=outcomes,
        reasons=reasons,
        notes=reading.decoded.notes,
        versions=reading.decoded.versions,
        document=reading.decoded.document,
    )


def _rendered(
    reading: Reading,
    body: dict[str, Any],
    receipt_bytes: bytes,
    *,
    row: int | None = None,
    duplicate: bool = False,
    dead: bool = False,
) -> Answer:
    media_type, rendered = reading.adapter.encode_receipt(body)
    return Answer(
        reading.envelope.sender,
        reading.message_id,
        body["status"],
        receipt_bytes,
        media_type,
        rendered,
        message_row=row,
        duplicate=duplicate,
        dead=dead,
    )


def _again(reading: Reading, known: Known) -> Answer:
    """The idempotent receiver: the first receipt again, byte for byte."""
    return _rendered(
        reading, orjson.loads(known.receipt), known.receipt, row=known.row, duplicate=True
    )


def _reused(reading: Reading, group: Group) -> Answer:
    text = f"the message id {reading.message_id[:100]} was used before with other content; nothing of this one was done"
    return refusal(replace(reading, reasons=(*reading.reasons, Reason(Rule.MSG_05, text))), group)


def _repeated(reading: Reading, first: Reading, answer: Answer, group: Group) -> Answer:
    """A message that stands twice in one group."""
    if first.content_hash != reading.content_hash:
        return _reused(reading, group)
    return replace(answer, duplicate=True)


def refusal(reading: Reading, group: Group, *, dead: bool = False) -> Answer:
    """The receipt of a message as a whole that is refused, with nothing stored under its id."""
    body = _receipt(reading, reading.reasons, [], 0, group)
    return _rendered(reading, body, canonical_json(body), dead=dead)
