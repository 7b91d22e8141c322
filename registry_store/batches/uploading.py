"""Uploading: a file comes in parts, each committed when it is there, and is whole when all of them are.

Opening is repeatable: the same file announced again (same header, digest included) while its upload or
its batch is under way is that batch, so whoever was interrupted begins again and goes on where it was.
"""

import hashlib
import os
from collections.abc import Sequence
from enum import Enum
from typing import NamedTuple

import orjson
import psycopg

from contracts.batches import BatchHeader
from contracts.identifiers import public_id
from registry_store.batches.packing import packed, unpacked
from registry_store.writing import RowBlocks

#: Parts of a file at most.
MOST_PARTS = 10_000
#: An upload that was not begun to be decided is forgotten after so long without a part; one whose first rows are
#: decided already stands before its partner's other files, and is cancelled sooner.
KEEP_HOURS = 24
STALLED_MINUTES = 15

_OPENING_LOCK = 7_305_011
_ID_BYTES = 8


class UploadRefused(Enum):
    """Why a door turns an upload or a part of it away. The value is the stable code of the answer."""

    too_many_open = "uploads_open"
    unknown = "batch_unknown"
    not_receiving = "batch_not_receiving"
    part_differs = "part_differs"
    too_large = "batch_too_large"
    digest_differs = "digest_differs"
    parts_missing = "parts_missing"
    reused = "message_id_reused"


class Bounds(NamedTuple):
    """`file_bytes` of a file at most; `open_uploads` of one partner."""

    file_bytes: int = 4 * 1024 * 1024 * 1024
    open_uploads: int = 10


class Upload(NamedTuple):
    """A batch as its uploader knows it. `is_new`: it was not there before this call."""

    row: int
    id: str
    is_whole: bool
    is_new: bool


class Part(NamedTuple):
    """One part that is there."""

    number: int
    size_bytes: int
    sha256: bytes


def open_upload(
    connection: psycopg.Connection, header: BatchHeader, bounds: Bounds
) -> Upload | UploadRefused:
    """Begin an upload, or find the one of the same file that was begun.

    Rows are drawn under the partner's lock, so that a partner's batches run in the order in which they were
    opened. An upload of the same message id that never became whole gives way to the new one.
    """
    connection.execute(
        "SELECT pg_advisory_xact_lock(%s, hashtext(%s))", (_OPENING_LOCK, header.sender)
    )
    said = orjson.dumps(header.model_dump(mode="json")).decode()
    if header.sha256 is not None:
        same = connection.execute(
            "SELECT row, id, is_whole FROM batch WHERE sender = %s AND header = %s::jsonb AND wish <> 'cancel' "
            "AND status NOT IN ('done', 'cancelled', 'failed') ORDER BY row DESC LIMIT 1",
            (header.sender, said),
        ).fetchone()
        if same is not None:
            return Upload(same[0], same[1], is_whole=same[2], is_new=False)
    if header.message_id:
        _give_way(connection, header)
    if _open_count(connection, header.sender) >= bounds.open_uploads:
        return UploadRefused.too_many_open
    if header.size_bytes is not None and header.size_bytes > bounds.file_bytes:
        return UploadRefused.too_large
    row = RowBlocks().take(connection)
    id = public_id("batch", int.from_bytes(os.urandom(_ID_BYTES), "big") >> 4)
    connection.execute(
        "INSERT INTO batch (row, id, sender, message_id, header, status) VALUES (%s, %s, %s, %s, %s, 'receiving')",
        (row, id, header.sender, header.message_id, said),
    )
    return Upload(row, id, is_whole=False, is_new=True)


def upload_of(connection: psycopg.Connection, *, id: str, sender: str) -> Upload | None:
    """An own batch, whole or not."""
    found = connection.execute(
        "SELECT row, id, is_whole FROM batch WHERE id = %s AND sender = %s", (id, sender)
    ).fetchone()
    return Upload(found[0], found[1], is_whole=found[2], is_new=False) if found else None


def put_part(
    connection: psycopg.Connection, row: int, number: int, body: bytes, bounds: Bounds
) -> Part | UploadRefused:
    """Keep one part, at most PART_BYTES of it. The same part again changes nothing."""
    part = Part(number, len(body), hashlib.sha256(body).digest())
    state = connection.execute(
        "SELECT size_bytes, NOT is_whole AND wish <> 'cancel' AND status NOT IN ('done', 'cancelled', 'failed') "
        "FROM batch WHERE row = %s FOR UPDATE",
        (row,),
    ).fetchone()
    if state is None:
        return UploadRefused.unknown
    there = connection.execute(
        "SELECT sha256 FROM batch_part WHERE batch = %s AND number = %s", (row, number)
    ).fetchone()
    if there is not None:
        return part if bytes(there[0]) == part.sha256 else UploadRefused.part_differs
    size_bytes, is_open = state
    if not is_open:
        return UploadRefused.not_receiving
    if size_bytes + part.size_bytes > bounds.file_bytes or number > MOST_PARTS:
        return UploadRefused.too_large
    connection.execute(
        "INSERT INTO batch_part (batch, number, size_bytes, sha256, body) VALUES (%b, %b, %b, %b, %b)",
        (row, number, part.size_bytes, part.sha256, packed(body)),
    )
    connection.execute(
        "UPDATE batch SET size_bytes = size_bytes + %s WHERE row = %s", (part.size_bytes, row)
    )
    return part


def parts_of(connection: psycopg.Connection, row: int) -> list[Part]:
    """What is there, by number."""
    rows = connection.execute(
        "SELECT number, size_bytes, sha256 FROM batch_part WHERE batch = %s ORDER BY number", (row,)
    )
    return [Part(number, size, bytes(sha256)) for number, size, sha256 in rows]


def are_complete(parts: Sequence[Part]) -> bool:
    """Whether the numbers run from 1 without a gap."""
    return bool(parts) and [part.number for part in parts] == list(range(1, len(parts) + 1))


def digest_of(connection: psycopg.Connection, row: int, parts: Sequence[Part]) -> bytes:
    """SHA-256 of all parts in order, one of them in memory at a time."""
    digest = hashlib.sha256()
    for part in parts:
        found = connection.execute(
            "SELECT body FROM batch_part WHERE batch = %s AND number = %s",
            (row, part.number),
            binary=True,
        ).fetchone()
        assert found is not None
        digest.update(unpacked(found[0]))
    return digest.digest()


def make_whole(connection: psycopg.Connection, row: int, sha256: bytes) -> UploadRefused | None:
    """All bytes are there: the batch waits for its turn, or goes on if its first rows are decided already.

    What was announced with another digest is cancelled: nobody can say which of the two was meant.
    """
    found = connection.execute(
        "SELECT is_whole, sha256, header->>'sha256', status FROM batch WHERE row = %s FOR UPDATE",
        (row,),
    ).fetchone()
    if found is None:
        return UploadRefused.unknown
    is_whole, known, announced, status = found
    if is_whole:
        return None if bytes(known) == sha256 else UploadRefused.digest_differs
    if status in ("done", "cancelled", "failed"):
        return UploadRefused.not_receiving
    if announced is not None and announced != sha256.hex():
        abandon(connection, row, "what came is not what its digest announced")
        return UploadRefused.digest_differs
    connection.execute(
        "UPDATE batch SET is_whole = true, sha256 = %s, "
        "status = CASE status WHEN 'receiving' THEN 'waiting' ELSE status END WHERE row = %s",
        (sha256, row),
    )
    return None


def abandon(connection: psycopg.Connection, row: int, cause: str) -> None:
    """End an upload that will not become whole. Where rows of it are decided, the splitter ends it."""
    ended = connection.execute(
        "UPDATE batch SET status = 'cancelled', wish = 'cancel', cause = %s, finished_at = now() "
        "WHERE row = %s AND status = 'receiving' RETURNING 1",
        (cause, row),
    ).fetchone()
    if ended is not None:
        connection.execute("DELETE FROM batch_part WHERE batch = %s", (row,))
        return
    connection.execute(
        "UPDATE batch SET wish = 'cancel', cause = coalesce(cause, %s) WHERE row = %s AND NOT is_whole "
        "AND status NOT IN ('done', 'cancelled', 'failed')",
        (cause, row),
    )


def forget_uploads(connection: psycopg.Connection) -> int:
    """Abandon the uploads that nobody went on with; returns how many."""
    silent = connection.execute(
        "SELECT b.row FROM batch b WHERE b.status NOT IN ('done', 'cancelled', 'failed') AND NOT b.is_whole "
        "AND b.wish <> 'cancel' AND greatest(b.received_at, (SELECT max(p.received_at) FROM batch_part p "
        "WHERE p.batch = b.row)) < now() - CASE b.status WHEN 'receiving' THEN make_interval(hours => %s) "
        "ELSE make_interval(mins => %s) END",
        (KEEP_HOURS, STALLED_MINUTES),
    ).fetchall()
    for (row,) in silent:
        with connection.transaction():
            abandon(connection, row, "its upload was never finished")
    return len(silent)


def _give_way(connection: psycopg.Connection, header: BatchHeader) -> None:
    earlier = connection.execute(
        "SELECT row FROM batch WHERE sender = %s AND message_id = %s AND NOT is_whole "
        "AND status NOT IN ('done', 'cancelled', 'failed')",
        (header.sender, header.message_id),
    ).fetchall()
    for (row,) in earlier:
        abandon(connection, row, "sent anew under the same message id")


def _open_count(connection: psycopg.Connection, sender: str) -> int:
    found = connection.execute(
        "SELECT count(*) FROM batch WHERE sender = %s AND NOT is_whole "
        "AND status NOT IN ('done', 'cancelled', 'failed')",
        (sender,),
    ).fetchone()
    return found[0] if found else 0
