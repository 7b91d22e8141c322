"""From a raw delivery to an envelope, or to the reason why it can only be a dead letter. Pure.

The sender is the first word of the routing key: the broker lets a partner publish under no other.
Nothing else that a delivery says of its origin is believed, and no property is invented.

Source: CloudEvents AMQP binding 1.0.2, section 3.1 (binary mode: `cloudEvents:` or `cloudEvents_`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from contracts.messages import Envelope
from contracts.reasons import Reason, Rule
from router.broker import names
from router.broker.lenient_decoding import UNREADABLE
from router.worker.arrival import Arrival

#: Headers of the hub. Partners may give the first two; the rest are believed on references alone.
ON_BEHALF_OF = "fmar-on-behalf-of"
STATEMENT_DATE = "fmar-statement-date"
MESSAGE_ID = "fmar-message-id"
BODY_ROW = "fmar-body-row"
DOOR = "fmar-door"
RECEIVED_AT = "fmar-received-at"

_LONGEST_ID = 200
_EVENT_PREFIXES = ("cloudEvents:", "cloudEvents_")


@dataclass(frozen=True, slots=True)
class Unanswerable:
    """A delivery that names no sender to answer: it becomes a dead letter."""

    cause: str
    detail: str


def read_arrival(
    arrival: Arrival, *, received_at: datetime, body_limit_bytes: int
) -> Envelope | Unanswerable:
    """What stood at the door. Any properties and any bytes give a value.

    What expired on a lane is answered with MSG_07.
    """
    properties, queue = arrival.properties, arrival.queue
    sender = names.read_key(arrival.routing_key)
    if sender is None:
        return Unanswerable("sender_unreadable", f"routing key {arrival.routing_key!r:.100}")
    if queue == names.UNROUTABLE:
        return Unanswerable("unroutable", f"no lane is bound for {arrival.routing_key}")
    headers: Mapping[str, Any] = properties.headers or {}
    if queue == names.EXPIRED and (cause := _cause_of_death(headers)) != "expired":
        return Unanswerable("dead_lettered", f"the broker dropped it from its lane: {cause}")
    is_reference = arrival.exchange == names.REFERENCE
    said = _Said(headers) if headers else _NOTHING_SAID
    reasons = list(said.reasons)
    if queue == names.EXPIRED:
        reasons.append(
            Reason(
                Rule.MSG_07, "the message expired before the hub took it; nothing of it was done"
            )
        )
    if properties.content_encoding:
        text = f"content encoding {properties.content_encoding!r:.40}: send the body as it is"
        reasons.append(Reason(Rule.MSG_02, text))
    if len(arrival.body) > body_limit_bytes:
        text = f"{len(arrival.body)} bytes; the hub takes {body_limit_bytes}"
        reasons.append(Reason(Rule.MSG_03, text))
    message_id = said.message_id if is_reference else properties.message_id or ""
    if not is_reference and (problem := _id_problem(message_id)):
        message_id = ""
        reasons.append(Reason(Rule.MSG_04, problem))
    slug, message_class = sender
    return Envelope(
        message_id=message_id,
        sender=slug,
        media_type=_line(properties.content_type),
        body=arrival.body,
        received_at=said.received_at or received_at if is_reference else received_at,
        on_behalf_of=said.on_behalf_of,
        event_type=said.event_type,
        sent_at=said.event_time or properties.timestamp,
        statement_date=said.statement_date,
        message_class=message_class,
        door=said.door or "amqp" if is_reference else "amqp",
        reasons=tuple(reasons),
        body_row=said.body_row if is_reference else None,
    )


class _Said:
    """The headers of one delivery, as far as the hub reads them."""

    def __init__(self, headers: Mapping[str, Any]) -> None:
        self.reasons: list[Reason] = []
        if UNREADABLE in headers:
            self._refuse(Rule.MSG_13, "the message's headers cannot be read")
        if "CC" in headers or "BCC" in headers:
            self._refuse(
                Rule.MSG_09, "send each message by your own routing key alone, without CC or BCC"
            )
        event = {
            name.partition(prefix)[2]: value
            for name, value in headers.items()
            for prefix in _EVENT_PREFIXES
            if name.startswith(prefix)
        }
        self.event_type = _line(event.get("type")) or None
        self.event_time = self._moment(event.get("time"), "cloudEvents:time")
        principal = headers.get(ON_BEHALF_OF) or event.get("subject")
        self.on_behalf_of = _line(principal) or None
        self.statement_date = self._date(headers.get(STATEMENT_DATE))
        self.message_id = _line(headers.get(MESSAGE_ID))
        self.body_row = _whole(headers.get(BODY_ROW))
        self.door = _line(headers.get(DOOR)) or None
        self.received_at = self._moment(headers.get(RECEIVED_AT), RECEIVED_AT)

    def _refuse(self, rule: Rule, text: str) -> None:
        self.reasons.append(Reason(rule, text))

    def _moment(self, value: Any, name: str) -> datetime | None:
        if value is None or (isinstance(value, datetime) and value.tzinfo):
            return value
        try:
            moment = datetime.fromisoformat(value)
        except (ValueError, TypeError):
            moment = None
        if moment is None or moment.tzinfo is None:
            self._refuse(Rule.MSG_13, f"{name} is a date and time with offset (RFC 3339)")
            return None
        return moment

    def _date(self, value: Any) -> date | None:
        if value is None:
            return None
        try:
            return date.fromisoformat(value)
        except (ValueError, TypeError):
            self._refuse(Rule.MSG_13, f"{STATEMENT_DATE} is a date, like 2026-11-24")
            return None


def _cause_of_death(headers: Mapping[str, Any]) -> str:
    """Why the broker dead-lettered it: expired, rejected, maxlen, delivery_limit ..."""
    deaths = headers.get("x-death")
    latest = deaths[0] if isinstance(deaths, list) and deaths else {}
    return str(latest.get("reason", "unknown")) if isinstance(latest, Mapping) else "unknown"


def _id_problem(message_id: str) -> str | None:
    if not message_id:
        return (
            "the property message_id is missing: give one, and the same one when sending it again"
        )
    if len(message_id) > _LONGEST_ID or not message_id.isprintable():
        return f"the property message_id has at most {_LONGEST_ID} characters, all printable"
    return None


def _line(value: Any) -> str:
    """A printable string, or "": the registry stores no control characters."""
    if isinstance(value, str) and value.isprintable() and "\ufffd" not in value:
        return value
    return ""


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


_NOTHING_SAID = _Said({})
