"""Files sent again: what is known of a message id, and what a batch under it amounts to.

Source: DESIGN.md section 4 (idempotency).
"""

from typing import Any, Literal, NamedTuple

import orjson
import psycopg

from contracts.batches import BatchHeader, Policy

#: `reused`: the id was used for other content (MSG-05). `underway`: a batch of this content is open.
#: `answered`: the first receipt is the answer. `again`: it is to run once more, as a later run.
Standing = Literal["reused", "underway", "answered", "again"]


class KnownBatch(NamedTuple):
    """What is known under a message id. `row`, `run`: of the latest message, or of the open batch; `batch`: its
    public id, None where it was a single message; `receipt`: canonical JSON, where there is one.
    """

    standing: Standing
    row: int
    run: int
    batch: str | None
    receipt: bytes | None


def known_batch(
    connection: psycopg.Connection,
    sender: str,
    message_id: str,
    sha256: bytes,
    *,
    policy: Policy | None = None,
    before_row: int | None = None,
) -> KnownBatch | None:
    """None where nothing is known: the batch is the first under its id. `sha256`: of the bytes as they came.

    A batch that failed or was cancelled, or that was taken under another policy, runs again; one that was tried
    without being kept (dry run) does not count. `before_row`: only batches before this one, which asks.
    """
    wanted = policy or Policy()
    if wanted.dry_run:
        return None
    found = _open(connection, sender, message_id, sha256, before_row)
    return found or _answered(connection, sender, message_id, sha256, wanted)


def touched_since(connection: psycopg.Connection, row: int) -> bool:
    """Whether any record that came of a batch has changed after it. A second at most for 200,000 rows."""
    found = connection.execute(
        "SELECT 1 FROM (SELECT record, max(version) AS version FROM batch_chunk c, "
        "unnest(c.records, c.versions) AS came (record, version) WHERE c.batch = %s GROUP BY record) AS came "
        "JOIN record r ON r.row = came.record WHERE r.version > came.version LIMIT 1",
        (row,),
    ).fetchone()
    return found is not None


def _open(
    connection: psycopg.Connection,
    sender: str,
    message_id: str,
    sha256: bytes,
    before_row: int | None,
) -> KnownBatch | None:
    found = connection.execute(
        "SELECT row, run, id, coalesce(sha256, decode(header->>'sha256', 'hex')) FROM batch "
        "WHERE sender = %s AND message_id = %s AND status NOT IN ('done', 'cancelled', 'failed') "
        "AND wish <> 'cancel' AND NOT coalesce((header->'policy'->>'dry_run')::boolean, false) "
        "AND (%s::bigint IS NULL OR row < %s) ORDER BY row LIMIT 1",
        (sender, message_id, before_row, before_row),
    ).fetchone()
    if found is None:
        return None
    row, run, id, digest = found
    is_other = digest is not None and bytes(digest) != sha256
    return KnownBatch("reused" if is_other else "underway", row, run, id, None)


def _answered(
    connection: psycopg.Connection, sender: str, message_id: str, sha256: bytes, wanted: Policy
) -> KnownBatch | None:
    found = connection.execute(
        "SELECT m.row, m.run, m.receipt, b.id, b.status, b.header FROM message m LEFT JOIN batch b ON b.row = m.row "
        "WHERE m.sender = %s AND m.message_id = %s ORDER BY m.run DESC LIMIT 1",
        (sender, message_id),
    ).fetchone()
    if found is None:
        return None
    row, run, receipt, id, status, header = found
    known = KnownBatch("again", row, run, id, receipt.encode())
    if orjson.loads(receipt)["payload_sha256"] != sha256.hex():
        return known._replace(standing="reused")
    if id is None or status != "done" or not _is_same(header, wanted):
        return known
    return known if touched_since(connection, row) else known._replace(standing="answered")


def _is_same(header: dict[str, Any], wanted: Policy) -> bool:
    return BatchHeader.model_validate(header).policy == wanted
