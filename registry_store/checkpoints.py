"""Checkpoints: the hub's signature under the head of the log, at intervals.

The chain of segments proves that nothing was altered *within* the log; whoever can write to the
database could still make a whole new chain. A checkpoint binds the head to the hub's key, which is not
in the database. The signature is HMAC-SHA-256 over position and segment hash.
"""

import hmac

import psycopg

from contracts.canonical import derived


def signature(hub_key: bytes, position: int, segment_hash: bytes) -> bytes:
    return derived(hub_key, "checkpoint", str(position), segment_hash.hex())


def is_signed(hub_key: bytes, position: int, segment_hash: bytes, signed: bytes) -> bool:
    return hmac.compare_digest(signature(hub_key, position, segment_hash), signed)


def make_checkpoint(connection: psycopg.Connection, hub_key: bytes, *, every_seconds: float) -> int:
    """Sign the head of the log, unless it is signed already or the last signature is younger than
    `every_seconds`. Returns how many were made: 0 or 1.
    """
    head = connection.execute(
        "SELECT first_position + count - 1, hash FROM segment ORDER BY first_position DESC LIMIT 1"
    ).fetchone()
    last = connection.execute(
        "SELECT position, extract(epoch FROM now() - made_at) FROM checkpoint ORDER BY position DESC LIMIT 1"
    ).fetchone()
    if head is None or (last is not None and (last[0] >= head[0] or last[1] < every_seconds)):
        return 0
    position, segment_hash = head[0], bytes(head[1])
    connection.execute(
        "INSERT INTO checkpoint (position, hash, signature) VALUES (%s, %s, %s)",
        (position, segment_hash, signature(hub_key, position, segment_hash)),
    )
    return 1
