"""Chunks of one batch, one transaction: load, decide, write, as for messages; outcomes instead of receipts."""

from collections.abc import Sequence
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
from registry_store.rules.decision import Needs
from registry_store.rules.state import State
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


def run_chunks(connection: psycopg.Connection, chunks: Sequence[ReadChunk], group: Group) -> int:
    """Decide chunks of one batch in their order and commit once; how many were still to be decided.

    Raises whatever the database raises; nothing is written then.
    """
    with connection.transaction():
        left = hold(connection, [each.chunk for each in chunks])
        chunks = [each for each in chunks if (each.chunk.batch.row, each.chunk.number) in left]
        if not chunks:
            return 0
        writes = _decided(connection, chunks, group)
        writes.flush(connection)
        group.step("written")
        reached("chunks.before_commit")
    reached("chunks.after_commit")
    return len(chunks)


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


def _decided(connection: psycopg.Connection, chunks: Sequence[ReadChunk], group: Group) -> WriteSet:
    batch = chunks[0].chunk.batch
    policy = batch.header.policy
    writes = WriteSet(new_row=lambda: group.rows.take(connection))
    organisation = senders(connection, {batch.header.sender}).get(batch.header.sender)
    needed, works = Needs(), []
    # Why subscribers are not told of each change, where they are to fetch the whole.
    cause = None
    if policy.notify == "snapshot":
        cause = cause_of(load_id(group.setting.hub_key, batch.id))
    for each in chunks:
        reading = replace(each.reading, cause=cause) if cause is not None else each.reading
        work = Work(reading, batch.row, 0, organisation)
        if each.reading.is_readable:
            prepare(work, group.setting, needed)
        works.append((each.chunk, work))
    state = load(connection, needed)
    group.step("loaded")
    outcomes = [_outcomes(chunk, work, state, group, writes) for chunk, work in works]
    group.step("decided")
    first = _first_refused(outcomes) if policy.accept == "all_or_nothing" else None
    if first is not None:
        outcomes = [[_undone(each, first) for each in of_chunk] for of_chunk in outcomes]
    if first is not None or policy.dry_run:
        writes = WriteSet(new_row=writes.new_row)  # what was decided is thrown away
        state = State()
    writes.chunks = [
        _answered(each.chunk, answers, state)
        for each, answers in zip(chunks, outcomes, strict=True)
    ]
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


def _answered(chunk: StoredChunk, outcomes: Sequence[Outcome], state: State) -> DecidedChunk:
    records, versions = [], []
    for outcome in outcomes:
        record = state.records.get(outcome.id) if outcome.id is not None else None
        if record is not None and record.row is not None and outcome.version is not None:
            records.append(record.row)
            versions.append(outcome.version)
    return DecidedChunk(chunk.batch.row, chunk.number, outcomes, records, versions)
