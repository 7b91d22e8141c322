"""The receipt of a batch as its sender gets it, and the events of its progress. Pure."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import orjson

from adapters import Adapter
from contracts.batches import Progress
from contracts.canonical import canonical_json
from contracts.identifiers import derive_public_id
from contracts.messages import Envelope
from contracts.receipts import summary_receipt
from registry_store.batches.ending import Sums
from registry_store.batches.running import OpenBatch
from router.broker import names
from router.broker.publisher import Publication
from router.worker.settling import RECEIPT_TYPE

PROGRESS_TYPE = "fmar.batch.progress"
#: Parts of a batch's head that its receipt repeats.
_SAID = ("notes", "versions", "document")


def envelope_of(batch: OpenBatch) -> Envelope:
    """The file's envelope, without its content."""
    header = batch.header
    return Envelope(
        message_id=header.message_id,
        sender=batch.sender,
        media_type=header.media_type,
        body=b"",
        received_at=batch.received_at,
        event_type=header.event_type,
        on_behalf_of=header.on_behalf_of,
        statement_date=date.fromisoformat(header.statement_date) if header.statement_date else None,
        message_class="bulk",
        door=header.door,
    )


def receipt_of(
    batch: OpenBatch,
    sums: Sums,
    reasons: Sequence[Mapping[str, Any]],
    hub_key: bytes,
    more: Mapping[str, Any],
) -> bytes:
    """The canonical receipt. Its id follows from message id and run, and so is the same however it ended.
    `more`: members that were found at its end.
    """
    head = batch.head or {}
    identity = batch.message_id or batch.id
    body = summary_receipt(
        receipt_id=derive_public_id(hub_key, "receipt", batch.sender, identity, str(batch.run)),
        message_id=batch.message_id,
        sender=batch.sender,
        on_behalf_of=batch.header.on_behalf_of or head.get("on_behalf_of"),
        received_at=batch.received_at,
        payload_sha256=(batch.digest or hashlib.sha256(b"").digest()).hex(),
        batch=batch.id,
        counts=sums.counts,
        by_rule=sums.by_rule,
        refused=sums.refused,
        reasons=reasons,
        said={name: head[name] for name in _SAID if head.get(name)},
    )
    return canonical_json({**body, **more})


def receipt_publication(sender: str, receipt: bytes, adapter: Adapter) -> Publication:
    """As the worker publishes it: in the sender's own format."""
    body = orjson.loads(receipt)
    media_type, rendered = adapter.encode_receipt(body)
    return Publication(
        names.receipts(sender),
        rendered,
        body["receipt_id"],
        content_type=media_type,
        correlation_id=body["message_id"] or None,
        type=RECEIPT_TYPE,
    )


def progress_publication(sender: str, progress: Progress, number: int) -> Publication:
    """An event that may be lost: the next one says more."""
    said = progress.as_json()
    event = {
        "specversion": "1.0",
        "id": f"{progress.id}/progress/{number}",
        "source": "/fmar/hub",
        "type": PROGRESS_TYPE,
        "datacontenttype": "application/json",
        "data": said,
    }
    return Publication(
        names.receipts(sender),
        orjson.dumps(event),
        f"{progress.id}/progress/{number}",
        content_type="application/cloudevents+json",
        type=PROGRESS_TYPE,
    )
