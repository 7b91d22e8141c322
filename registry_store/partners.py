"""Message partners: who may speak, for which organisation, on which lane."""

import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg.rows import class_row

from registry_store.genesis import HUB_PARTNER

_LANE_LOCK = 7_305_005
_SALT_BYTES = 4


@dataclass(frozen=True, slots=True)
class Partner:
    """`lane` is the number of its lane in each class."""

    slug: str
    organisation: str
    lane: int
    is_active: bool
    added_at: datetime


def new_secret() -> str:
    """256 random bits, as text. Shown once; only its hash is kept."""
    return secrets.token_urlsafe(32)


def secret_hash(secret: str, *, salt: bytes | None = None) -> bytes:
    """4 bytes of salt, then SHA-256 over salt and secret: RabbitMQ's own form of a password.

    A fast hash suffices for what nobody can guess, and in this form a new broker can be given the
    same users without anyone knowing their secrets.
    """
    salt = os.urandom(_SALT_BYTES) if salt is None else salt
    return salt + hashlib.sha256(salt + secret.encode()).digest()


def add_partner(
    connection: psycopg.Connection, *, slug: str, organisation: str, secret: str, lanes: int
) -> Partner | None:
    """A new partner on the lane with the fewest partners; None where the slug is taken."""
    connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LANE_LOCK,))
    with connection.cursor(row_factory=class_row(Partner)) as cursor:
        return cursor.execute(
            "INSERT INTO partner (slug, organisation, secret_hash, lane) SELECT %s, %s, %s, lane.number "
            "FROM generate_series(0, %s) AS lane (number) LEFT JOIN partner p "
            "ON p.lane = lane.number AND p.slug <> %s "
            "GROUP BY lane.number ORDER BY count(p.slug), lane.number LIMIT 1 "
            "ON CONFLICT (slug) DO NOTHING RETURNING slug, organisation, lane, is_active, added_at",
            (slug, organisation, secret_hash(secret), lanes - 1, HUB_PARTNER),
        ).fetchone()


def set_secret(connection: psycopg.Connection, *, slug: str, secret: str) -> bool:
    """Replace a partner's secret; False where there is no such partner."""
    return (
        connection.execute(
            "UPDATE partner SET secret_hash = %s WHERE slug = %s AND slug <> %s",
            (secret_hash(secret), slug, HUB_PARTNER),
        ).rowcount
        == 1
    )


def stored_hash(connection: psycopg.Connection, slug: str) -> bytes:
    """The hash of a partner's secret; empty for the hub's own partner, and where there is none."""
    row = connection.execute("SELECT secret_hash FROM partner WHERE slug = %s", (slug,)).fetchone()
    return bytes(row[0]) if row else b""


def partners(connection: psycopg.Connection) -> list[Partner]:
    with connection.cursor(row_factory=class_row(Partner)) as cursor:
        return cursor.execute(
            "SELECT slug, organisation, lane, is_active, added_at FROM partner ORDER BY slug"
        ).fetchall()


def partner(connection: psycopg.Connection, slug: str) -> Partner | None:
    with connection.cursor(row_factory=class_row(Partner)) as cursor:
        return cursor.execute(
            "SELECT slug, organisation, lane, is_active, added_at FROM partner WHERE slug = %s",
            (slug,),
        ).fetchone()


def authenticated(connection: psycopg.Connection, *, slug: str, secret: str) -> Partner | None:
    """The active partner whose secret this is. An unknown slug costs the same comparison.

    The hub's own partner has an empty hash, which no secret has.
    """
    stored = stored_hash(connection, slug)
    if not hmac.compare_digest(stored, secret_hash(secret, salt=stored[:_SALT_BYTES])):
        return None
    found = partner(connection, slug)
    return found if found is not None and found.is_active else None
