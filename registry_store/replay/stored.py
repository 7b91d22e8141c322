"""Every stored record of a category, decided again by a version of it: how many fail, which, where, by which rule."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson
import psycopg

from contracts.categories import Catalogue, Category
from contracts.reasons import has_errors
from registry_store.conformance import Conformance
from registry_store.database import Database
from registry_store.replay.chunks import Chunk, Crew, chunks, join_moment, one_moment, over
from registry_store.replay.quick_check import QuickCheck
from registry_store.replay.tally import Tally

#: Records done, and how many there are.
Progress = Callable[[int, int], None]
_COUNTED = (
    "SELECT count(*), min(row), max(row) FROM record "
    "WHERE kind = 'asset' AND category = %s AND status <> 'deregistered'"
)
#: Both sides are bounded, so that both are read in the order of their keys.
_CONTENTS = (
    "COPY (SELECT r.id, v.content FROM record r "
    "JOIN record_version v ON v.record = r.row AND v.version = r.current_version "
    "WHERE r.kind = 'asset' AND r.category = %(name)s AND r.status <> 'deregistered' AND v.content IS NOT NULL "
    "AND r.row >= %(low)s AND r.row < %(high)s AND v.record >= %(low)s AND v.record < %(high)s) TO STDOUT"
)


@dataclass(frozen=True)
class _Worker:
    """What a process keeps between chunks."""

    connection: psycopg.Connection
    category: Category
    quick: QuickCheck
    conformance: Conformance


_worker: list[_Worker] = []


def replay_stored(
    url: str,
    category: Category,
    versions: tuple[Category, ...],
    *,
    workers: int,
    progress: Progress = lambda _done, _all: None,
) -> Tally:
    """`url`: of the runtime role. `versions`: those that are published. Live assets, as they are now; the erased
    ones are left out.
    """
    database = Database(url, pool_size=1)
    tally = Tally()
    try:
        with one_moment(database) as (connection, snapshot):
            row = connection.execute(_COUNTED, (category.name,)).fetchone()
            assert row is not None
            every, low, high = row
            parts = chunks(low, high)
            given = (url, snapshot, category, versions)
            for part in over(parts, _CREW, given, workers=workers):
                tally.add(part)
                progress(tally.records, every)
    finally:
        database.close()
    return tally


def _prepare(url: str, snapshot: str, category: Category, versions: tuple[Category, ...]) -> None:
    connection = Database(url, pool_size=1).dedicated()
    join_moment(connection, snapshot)
    quick, conformance = QuickCheck(category, versions), Conformance(Catalogue([category]))
    _worker.append(_Worker(connection, category, quick, conformance))


def _replay(chunk: Chunk) -> Tally:
    worker = _worker[-1]
    tally = Tally()
    said = {"name": worker.category.name, "low": chunk.low, "high": chunk.high}
    passes, cut = (
        worker.quick.passes,
        f',"category":"{worker.category.name}","category_version":"'.encode(),
    )
    with worker.connection.cursor().copy(_CONTENTS, said) as copy:
        for line in copy:
            id, _, text = bytes(line).partition(b"\t")
            version, attributes = _cut(text.replace(b"\\\\", b"\\") if b"\\" in text else text, cut)
            tally.records += 1
            tally.versions[version] = tally.versions.get(version, 0) + 1
            if not passes(attributes):
                _look_again(id.decode(), attributes, worker, tally)
    return tally


def _cut(text: bytes, cut: bytes) -> tuple[str, dict[str, Any]]:
    """Version and attributes of a content. Contents are canonical, their members in order: what stands between
    two of them is half the work of the whole. Where that is no JSON, the whole is read.
    """
    before, _, after = text.partition(cut)
    try:
        attributes = orjson.loads(before.partition(b'"attributes":')[2])
        return after.partition(b'"')[0].decode(), attributes
    except orjson.JSONDecodeError:
        content = orjson.loads(text)
        return content["category_version"], content["attributes"]


def _look_again(id: str, attributes: dict[str, Any], worker: _Worker, tally: Tally) -> None:
    _, reasons = worker.conformance.conform(worker.category, attributes)
    if has_errors(reasons):
        tally.fails(id, [reason for reason in reasons if reason.is_error])


def _release() -> None:
    _worker.pop().connection.close()


_CREW: Crew[Tally] = Crew(_prepare, _replay, _release)
