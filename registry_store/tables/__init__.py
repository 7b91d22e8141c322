"""The tables of the registry, each with its reason.

Foreign keys are left out on the write path (a check costs more than the insert it guards, and rows
are only ever written together in one transaction); `hub audit verify` checks what they would.
"""

from registry_store.tables.base import KEY_BLOCK, metadata
from registry_store.tables.batches import batch, batch_chunk, batch_missing, batch_part
from registry_store.tables.feed import bundle, subscription
from registry_store.tables.log import change, checkpoint, epoch, segment
from registry_store.tables.messages import (
    dead_letter,
    delivery_attempt,
    message,
    message_body,
    receipt_due,
    scheduled_command,
    submission,
)
from registry_store.tables.partners import partner, process
from registry_store.tables.records import (
    market_unit_member,
    record,
    record_key,
    record_ref,
    record_version,
)

__all__ = [
    "KEY_BLOCK",
    "batch",
    "batch_chunk",
    "batch_missing",
    "batch_part",
    "bundle",
    "change",
    "checkpoint",
    "dead_letter",
    "delivery_attempt",
    "epoch",
    "market_unit_member",
    "message",
    "message_body",
    "metadata",
    "partner",
    "process",
    "receipt_due",
    "record",
    "record_key",
    "record_ref",
    "record_version",
    "scheduled_command",
    "segment",
    "submission",
    "subscription",
]
