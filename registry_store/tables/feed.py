"""Ways out: subscriptions and bundles."""

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from registry_store.tables.base import instant, metadata, now

#: Who is told what, how. `position`: the last change of the log that was cut. `principal`: who looks,
#: as of that position (roles and areas), so that a cut is the same whenever it is made.
#: `state`: starting (its snapshot is still to be taken) | active | paused | closed (by its target or its
#: owner: nothing more is sent) | ended (its organisation is not active: what was cut is still sent).
#: `epoch`: in which it began. Rows are rewritten at every cut: room in the page keeps that cheap.
subscription = Table(
    "subscription",
    metadata,
    Column("id", Text, primary_key=True),
    Column("partner", Text, nullable=False),
    Column("organisation", Text, nullable=False),
    Column("filter", JSONB, nullable=False),
    Column("filter_version", Integer, nullable=False, server_default=text("1")),
    Column("way", Text, nullable=False),
    Column("target", JSONB, nullable=False, server_default=text("'{}'")),
    Column("format", Text, nullable=False, server_default=text("'json'")),
    Column("state", Text, nullable=False, server_default=text("'active'")),
    Column("principal", JSONB, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("next_sequence", BigInteger, nullable=False, server_default=text("1")),
    Column("created_at", instant, nullable=False, server_default=now),
    postgresql_with={"fillfactor": 50},
)

#: Bundles: cut in one transaction, delivered, marked delivered in a second. A retry sends the same
#: bytes; push, pull and replay read the same rows.
bundle = Table(
    "bundle",
    metadata,
    Column("subscription", Text, nullable=False),
    Column("first_sequence", BigInteger, nullable=False),
    Column("count", Integer, nullable=False),
    Column("from_position", BigInteger, nullable=False),
    Column("to_position", BigInteger, nullable=False),
    Column("filter_version", Integer, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("content", Text, nullable=False),
    Column("cut_at", instant, nullable=False, server_default=now),
    Column("delivered_at", instant),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("next_attempt_at", instant, nullable=False, server_default=now),
    Column("last_error", Text),
    PrimaryKeyConstraint("subscription", "first_sequence"),
    Index(
        "bundle_undelivered",
        "subscription",
        "first_sequence",
        postgresql_where=text("delivered_at IS NULL"),
    ),
)
