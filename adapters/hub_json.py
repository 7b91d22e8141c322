"""Hub JSON: CloudEvents 1.0 in structured, batched and binary mode.

`type` is `fmar.<command>.v1`; `data` is one payload, or `{"items": [...]}` where an item may name its
own `command` (mandatory under `fmar.items.v1`). One message is one event, or one batch, whose items are
those of all its events.

Source: CloudEvents 1.0.2, JSON event format sections 2 to 4; FORMATS.md section 2.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, BinaryIO

import orjson

from adapters import strict_json
from adapters.cloud_events import Event, read_event
from adapters.cutting import Cut, CutLimits
from adapters.event_batches import BATCH_LIST, NO_ARRAY, NO_EVENT, SUBJECTS_DIFFER, read_one
from adapters.event_files import DATA_LIST, EVENT_LIST, EventFiles
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
#: Where the long list of a document is, by its mode.
_LISTS = {STRUCTURED: EVENT_LIST, BATCH: BATCH_LIST, BINARY: DATA_LIST}


class HubJson:
    """The adapter for hub JSON. `commands`: the names that a `type` or an item may carry."""

    name = "json"
    media_types: tuple[str, ...] = (STRUCTURED, BATCH, BINARY)

    def __init__(self, commands: frozenset[str]) -> None:
        self.commands = self.writes = commands
        self._items = EventItems(commands)
        self._files = EventFiles(self._items)

    def decode(self, envelope: Envelope, limits: Limits) -> Decoded:
        """Items, or the reasons why there are none. Reasons: MSG_02, MSG_03, MSG_10 to MSG_13."""
        if envelope.excerpt:
            return self._files.excerpt(envelope, _LISTS[essence(envelope.media_type)], limits)
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

    def needs_whole(self, envelope: Envelope) -> bool:
        """A batch is begun while it comes; an event may say behind its data for whom it acts."""
        return essence(envelope.media_type) != BATCH

    def cut(self, source: BinaryIO, envelope: Envelope, limits: CutLimits) -> Cut:
        """The events of a batch, or the list of items of one event, in documents of any size."""
        mode = essence(envelope.media_type)

        def whole(body: bytes) -> Decoded:
            return self.decode(replace(envelope, body=body), limits.whole)

        if mode == BATCH:
            return self._files.batch(source, limits, whole)
        if mode == BINARY:
            kind = envelope.event_type
            return (
                self._files.data(source, kind, limits, whole)
                if kind
                else Cut(whole(b"0"), iter(()))
            )
        return self._files.event(source, limits, whole)

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
            return Decoded(reasons=(NO_ARRAY,))
        items: list[Item] = []
        events: list[Event] = []
        seen: dict[str, int] = {}
        for index, value in enumerate(document):
            own = value.get("id") if type(value) is dict else None
            first = seen.setdefault(own, index) if type(own) is str else index
            event, found = read_one(
                self._items,
                value,
                index,
                earlier=first if first != index else None,
                limits=limits,
                number=len(items) + 1,
            )
            events.append(event)
            items.extend(found)
            if len(items) > limits.items:
                return Decoded(reasons=(too_many(limits),))
        if not items:
            return Decoded(reasons=(NO_EVENT,))
        subjects = {event.subject for event in events if not event.reasons}
        if len(subjects) > 1:
            return Decoded(reasons=(Reason(Rule.MSG_13, SUBJECTS_DIFFER, "/subject", "/subject"),))
        return Decoded(tuple(items), (), None, next(iter(subjects), None), _latest(events))


def _latest(events: list[Event]) -> datetime | None:
    return max((event.time for event in events if event.time is not None), default=None)
