"""The change log: changes, segments, checkpoints, epochs."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
)

from registry_store.tables.base import instant, metadata, now

#: The log. Append-only, partitioned by position; position order is commit order.
change = Table(
    "change",
    metadata,
    Column("position", BigInteger, nullable=False),
    Column("record", BigInteger, nullable=False),
    Column("version", Integer, nullable=False),
    Column("event", Text, nullable=False),
    Column("material", Boolean),
    Column("actor", Text, nullable=False),
    Column("principal", Text, nullable=False),
    Column("message", BigInteger, nullable=False),
    Column("item", Integer, nullable=False),
    Column("cause", Text),
    Column("recorded_at", instant, nullable=False),
    Column("valid_from", instant, nullable=False),
    Column("audience_before", Text),
    Column("audience_after", Text, nullable=False),
    Column("content_hash", LargeBinary, nullable=False),
    PrimaryKeyConstraint("position"),
    Index("change_of_record", "record", "version"),
    postgresql_partition_by="RANGE (position)",
)

#: One row per commit: the Merkle root over its changes, chained to the commit before.
segment = Table(
    "segment",
    metadata,
    Column("first_position", BigInteger, primary_key=True, autoincrement=False),
    Column("count", Integer, nullable=False),
    Column("recorded_at", instant, nullable=False),
    Column("root", LargeBinary, nullable=False),
    Column("previous_hash", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)

#: Signed statements of the latest segment hash, written by the clock and published.
checkpoint = Table(
    "checkpoint",
    metadata,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary, nullable=False),
    Column("signature", LargeBinary, nullable=False),
    Column("made_at", instant, nullable=False, server_default=now),
)

#: A new epoch starts after a restore or failover, so that a consumer that was ahead is told.
epoch = Table(
    "epoch",
    metadata,
    Column("epoch", Integer, primary_key=True, autoincrement=False),
    Column("reason", Text, nullable=False),
    Column("started_at", instant, nullable=False, server_default=now),
)
