"""Batches: files on their way through the hub."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from registry_store.tables.base import instant, metadata, now

#: One file. `row` is its row in `message` too, once it has its receipt: changes refer to it from the first
#: excerpt on. `message_id` is empty until it is known; `run` counts as in `message`. `header`: what the door said
#: (contracts.batches.BatchHeader). `head`: what its adapter read before the first row. `wish`: run, pause or
#: cancel. `is_whole`: its bytes are all there, and are what was announced. `rows`: known when it is cut to its end.
#: The order of `row` is the order in which batches of one partner run.
batch = Table(
    "batch",
    metadata,
    Column("row", BigInteger, primary_key=True, autoincrement=False),
    Column("id", Text, nullable=False),
    Column("sender", Text, nullable=False),
    Column("message_id", Text, nullable=False, server_default=text("''")),
    Column("run", Integer, nullable=False, server_default=text("0")),
    Column("header", JSONB, nullable=False),
    Column("head", JSONB),
    Column("status", Text, nullable=False),
    Column("wish", Text, nullable=False, server_default=text("'run'")),
    Column("is_whole", Boolean, nullable=False, server_default=text("false")),
    Column("sha256", LargeBinary),
    Column("size_bytes", BigInteger, nullable=False, server_default=text("0")),
    Column("rows", Integer),
    Column("reasons", JSONB, nullable=False, server_default=text("'[]'")),
    Column("cause", Text),
    Column("received_at", instant, nullable=False, server_default=now),
    Column("started_at", instant),
    Column("finished_at", instant),
    UniqueConstraint("id", name="batch_id_once"),
    Index("batch_of_sender", "sender", "message_id"),
    #: What the splitter looks at, many times a second.
    Index(
        "batch_open",
        "row",
        postgresql_where=text("status NOT IN ('done', 'cancelled', 'failed')"),
    ),
)

#: The bytes of a file as they came, in parts of at most 4 MiB, numbered from 1; kept by retention. `size_bytes` and
#: `sha256` are of the part as it came, `body` stands packed (registry_store.batches.packing), as in batch_chunk.
batch_part = Table(
    "batch_part",
    metadata,
    Column("batch", BigInteger, nullable=False),
    Column("number", Integer, nullable=False),
    Column("size_bytes", Integer, nullable=False),
    Column("sha256", LargeBinary, nullable=False),
    Column("received_at", instant, nullable=False, server_default=now),
    Column("body", LargeBinary, nullable=False),
    PrimaryKeyConstraint("batch", "number"),
)

#: An excerpt of a file, numbered from 1. `first_item`: items before it, plus one. `body` and `said`
#: (adapters.cutting.Excerpt) are gone once it is decided: the file can be cut again. `outcomes`: JSON array of
#: its items' outcomes, compressed with zstd; written in the transaction that decides it, which is what makes it
#: happen once. `records` and `versions`: what its items came to, for those that have a record. `named`: where the batch
#: reconciles, what its refused items name assets by (registry_store.rules.stated_names), as [scheme, value, party].
batch_chunk = Table(
    "batch_chunk",
    metadata,
    Column("batch", BigInteger, nullable=False),
    Column("number", Integer, nullable=False),
    Column("first_item", Integer, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("said", JSONB),
    Column("body", LargeBinary),
    Column("decided_at", instant),
    Column("accepted", Integer, nullable=False, server_default=text("0")),
    Column("rejected", Integer, nullable=False, server_default=text("0")),
    Column("unchanged", Integer, nullable=False, server_default=text("0")),
    Column("superseded", Integer, nullable=False, server_default=text("0")),
    Column("scheduled", Integer, nullable=False, server_default=text("0")),
    Column("warnings", Integer, nullable=False, server_default=text("0")),
    #: Rule key -> how often, errors and warnings.
    Column("by_rule", JSONB, nullable=False, server_default=text("'{}'")),
    Column("outcomes", LargeBinary),
    Column("records", ARRAY(BigInteger)),
    Column("versions", ARRAY(Integer)),
    Column("named", JSONB),
    PrimaryKeyConstraint("batch", "number"),
)

#: What a batch that reconciles found in the register, and no row of the file came to. Reported; ended by its sender's
#: own command alone, but for what a row names that was refused (`is_named`). `version`: the newest when it was found.
batch_missing = Table(
    "batch_missing",
    metadata,
    Column("batch", BigInteger, nullable=False),
    Column("record", BigInteger, nullable=False),
    Column("version", Integer, nullable=False),
    Column("is_named", Boolean, nullable=False, server_default=text("false")),
    PrimaryKeyConstraint("batch", "record"),
)
