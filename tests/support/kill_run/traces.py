"""What a run leaves behind, as files of lines: two runs of one load leave the same, but for times and salts."""

import itertools
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import psycopg

from registry_store.database import Database
from router.batch_doors.by_http import HttpDoor
from tests.support.patient_partners import timeless

_VERSIONS = """
    SELECT r.id, v.version, r.current_version, r.status, c.event, c.material, c.actor, c.principal, c.item, c.cause,
           coalesce(b.message_id, m.message_id), c.audience_before, c.audience_after, v.content
    FROM record r JOIN record_version v ON v.record = r.row
    JOIN change c ON c.record = v.record AND c.version = v.version
    LEFT JOIN message m ON m.row = c.message LEFT JOIN batch b ON b.row = c.message ORDER BY r.id, v.version
"""
_KEYS = """
    SELECT k.scheme, k.value, k.rank, r.id, k.revision FROM record_key k JOIN record r ON r.row = k.record
    UNION ALL SELECT f.party, f.ref, NULL, r.id, NULL FROM record_ref f JOIN record r ON r.row = f.record
    ORDER BY 1, 2, 3
"""
#: What is on its way: nothing of it may be left.
_IN_FLIGHT = {
    "chunks that are not decided": "SELECT number FROM batch_chunk WHERE decided_at IS NULL OR body IS NOT NULL",
    "batches that have not ended": "SELECT id, status, cause FROM batch WHERE status <> 'done'",
    "bundles that are not delivered": "SELECT first_sequence, last_error FROM bundle WHERE delivered_at IS NULL",
    "receipts that are due": "SELECT message, last_error FROM receipt_due",
    "messages that are counted": "SELECT sender, message_id, attempts FROM delivery_attempt",
    "dead letters": "SELECT lane, sender, message_id, cause, detail FROM dead_letter",
    "submissions that are not answered": "SELECT sender, message_id FROM submission s WHERE NOT EXISTS "
    "(SELECT FROM message m WHERE m.sender = s.sender AND m.message_id = s.message_id)",
}


def in_flight(database: Database) -> dict[str, list[Any]]:
    with database.reading() as connection:
        found = {name: connection.execute(query).fetchall() for name, query in _IN_FLIGHT.items()}
    return {name: rows for name, rows in found.items() if rows}


def write_outcomes(folder: Path, door: HttpDoor, batch: str) -> None:
    """As its sender fetches them: in the layout of the file, and as a list."""
    for format, name in (("same", "outcomes.csv"), ("jsonl", "outcomes.jsonl")):
        with (folder / name).open("wb") as file:
            file.writelines(door.outcomes(batch, format=format, only=None).pieces)  # type: ignore[arg-type]


def write_registry(folder: Path, database: Database) -> None:
    """Versions with the changes that made them, keys and references, and every receipt."""
    with database.reading() as connection:
        # A database that was killed has no statistics yet: it would take a million rows for a few.
        connection.execute("SET LOCAL enable_nestloop = off")
        _write(folder / "versions.jsonl", (_version(*row) for row in _rows(connection, _VERSIONS)))
        _write(folder / "keys.jsonl", _rows(connection, _KEYS))
        receipts = "SELECT sender, message_id, status, receipt FROM message ORDER BY 1, 2, run"
        _write(folder / "receipts.jsonl", (_receipt(*row) for row in _rows(connection, receipts)))


def write_sent_receipts(folder: Path, sent: Iterable[tuple[str, str | None, str, bytes]]) -> None:
    """(partner, message id, media type, body) from the partners' queues, in the sender's own format: some come
    twice, and then alike.
    """
    found = {(slug, id, _receipt_body(media_type, body)) for slug, id, media_type, body in sent}
    _write(folder / "sent-receipts.jsonl", sorted(found))


def _receipt_body(media_type: str, body: bytes) -> str:
    if not media_type.endswith("json"):
        return body.decode()
    return json.dumps(lasting(json.loads(body)["data"]), sort_keys=True)


def differences(one: Path, other: Path) -> list[str]:
    """The first line of each file that is not the same in both folders."""
    names = sorted({file.name for folder in (one, other) for file in folder.iterdir()})
    return [text for name in names if (text := _difference(one / name, other / name))]


def _difference(one: Path, other: Path) -> str:
    if not (one.exists() and other.exists()):
        return f"{one.name}: {one if one.exists() else other} alone"
    with one.open("rb") as left, other.open("rb") as right:
        for number, (a, b) in enumerate(itertools.zip_longest(left, right), 1):
            if a != b:
                return f"{one.name} line {number}:\n  {a!r}\n  {b!r}"
    return ""


def lasting(receipt: dict[str, Any]) -> dict[str, Any]:
    """A receipt without its times; batches have ids that are drawn."""
    kept: dict[str, Any] = timeless({n: v for n, v in receipt.items() if n != "batch"})
    return kept


def _version(*row: Any) -> list[Any]:
    *said, content = row
    return [*said, timeless(json.loads(content))]


def _receipt(sender: str, message_id: str, status: str, receipt: str) -> list[Any]:
    return [sender, message_id, status, lasting(json.loads(receipt))]


def _rows(connection: psycopg.Connection, query: str) -> Iterator[tuple[Any, ...]]:
    with connection.cursor(name="traces") as cursor:
        cursor.itersize = 5_000
        cursor.execute(query)
        yield from cursor


def _write(file: Path, lines: Iterable[Any]) -> None:
    with file.open("w") as sink:
        sink.writelines(json.dumps(line, sort_keys=True) + "\n" for line in lines)
