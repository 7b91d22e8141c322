"""Validation without servers: the pipeline's own reading and rules, over an empty registry.

What only the registry can tell is assumed in the sender's favour: organisations that are named exist,
records that are addressed exist and are the sender's. Everything else is decided by the same code that
the running hub decides with.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from contracts.messages import Envelope
from contracts.reasons import Reason, has_errors
from contracts.receipts import Outcome, receipt
from router.language import Language
from router.offline_items import Asked, Items
from router.offline_tally import Tally
from router.pipeline.reading import Reading, read


@dataclass(frozen=True, slots=True)
class Validation:
    """One file, validated. `records[n]` is the canonical form of the item of `outcomes[n]`, if accepted."""

    reading: Reading
    outcomes: tuple[Outcome, ...]
    records: tuple[dict[str, Any] | None, ...]
    reasons: tuple[Reason, ...] = ()
    receipt: dict[str, Any] = field(default_factory=dict)

    @property
    def is_usable(self) -> bool:
        return not has_errors(self.reasons)

    def encoded_receipt(self) -> bytes:
        """The receipt in the sender's own format."""
        return self.reading.adapter.encode_receipt(self.receipt)[1]

    @property
    def tally(self) -> Tally:
        tally = Tally(notes=self.reading.decoded.notes)
        tally.say(self.reasons)
        tally.add(self.outcomes)
        return tally

    def as_json(self) -> dict[str, Any]:
        answers = zip(self.outcomes, self.records, strict=True)
        return self.tally.as_json([result_of(outcome, record) for outcome, record in answers])


def result_of(outcome: Outcome, record: dict[str, Any] | None) -> dict[str, Any]:
    """One item, for `--json`."""
    result: dict[str, Any] = {
        "item": outcome.item,
        "place": outcome.place,
        "status": outcome.status,
        "command": outcome.command,
    }
    if record is not None:
        result["record"] = record
    result["reasons"] = [reason.as_json() for reason in outcome.reasons]
    return result


def validate(envelope: Envelope, language: Language) -> Validation:
    """Every item of a message answered, as the hub would answer it into an empty registry."""
    reading = read(envelope, language.adapters, language.limits)
    items = items_of(reading, language, keeps_records=True)
    pairs = items.answers(reading.items) if reading.is_readable else []
    outcomes, records = tuple(outcome for outcome, _ in pairs), tuple(record for _, record in pairs)
    return Validation(
        reading,
        outcomes,
        records,
        reading.reasons,
        _receipt(reading, outcomes, envelope),
    )


def items_of(
    reading: Reading,
    language: Language,
    *,
    keeps_records: bool,
    before: Mapping[int, str] | None = None,
) -> Items:
    """What answers the items of a message, or of an excerpt of a file."""
    envelope = reading.envelope
    setting = language.setting(envelope.received_at, bytes(32))
    asked = Asked(reading.adapter, envelope.sender, reading.message_id, setting, keeps_records)
    return Items(asked, before)


def _receipt(reading: Reading, outcomes: Sequence[Outcome], envelope: Envelope) -> dict[str, Any]:
    identity = hashlib.sha256(envelope.body).hexdigest()[:12]
    return receipt(
        receipt_id=f"validation-{identity}",
        message_id=reading.message_id,
        sender=envelope.sender,
        on_behalf_of=reading.on_behalf_of,
        received_at=envelope.received_at,
        payload_sha256=reading.payload_sha256,
        outcomes=tuple(outcomes),
        reasons=reading.reasons,
        notes=reading.decoded.notes,
        versions=reading.decoded.versions,
        document=reading.decoded.document,
    )
