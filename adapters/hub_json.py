"""Hub JSON: CloudEvents 1.0 in structured, batched and binary mode.

`type` is `fmar.<command>.v1`; `data` is one payload, or `{"items": [...]}` where an item may name its
own `command` (mandatory under `fmar.items.v1`). One message is one event, or one batch, whose items are
those of all its events.

Source: CloudEvents 1.0.2, JSON event format sections 2 to 4; FORMATS.md section 2.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson

from adapters import strict_json
from adapters.cloud_events import Event, read_event
from adapters.event_items import ITEMS_TYPE, EventItems, too_many
from adapters.media_types import essence
from contracts.canonical import canonical_json, plain_number
from contracts.documents import Document, Entry
from contracts.messages import Decoded, Envelope, Item, Limits
from contracts.reasons import Reason, Rule
from contracts.receipts import timestamp

STRUCTURED = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"
BINARY = "application/json"

RECEIPT_TYPE = "fmar.receipt.v1"


class HubJson:
    """The adapter for hub JSON. `commands`: the names that a `type` or an item may carry."""

    name = "json"
    media_types: tuple[str, ...] = (STRUCTURED, BATCH, BINARY)

    def __init__(self, commands: frozenset[str]) -> None:
        self.commands = self.writes = commands
        self._items = EventItems(commands)

    def decode(self, envelope: Envelope, limits: Limits) -> Decoded:
        """Items, or the reasons why there are none. Reasons: MSG_02, MSG_03, MSG_10 to MSG_13."""
        document, reasons = strict_json.read(envelope.body, limits)
        if reasons:
            return Decoded(reasons=reasons)
        mode = essence(envelope.media_type)
        if mode == BATCH:
            return self._batch(document, limits)
        if mode == BINARY:
            return self._binary(document, envelope, limits)
        event = read_event(document, "")
        items, reasons = self._items.read(event, "/data", limits, 1)
        return Decoded(items, reasons, event.id, event.subject, event.time)

    def place_of(self, item: Item, path: str) -> str:
        return item.place + path

    def encode_receipt(self, receipt: Mapping[str, Any]) -> tuple[str, bytes]:
        event = {
            "specversion": "1.0",
            "id": receipt["receipt_id"],
            "source": "/fmar/hub",
            "type": RECEIPT_TYPE,
            "time": receipt["received_at"],
            "datacontenttype": "application/json",
            "data": receipt,
        }
        return STRUCTURED, canonical_json(event)

    def encode(self, document: Document) -> tuple[str, bytes]:
        """One event of type `fmar.items.v1`, each item with its command. Records have no such form: their
        JSON is the canonical record itself.
        """
        header = document.header
        event = {
            "specversion": "1.0",
            "id": header.document_id,
            "source": f"/{header.sender}",
            "type": ITEMS_TYPE,
            "time": timestamp(header.created_at),
            "datacontenttype": BINARY,
            "data": {"items": [self._written(entry) for entry in document.entries]},
        }
        if header.on_behalf_of is not None:
            event["subject"] = header.on_behalf_of
        return STRUCTURED, orjson.dumps(event, default=plain_number)

    def _written(self, entry: Entry) -> dict[str, Any]:
        if entry.command not in self.writes:
            raise ValueError(f"{entry.command} is not written as a message in JSON")
        return {"command": entry.command, **entry.payload}

    def _binary(self, data: Any, envelope: Envelope, limits: Limits) -> Decoded:
        """The attributes came with the transport, which has read them: only `type` is needed here."""
        if envelope.event_type is None:
            text = (
                "application/json is read in binary mode: give the event's type (HTTP ce-type, AMQP header "
                f"cloudEvents_type), or send the whole event as {STRUCTURED}"
            )
            return Decoded(reasons=(Reason(Rule.MSG_13, text, "/type", "/type"),))
        items, reasons = self._items.read(Event(type=envelope.event_type, data=data), "", limits, 1)
        return Decoded(items, reasons)

    def _batch(self, document: Any, limits: Limits) -> Decoded:
        """An event that is wrong in itself is answered as one item, and the others stand.

        What the message has once, the organisation that it acts for, must be the same in all events.
        """
        if type(document) is not list:
            return Decoded(reasons=(Reason(Rule.MSG_13, "a batch is an array of events"),))
        items: list[Item] = []
        events: list[Event] = []
        seen: dict[str, int] = {}
        for index, value in enumerate(document):
            event = read_event(value, f"/{index}")
            events.append(event)
            first = seen.setdefault(event.id, index) if event.id is not None else index
            place = f"event {event.id!r}, /{index}" if event.id is not None else f"/{index}"
            found, reasons = self._items.read(event, f"{place}/data", limits, len(items) + 1)
            if first != index:
                text = f"the event /{first} of the batch has the same id"
                reasons = (*reasons, Reason(Rule.MSG_13, text, f"/{index}/id", f"/{index}/id"))
            items.extend(found if not reasons else (Item(len(items) + 1, place, "", {}, reasons),))
            if len(items) > limits.items:
                return Decoded(reasons=(too_many(limits),))
        if not items:
            return Decoded(reasons=(Reason(Rule.MSG_11, "the batch has no event"),))
        subjects = {event.subject for event in events if not event.reasons}
        if len(subjects) > 1:
            text = "the events of a batch act for different organisations (subject): send a batch for each"
            return Decoded(reasons=(Reason(Rule.MSG_13, text, "/subject", "/subject"),))
        return Decoded(tuple(items), (), None, next(iter(subjects), None), _latest(events))


def _latest(events: list[Event]) -> datetime | None:
    return max((event.time for event in events if event.time is not None), default=None)
