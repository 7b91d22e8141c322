"""Decode: from an envelope to typed commands, or the reasons why not. Pure; done once per message."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from adapters import Adapter, adapter_for
from contracts.commands import parse_command
from contracts.messages import Decoded, Envelope, Item, Limits
from contracts.reasons import Reason, Rule, has_errors

#: How far a sender's clock may be ahead of ours.
CLOCK_TOLERANCE = timedelta(minutes=5)
_LONGEST_MESSAGE_ID = 200


class ReadItem(NamedTuple):
    """An item with its typed command; `command` is None where the reasons have an error."""

    item: Item
    command: Any
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """A message as read. `reasons` are those of the message as a whole; with an error among them no
    item is decided. `content_hash` is what "the same content" means; `scheduled_row` is set where the
    clock brings a command at its hour.
    """

    envelope: Envelope
    adapter: Adapter
    decoded: Decoded
    message_id: str
    on_behalf_of: str | None
    payload_sha256: str
    content_hash: bytes
    items: tuple[ReadItem, ...] = ()
    reasons: tuple[Reason, ...] = ()
    scheduled_row: int | None = None
    cause: str | None = None

    @property
    def is_readable(self) -> bool:
        return not has_errors(self.reasons)


def read(envelope: Envelope, adapters: tuple[Adapter, ...], limits: Limits) -> Reading:
    """Read one message. Any bytes give a Reading, never an exception that is the sender's doing."""
    adapter = adapter_for(adapters, envelope.media_type)
    if adapter is None:
        known = ", ".join(media for each in adapters for media in each.media_types)
        text = f"the hub reads {known}; not {envelope.media_type[:100] or 'a message without a media type'}"
        decoded = Decoded(reasons=(Reason(Rule.MSG_01, text),))
        adapter = adapters[0]
    elif has_errors(envelope.reasons):
        decoded = Decoded()
    else:
        decoded = adapter.decode(envelope, limits)
    digest = hashlib.sha256(envelope.body)
    message_id = envelope.message_id or decoded.message_id or ""
    reasons = (
        *envelope.reasons,
        *decoded.reasons,
        *envelope_reasons(envelope, decoded, message_id),
    )
    is_refused = has_errors(reasons)
    items = () if is_refused else tuple([read_item(item, adapter) for item in decoded.items])
    if not items and not is_refused:
        reasons = (*reasons, Reason(Rule.MSG_11, "the message has no items"))
    return Reading(
        envelope=envelope,
        adapter=adapter,
        decoded=decoded,
        message_id=message_id,
        on_behalf_of=envelope.on_behalf_of or decoded.on_behalf_of,
        payload_sha256=digest.hexdigest(),
        content_hash=content_hash(envelope, digest.digest()),
        items=items,
        reasons=reasons,
    )


def read_item(item: Item, adapter: Adapter) -> ReadItem:
    command, reasons = None, item.reasons
    if not (reasons and has_errors(reasons)):
        parsed = parse_command(item.command, item.payload)
        if isinstance(parsed, tuple):
            reasons = (*reasons, *parsed)
        else:
            command = parsed
    return ReadItem(item, command, placed(reasons, item, adapter) if reasons else ())


def placed(reasons: tuple[Reason, ...], item: Item, adapter: Adapter) -> tuple[Reason, ...]:
    """Reasons with their place in the sender's own words, where they have none yet."""
    return tuple(
        r if r.place else replace(r, place=adapter.place_of(item, r.path)) for r in reasons
    )


def envelope_reasons(envelope: Envelope, decoded: Decoded, message_id: str) -> tuple[Reason, ...]:
    """MSG-04, MSG-06, MSG-08 and MSG-13: what transport and document say of the message as a whole."""
    reasons: list[Reason] = []
    if not message_id and not any(reason.rule is Rule.MSG_04 for reason in envelope.reasons):
        reasons.append(
            Reason(
                Rule.MSG_04,
                "the message carries no id: give one, and the same one when sending it again",
            )
        )
    if len(message_id) > _LONGEST_MESSAGE_ID:
        reasons.append(
            Reason(Rule.MSG_13, f"a message id has at most {_LONGEST_MESSAGE_ID} characters")
        )
    if envelope.message_id and decoded.message_id and envelope.message_id != decoded.message_id:
        text = (
            f"the transport says {envelope.message_id[:60]}, the document {decoded.message_id[:60]}"
        )
        reasons.append(Reason(Rule.MSG_06, text))
    if (
        envelope.on_behalf_of
        and decoded.on_behalf_of
        and envelope.on_behalf_of != decoded.on_behalf_of
    ):
        reasons.append(
            Reason(Rule.MSG_06, "transport and document name different organisations to act for")
        )
    for moment in (envelope.sent_at, decoded.sent_at):
        if moment is not None:
            reasons.extend(_clock_reasons(moment, envelope.received_at))
    return tuple(reasons)


def _clock_reasons(moment: datetime, received_at: datetime) -> tuple[Reason, ...]:
    if moment <= received_at + CLOCK_TOLERANCE:
        return ()
    return (
        Reason(
            Rule.MSG_08,
            f"the message says that it was sent at {moment.isoformat()}, which is still to come",
        ),
    )


def content_hash(envelope: Envelope, body_digest: bytes) -> bytes:
    """What makes a message the same: its body, and what the transport says of its meaning."""
    said = f"{envelope.event_type!r} {envelope.on_behalf_of!r} {envelope.statement_date}"
    return hashlib.sha256(body_digest + said.encode()).digest()
