"""Partners and processes."""

from sqlalchemy import Boolean, Column, LargeBinary, SmallInteger, Table, Text, text

from registry_store.tables.base import instant, metadata, now

#: Message partners: one organisation, one secret (SHA-256 of 256 random bits), one lane per class.
partner = Table(
    "partner",
    metadata,
    Column("slug", Text, primary_key=True),
    Column("organisation", Text, nullable=False),
    Column("secret_hash", LargeBinary, nullable=False),
    Column("lane", SmallInteger, nullable=False),
    Column("is_active", Boolean, nullable=False, server_default=text("true")),
    Column("added_at", instant, nullable=False, server_default=now),
)

#: Live processes, by heartbeat: lanes and subscriptions are shared among them by rendezvous hash.
#: `problem`: what keeps a process that lives from doing its work (broker away ...); NULL: ready.
process = Table(
    "process",
    metadata,
    Column("id", Text, primary_key=True),
    Column("role", Text, nullable=False),
    Column("started_at", instant, nullable=False, server_default=now),
    Column("heartbeat_at", instant, nullable=False, server_default=now),
    Column("problem", Text),
)
