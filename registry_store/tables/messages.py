"""Messages: what was answered, what is due, what could not be processed."""

from sqlalchemy import (
    BigInteger,
    Column,
    Identity,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from registry_store.tables.base import instant, metadata, now

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
    Column("received_at", instant, nullable=False),
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
    Column("stored_at", instant, nullable=False, server_default=now),
    Column("body", LargeBinary, nullable=False),
)

#: Messages that came by HTTP and are on their way, so that whoever asks for a receipt too early is told
#: so. Not the message itself: that is unique on (sender, message id) and stands when it is decided.
submission = Table(
    "submission",
    metadata,
    Column("sender", Text, nullable=False),
    Column("message_id", Text, nullable=False),
    Column("submitted_at", instant, nullable=False, server_default=now),
    PrimaryKeyConstraint("sender", "message_id"),
    Index("submission_age", "submitted_at"),
)

#: Receipts that could not be published in line (queue full or gone): left to the relay.
receipt_due = Table(
    "receipt_due",
    metadata,
    Column("message", BigInteger, primary_key=True, autoincrement=False),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("next_attempt_at", instant, nullable=False, server_default=now),
    Column("last_error", Text),
)

#: Commands dated in the future, decided at their hour by the clock.
scheduled_command = Table(
    "scheduled_command",
    metadata,
    Column("row", BigInteger, primary_key=True, autoincrement=False),
    Column("due_at", instant, nullable=False),
    Column("message", BigInteger, nullable=False),
    Column("sender", Text, nullable=False),
    Column("on_behalf_of", Text),
    Column("item", Integer, nullable=False),
    Column("place", Text, nullable=False),
    Column("command", Text, nullable=False),
    Column("payload", Text, nullable=False),
    Column("outcome", Text),
    Column("decided_at", instant),
    Index("scheduled_command_due", "due_at", postgresql_where=text("decided_at IS NULL")),
)

#: Deliveries that were seen before a crash, counted, so that a poisonous one is found.
delivery_attempt = Table(
    "delivery_attempt",
    metadata,
    Column("sender", Text, nullable=False),
    Column("message_id", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("last_at", instant, nullable=False, server_default=now),
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
    Column("died_at", instant, nullable=False, server_default=now),
    Column("redriven_at", instant),
)
