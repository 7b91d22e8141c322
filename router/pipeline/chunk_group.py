"""Chunks of one batch, one transaction: load, decide, write, as for messages; outcomes instead of receipts."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

import psycopg

from contracts.reasons import Reason, Rule
from contracts.receipts import Outcome
from registry_store.batches.chunks import DecidedChunk, StoredChunk, hold
from registry_store.batches.loading import load_id
from registry_store.feed.loads import cause_of
from registry_store.loading import load
from registry_store.messages import senders
from registry_store.rules.decision import Needs, Setting
from registry_store.rules.state import State
from registry_store.rules.stated_names import StatedName, stated_names
from registry_store.writing import WriteSet
from router.killpoints import reached
from router.pipeline.deciding import Work, decide, prepare
from router.pipeline.excerpts import all_refused
from router.pipeline.group import Group
from router.pipeline.reading import Reading


class ReadChunk(NamedTuple):
    """A chunk and what was read of it."""

    chunk: StoredChunk
    reading: Reading


class Prepared(NamedTuple):
    """Chunks of one batch as far as they go without the registry: with one setting, for one organisation of
    their sender.
    """

    setting: Setting
    organisation: str | None
    works: list[Work]
    needed: Needs


class Readings:
    """What chunks say; each is decoded when it is first asked for. Raises what is a bug of an adapter."""

    def __init__(self, read: Callable[[StoredChunk], Reading]) -> None:
        self._read = read
        self._known: dict[int, Reading] = {}

    def of(self, chunks: Iterable[StoredChunk]) -> list[ReadChunk]:
        """Of chunks of one batch."""
        return [ReadChunk(chunk, self._of(chunk)) for chunk in chunks]

    def _of(self, chunk: StoredChunk) -> Reading:
        if chunk.number not in self._known:
            self._known[chunk.number] = self._read(chunk)
        return self._known[chunk.number]


def prepare_chunks(
    chunks: Sequence[ReadChunk], setting: Setting, organisation: str | None
) -> Prepared:
    """Pure. `organisation`: of the batch's sender, None where it is no active partner."""
    batch = chunks[0].chunk.batch
    prepared = Prepared(setting, organisation, [], Needs())
    # Why subscribers are not told of each change, where they are to fetch the whole.
    cause = None
    if batch.header.policy.notify == "snapshot":
        cause = cause_of(load_id(setting.hub_key, batch.id))
    for each in chunks:
        reading = replace(each.reading, cause=cause) if cause is not None else each.reading
        work = Work(reading, batch.row, 0, organisation)
        if reading.is_readable:
            prepare(work, setting, prepared.needed)
        prepared.works.append(work)
    return prepared


def run_chunks(
    connection: psycopg.Connection,
    chunks: Sequence[StoredChunk],
    readings: Readings,
    group: Group,
    ahead: Prepared | None = None,
    before_write: Callable[[], None] = lambda: None,
) -> int:
    """Decide chunks of one batch in their order and commit once; how many were still to be decided. `ahead`: what
    was prepared of these very chunks before; taken where it would be prepared so now, else they are prepared from
    `readings`. `before_write` is called when all is decided.

    Raises whatever the database raises; nothing is written then.
    """
    with connection.transaction():
        left = hold(connection, chunks)
        held = [chunk for chunk in chunks if (chunk.batch.row, chunk.number) in left]
        if not held:
            return 0
        sender = held[0].batch.header.sender
        organisation = senders(connection, {sender}).get(sender)
        prepared = ahead
        if (
            prepared is None
            or len(held) < len(chunks)
            or prepared.setting is not group.setting
            or prepared.organisation != organisation
        ):
            prepared = prepare_chunks(readings.of(held), group.setting, organisation)
        writes = _decided(connection, held, prepared, group)
        before_write()
        writes.flush(connection)
        group.step("written")
        reached("chunks.before_commit")
    reached("chunks.after_commit")
    return len(held)


def refuse_chunks(
    connection: psycopg.Connection, chunks: Sequence[StoredChunk], reason: Reason, group: Group
) -> None:
    """Answer every row of these chunks with one reason, in the caller's transaction."""
    left = hold(connection, chunks)
    writes = WriteSet(new_row=lambda: group.rows.take(connection))
    for chunk in chunks:
        if (chunk.batch.row, chunk.number) in left:
            outcomes = all_refused(chunk, None, (reason,))
            writes.chunks.append(DecidedChunk(chunk.batch.row, chunk.number, outcomes, [], []))
    writes.flush(connection)


def _decided(
    connection: psycopg.Connection,
    chunks: Sequence[StoredChunk],
    prepared: Prepared,
    group: Group,
) -> WriteSet:
    policy = chunks[0].batch.header.policy
    writes = WriteSet(new_row=lambda: group.rows.take(connection))
    state = load(connection, prepared.needed)
    group.step("loaded")
    outcomes = [
        _outcomes(chunk, work, state, group, writes)
        for chunk, work in zip(chunks, prepared.works, strict=True)
    ]
    group.step("decided")
    first = _first_refused(outcomes) if policy.accept == "all_or_nothing" else None
    if first is not None:
        outcomes = [[_undone(each, first) for each in of_chunk] for of_chunk in outcomes]
    if first is not None or policy.dry_run:
        writes = WriteSet(new_row=writes.new_row)  # what was decided is thrown away
        state = State()
    writes.chunks = [
        _answered(chunk, answers, state, work.reading)
        for chunk, answers, work in zip(chunks, outcomes, prepared.works, strict=True)
    ]
    writes.render()  # before the next group is read on another thread: this computes, it does not wait
    return writes


def _outcomes(
    chunk: StoredChunk, work: Work, state: State, group: Group, writes: WriteSet
) -> list[Outcome]:
    reading = work.reading
    if not reading.is_readable:
        return all_refused(chunk, None, reading.reasons)
    reasons, outcomes = decide(work, state, group.setting, writes)
    return all_refused(chunk, reading, reasons) if reasons else outcomes


def _first_refused(outcomes: Sequence[Sequence[Outcome]]) -> Outcome | None:
    return next(
        (each for answers in outcomes for each in answers if each.status == "rejected"), None
    )


def _undone(outcome: Outcome, first: Outcome) -> Outcome:
    """A row of a batch that is taken as a whole or not at all, where another was refused."""
    if outcome.status == "rejected":
        return outcome
    text = f"nothing was done, because of {first.place or f'item {first.item}'}: the batch is all or nothing"
    reasons = (*outcome.reasons, Reason(Rule.BATCH_02, text))
    return Outcome(outcome.item, outcome.place, "rejected", outcome.command, reasons)


def _answered(
    chunk: StoredChunk, outcomes: Sequence[Outcome], state: State, reading: Reading
) -> DecidedChunk:
    records, versions = [], []
    for outcome in outcomes:
        record = state.records.get(outcome.id) if outcome.id is not None else None
        if record is not None and record.row is not None and outcome.version is not None:
            records.append(record.row)
            versions.append(outcome.version)
    named = _named(outcomes, reading) if chunk.batch.header.policy.reconcile else []
    return DecidedChunk(chunk.batch.row, chunk.number, outcomes, records, versions, named)


def _named(outcomes: Sequence[Outcome], reading: Reading) -> list[StatedName]:
    """What refused items name assets by."""
    refused = {outcome.item for outcome in outcomes if outcome.status == "rejected"}
    items = (each.item for each in reading.items if each.item.number in refused)
    party = reading.envelope.sender
    return [name for item in items for name in stated_names(item.payload, party)]
