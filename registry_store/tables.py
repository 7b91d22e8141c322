"""The tables of the registry, each with its reason.

Foreign keys are left out on the write path (a check costs more than the insert it guards, and rows
are only ever written together in one transaction); `hub audit verify` checks what they would.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData()
_instant = DateTime(timezone=True)
_now = text("now()")

#: Internal keys are drawn in blocks by each writer (hi/lo), so that COPY needs no round trip.
KEY_BLOCK = 1_000

# --- records -----------------------------------------------------------------------------------

#: The anchor: one row per record, the row that is locked. `version` is the newest version number
#: (what `expected_version` is compared with), `current_version` the one that is true now; they differ
#: after a correction of the past. The typed columns are what snapshots and queries filter by.
record = Table(
    "record",
    metadata,
    Column("row", BigInteger, primary_key=True, autoincrement=False),
    Column("id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("current_version", Integer, nullable=False),
    Column("status", Text, nullable=False),
    Column("category", Text),
    Column("gsp_group", Text),
    Column("network_area", Text),
    #: Row of the FSP's organisation: its own assets, and the roles that are in use.
    Column("fsp", BigInteger),
    Index("record_of_fsp", "fsp", postgresql_where=text("fsp IS NOT NULL")),
    UniqueConstraint("id", name="record_id_once"),
)

#: Versions, append-only: what was stated to be true from `valid_from` on. Where a slice ends follows
#: from the next one, and when it was recorded stands in `change` (once). See the view `record_slice`.
#: Content and salt are NULL after an erasure; the log still verifies.
record_version = Table(
    "record_version",
    metadata,
    Column("record", BigInteger, nullable=False),
    Column("version", Integer, nullable=False),
    Column("valid_from", _instant, nullable=False),
    Column("content", Text),
    Column("salt", LargeBinary),
    PrimaryKeyConstraint("record", "version"),
)

#: Keys that live records are found by. Strong keys have rank 0, so that there is one holder; a weak
#: key's next holder takes the next rank, so that two racing registrations collide and look again.
#: `revision` (scheme `source`): the newest revision that the source stated for this line.
record_key = Table(
    "record_key",
    metadata,
    Column("scheme", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("rank", SmallInteger, nullable=False),
    Column("record", BigInteger, nullable=False),
    Column("revision", Text),
    PrimaryKeyConstraint("scheme", "value", "rank", name="record_key_once"),
)

#: Senders' own references to records.
record_ref = Table(
    "record_ref",
    metadata,
    Column("party", Text, nullable=False),
    Column("ref", Text, nullable=False),
    Column("record", BigInteger, nullable=False),
    PrimaryKeyConstraint("party", "ref", name="record_ref_once"),
)

# --- the change log ----------------------------------------------------------------------------

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
    Column("recorded_at", _instant, nullable=False),
    Column("valid_from", _instant, nullable=False),
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
    Column("recorded_at", _instant, nullable=False),
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
    Column("made_at", _instant, nullable=False, server_default=_now),
)

#: A new epoch starts after a restore or failover, so that a consumer that was ahead is told.
epoch = Table(
    "epoch",
    metadata,
    Column("epoch", Integer, primary_key=True, autoincrement=False),
    Column("reason", Text, nullable=False),
    Column("started_at", _instant, nullable=False, server_default=_now),
)

# --- messages ----------------------------------------------------------------------------------

#: Every message answered, for ever: (sender, message id) is unique, the receipt stands here.
#: `run` counts the runs of a file sent again after later changes to its records (0: the first).
#: `position`: the head of the log when it was committed.
message = Table(
    "message",
    metadata,
    Column("row", BigInteger, primary_key=True, autoincrement=False),
    Column("sender", Text, nullable=False),
    Column("message_id", Text, nullable=False),
    Column("run", SmallInteger, nullable=False, server_default=text("0")),
    Column("content_hash", LargeBinary, nullable=False),
    Column("received_at", _instant, nullable=False),
    Column("door", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("receipt", Text, nullable=False),
    Column("body", BigInteger),
    UniqueConstraint("sender", "message_id", "run", name="message_once"),
)

#: Archived bodies, unparseable ones included; kept by retention. The HTTP door writes them first and
#: sends a reference through the lane.
message_body = Table(
    "message_body",
    metadata,
    Column("row", BigInteger, primary_key=True, autoincrement=False),
    Column("stored_at", _instant, nullable=False, server_default=_now),
    Column("body", LargeBinary, nullable=False),
)

#: Messages that came by HTTP and are on their way, so that whoever asks for a receipt too early is told
#: so. Not the message itself: that is unique on (sender, message id) and stands when it is decided.
submission = Table(
    "submission",
    metadata,
    Column("sender", Text, nullable=False),
    Column("message_id", Text, nullable=False),
    Column("submitted_at", _instant, nullable=False, server_default=_now),
    PrimaryKeyConstraint("sender", "message_id"),
    Index("submission_age", "submitted_at"),
)

#: Receipts that could not be published in line (queue full or gone): left to the relay.
receipt_due = Table(
    "receipt_due",
    metadata,
    Column("message", BigInteger, primary_key=True, autoincrement=False),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("next_attempt_at", _instant, nullable=False, server_default=_now),
    Column("last_error", Text),
)

#: Commands dated in the future, decided at their hour by the clock.
scheduled_command = Table(
    "scheduled_command",
    metadata,
    Column("row", BigInteger, primary_key=True, autoincrement=False),
    Column("due_at", _instant, nullable=False),
    Column("message", BigInteger, nullable=False),
    Column("sender", Text, nullable=False),
    Column("on_behalf_of", Text),
    Column("item", Integer, nullable=False),
    Column("place", Text, nullable=False),
    Column("command", Text, nullable=False),
    Column("payload", Text, nullable=False),
    Column("outcome", Text),
    Column("decided_at", _instant),
    Index("scheduled_command_due", "due_at", postgresql_where=text("decided_at IS NULL")),
)

#: Deliveries that were seen before a crash, counted, so that a poisonous one is found.
delivery_attempt = Table(
    "delivery_attempt",
    metadata,
    Column("sender", Text, nullable=False),
    Column("message_id", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("last_at", _instant, nullable=False, server_default=_now),
    PrimaryKeyConstraint("sender", "message_id"),
)

#: What could not be processed: body, cause, partner. Findable and redrivable.
dead_letter = Table(
    "dead_letter",
    metadata,
    Column("row", BigInteger, Identity(always=False), primary_key=True),
    Column("lane", Text, nullable=False),
    Column("sender", Text),
    Column("message_id", Text),
    Column("media_type", Text),
    Column("headers", JSONB, nullable=False, server_default=text("'{}'")),
    Column("body", LargeBinary, nullable=False),
    Column("cause", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("died_at", _instant, nullable=False, server_default=_now),
    Column("redriven_at", _instant),
)

# --- partners and processes --------------------------------------------------------------------

#: Message partners: one organisation, one secret (SHA-256 of 256 random bits), one lane per class.
partner = Table(
    "partner",
    metadata,
    Column("slug", Text, primary_key=True),
    Column("organisation", Text, nullable=False),
    Column("secret_hash", LargeBinary, nullable=False),
    Column("lane", SmallInteger, nullable=False),
    Column("is_active", Boolean, nullable=False, server_default=text("true")),
    Column("added_at", _instant, nullable=False, server_default=_now),
)

#: Live processes, by heartbeat: lanes and subscriptions are shared among them by rendezvous hash.
#: `problem`: what keeps a process that lives from doing its work (broker away ...); NULL: ready.
process = Table(
    "process",
    metadata,
    Column("id", Text, primary_key=True),
    Column("role", Text, nullable=False),
    Column("started_at", _instant, nullable=False, server_default=_now),
    Column("heartbeat_at", _instant, nullable=False, server_default=_now),
    Column("problem", Text),
)

# --- ways out ----------------------------------------------------------------------------------

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
    Column("created_at", _instant, nullable=False, server_default=_now),
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
    Column("cut_at", _instant, nullable=False, server_default=_now),
    Column("delivered_at", _instant),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("next_attempt_at", _instant, nullable=False, server_default=_now),
    Column("last_error", Text),
    PrimaryKeyConstraint("subscription", "first_sequence"),
    Index(
        "bundle_undelivered",
        "subscription",
        "first_sequence",
        postgresql_where=text("delivered_at IS NULL"),
    ),
)
