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


#: How much of the log is read rather than the records looked up: changes per record of the batch, and in any case.
_LOG_PER_RECORD, _LOG_ALWAYS = 3, 100_000
_CAME = "(SELECT unnest(records) AS record, unnest(versions) AS version FROM batch_chunk WHERE batch = %s) AS came"
#: A version that another message made after one of the batch's own.
_BY_THE_LOG = (
    f"SELECT 1 FROM {_CAME} JOIN change c ON c.record = came.record AND c.version > came.version "  # noqa: S608 - constant
    "WHERE c.position > %s AND c.message <> %s LIMIT 1"
)
_BY_THE_RECORD = (
    f"SELECT 1 FROM (SELECT record, max(version) AS version FROM {_CAME} GROUP BY record) AS latest "  # noqa: S608 - constant
    "JOIN record r ON r.row = latest.record WHERE r.version > latest.version LIMIT 1"
)


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
    """Whether any record that came of a batch has changed after it, by another message.

    By the log since the batch began, where that is not much longer than the batch; else record by record.
    """
    found = connection.execute(
        "SELECT (b.head->>'log_position')::bigint, "
        "(SELECT first_position + count - 1 FROM segment ORDER BY first_position DESC LIMIT 1), "
        "(SELECT sum(cardinality(records)) FROM batch_chunk WHERE batch = b.row) FROM batch b WHERE b.row = %s",
        (row,),
    ).fetchone()
    began, head, records = found or (None, None, None)
    if not records or head is None:
        return False
    is_recent = began is not None and head - began < _LOG_PER_RECORD * records + _LOG_ALWAYS
    query, values = (_BY_THE_LOG, (row, began, row)) if is_recent else (_BY_THE_RECORD, (row,))
    return connection.execute(query, values).fetchone() is not None


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
