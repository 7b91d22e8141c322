"""Validation without servers: the pipeline's own reading and rules, over an empty registry.

What only the registry can tell is assumed in the sender's favour: organisations that are named exist,
records that are addressed exist and are the sender's. Everything else is decided by the same code that
the running hub decides with.
"""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from contracts.messages import Envelope
from contracts.reasons import Reason, has_errors
from contracts.receipts import Outcome, receipt
from contracts.visibility import Principal
from registry_store.rules.asset_statement import Stated, statement_reasons
from registry_store.rules.category_draft import Drafted
from registry_store.rules.decision import Accepted, Context, Decision, Rejected, Setting
from registry_store.rules.mapping_profile_publish import StatedProfile
from router import offline_units
from router.bootstrap import Language
from router.offline_units import AssumingState, Validated
from router.pipeline.reading import Reading, ReadItem, placed, read
from router.routes import ROUTES

#: Stands for whoever will send the file: may register for anyone.
_ANYONE = Principal("O-0000-0000-0000-0", frozenset({"facilitator"}))
_REGISTRATIONS = ("asset.register", "organisation.register")
_OF_UNITS = {
    "market_unit.create": offline_units.create,
    "market_unit.compose": offline_units.recompose,
}
#: Members that only the running hub can give.
_OF_THE_HUB = ("registered_by",)


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

    def as_json(self) -> dict[str, Any]:
        accepted = sum(outcome.status != "rejected" for outcome in self.outcomes)
        reasons = [
            *self.reasons,
            *(reason for outcome in self.outcomes for reason in outcome.reasons),
        ]
        body: dict[str, Any] = {
            "items": len(self.outcomes),
            "accepted": accepted,
            "rejected": len(self.outcomes) - accepted,
            "warnings": sum(not reason.is_error for reason in reasons),
            "by_code": _counted(reason.rule.code for reason in reasons),
            "by_rule": _counted(reason.rule.key for reason in reasons),
            "notes": list(self.reading.decoded.notes),
            "results": [
                _result(o, record) for o, record in zip(self.outcomes, self.records, strict=True)
            ],
        }
        if self.reasons:
            body["reasons"] = [reason.as_json() for reason in self.reasons]
        return body


def _counted(keys: Any) -> dict[str, int]:
    return dict(sorted(Counter(keys).items()))


def _result(outcome: Outcome, record: dict[str, Any] | None) -> dict[str, Any]:
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
    setting = language.setting(envelope.received_at, bytes(32))
    state = AssumingState()
    pairs = (
        [_validated(item, reading, state, setting) for item in reading.items]
        if reading.is_readable
        else []
    )
    outcomes, records = tuple(outcome for outcome, _ in pairs), tuple(record for _, record in pairs)
    return Validation(
        reading,
        outcomes,
        records,
        reading.reasons,
        _receipt(reading, outcomes, envelope),
    )


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


def _validated(
    read_item: ReadItem, reading: Reading, state: AssumingState, setting: Setting
) -> tuple[Outcome, dict[str, Any] | None]:
    item = read_item.item
    context = Context(setting, reading.envelope.sender, reading.message_id, item.place, "", _ANYONE)
    if read_item.command is None:
        route = ROUTES.get(item.command)
        found = () if route is None else route.diagnose(item.payload, context)
        status, record = "rejected", None
    else:
        status, found, record = _decided(read_item, state, context)
    reasons = (*read_item.reasons, *placed(found, item, reading.adapter))
    distinct = tuple({(r.rule, r.place): r for r in reversed(reasons)}.values())[::-1]
    return Outcome(item.number, item.place, status, item.command, distinct), record


def _decided(read_item: ReadItem, state: AssumingState, context: Context) -> Validated:
    name, route = read_item.item.command, ROUTES[read_item.item.command]
    command = route.prepare(read_item.command, context)
    if (validated := _OF_UNITS.get(name)) is not None:
        return validated(command, state, context)
    if isinstance(command, Drafted | StatedProfile):
        return "rejected" if command.reasons else "accepted", command.reasons, None
    if name in _REGISTRATIONS:
        return _registered(route.decide(command, state, context), state)
    if isinstance(command, Stated):
        reasons = command.reasons
        if command.category is not None:
            reasons = (
                *reasons,
                *statement_reasons(command.command, command.category, state, context),
            )
        if has_errors(reasons):
            return "rejected", reasons, None
        return "accepted", reasons, _shown("asset", command.content)
    return "accepted", (), None


def _registered(decision: Decision, state: AssumingState) -> Validated:
    if isinstance(decision, Rejected):
        return "rejected", decision.reasons, None
    if isinstance(decision, Accepted):
        (change,) = decision.changes
        state.apply(change)
        return "accepted", decision.warnings, _shown(change.kind, change.content)
    return "accepted", (), _shown(decision.record.kind, decision.record.content)


def _shown(kind: str, content: Any) -> dict[str, Any]:
    return {
        "kind": kind,
        **{name: value for name, value in content.items() if name not in _OF_THE_HUB},
    }
