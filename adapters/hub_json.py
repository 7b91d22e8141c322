"""Hub JSON: CloudEvents 1.0 in structured, batched and binary mode.

`type` is `fmar.<command>.v1`; `data` is one payload, or `{"items": [...]}` where an item may name its
own `command` (mandatory under `fmar.items.v1`). One message is one event, or one batch, whose items are
those of all its events.

Source: CloudEvents 1.0.2, JSON event format sections 2 to 4; FORMATS.md section 2.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from adapters import strict_json
from adapters.cloud_events import TYPE_PREFIX, TYPE_SUFFIX, Event, read_event
from adapters.media_types import essence
from contracts.canonical import canonical_json
from contracts.messages import Decoded, Envelope, Item, Limits
from contracts.reasons import Reason, Rule

STRUCTURED = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"
BINARY = "application/json"

RECEIPT_TYPE = "fmar.receipt.v1"
ITEMS_TYPE = "fmar.items.v1"


class HubJson:
    """The adapter for hub JSON. `commands`: the names that a `type` or an item may carry."""

    name = "json"
    media_types: tuple[str, ...] = (STRUCTURED, BATCH, BINARY)

    def __init__(self, commands: frozenset[str]) -> None:
        self._commands = commands
        self._command_of_type: dict[str, str | None] = {
            f"{TYPE_PREFIX}{command}{TYPE_SUFFIX}": command for command in commands
        }
        self._command_of_type[ITEMS_TYPE] = None

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
        items, reasons = self._items(event, "/data", limits, 1)
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

    def _binary(self, data: Any, envelope: Envelope, limits: Limits) -> Decoded:
        """The attributes came with the transport, which has read them: only `type` is needed here."""
        if envelope.event_type is None:
            text = (
                "application/json is read in binary mode: give the event's type (HTTP ce-type, AMQP header "
                f"cloudEvents_type), or send the whole event as {STRUCTURED}"
            )
            return Decoded(reasons=(Reason(Rule.MSG_13, text, "/type", "/type"),))
        items, reasons = self._items(Event(type=envelope.event_type, data=data), "", limits, 1)
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
            found, reasons = self._items(event, f"{place}/data", limits, len(items) + 1)
            if first != index:
                text = f"the event /{first} of the batch has the same id"
                reasons = (*reasons, Reason(Rule.MSG_13, text, f"/{index}/id", f"/{index}/id"))
            items.extend(found if not reasons else (Item(len(items) + 1, place, "", {}, reasons),))
            if len(items) > limits.items:
                return Decoded(reasons=(_too_many(limits),))
        if not items:
            return Decoded(reasons=(Reason(Rule.MSG_11, "the batch has no event"),))
        subjects = {event.subject for event in events if not event.reasons}
        if len(subjects) > 1:
            text = "the events of a batch act for different organisations (subject): send a batch for each"
            return Decoded(reasons=(Reason(Rule.MSG_13, text, "/subject", "/subject"),))
        return Decoded(tuple(items), (), None, next(iter(subjects), None), _latest(events))

    def _items(
        self, event: Event, place: str, limits: Limits, number: int
    ) -> tuple[tuple[Item, ...], tuple[Reason, ...]]:
        """The items of one event, numbered from `number`; or all that is wrong with the event."""
        reasons = event.reasons
        command = None
        if event.type is not None:
            if event.type in self._command_of_type:
                command = self._command_of_type[event.type]
            else:
                reasons = (*reasons, self._unknown_type(event.type, place))
        data = event.data
        if type(data) is not dict:
            reasons = (*reasons, _no_object(data, place))
        if reasons:
            return (), reasons
        if "items" not in data:
            return (self._item(data, command, place, number),), ()
        entries = data["items"]
        if reasons := _list_problems(data, entries, place, limits):
            return (), reasons
        items = (
            self._item(entry, command, f"{place}/items/{index}", number + index)
            for index, entry in enumerate(entries)
        )
        return tuple(items), ()

    def _item(self, entry: Any, command: str | None, place: str, number: int) -> Item:
        if type(entry) is not dict:
            reason = Reason(Rule.ITEM_03, "an item is an object", "", place)
            return Item(number, place, command or "", {}, (reason,))
        if command is not None and "command" not in entry:
            return Item(number, place, command, entry)
        payload = {name: value for name, value in entry.items() if name != "command"}
        own = entry.get("command")
        named = own if type(own) is str else ""
        if named == command or (command is None and named in self._commands):
            return Item(number, place, named, payload)
        reason = self._command_problem(own, command, f"{place}/command")
        return Item(number, place, command or named, payload, (reason,))

    def _command_problem(self, own: Any, command: str | None, place: str) -> Reason:
        if own is None:
            text = f"under {ITEMS_TYPE} each item names its command: one of {self._known()}"
            return Reason(Rule.ITEM_01, text, "/command", place)
        if type(own) is not str or own not in self._commands:
            return Reason(
                Rule.MSG_10, f"the hub knows the commands {self._known()}", "/command", place
            )
        text = f"the type of the event says {command}, the item says {own}: mixed items go under {ITEMS_TYPE}"
        return Reason(Rule.ITEM_03, text, "/command", place)

    def _unknown_type(self, name: str, place: str) -> Reason:
        known = f"{TYPE_PREFIX}<command>{TYPE_SUFFIX} with a command of {self._known()}"
        text = f"the type {name[:80]!r} is not one of the hub's: {known}, or {ITEMS_TYPE}"
        return Reason(Rule.MSG_10, text, "/type", place.removesuffix("/data") + "/type")

    def _known(self) -> str:
        return ", ".join(sorted(self._commands))


def _no_object(data: Any, place: str) -> Reason:
    if data is None:
        return Reason(
            Rule.MSG_11,
            "there is no data: it holds one payload, or a list of items",
            "/data",
            place,
        )
    return Reason(
        Rule.MSG_13, 'data is an object: one payload, or {"items": [...]}', "/data", place
    )


def _list_problems(
    data: dict[str, Any], entries: Any, place: str, limits: Limits
) -> tuple[Reason, ...]:
    reasons = [
        Reason(
            Rule.MSG_13,
            "beside items nothing else stands in data",
            f"/data/{name}",
            f"{place}/{name}",
        )
        for name in data
        if name != "items"
    ]
    if type(entries) is not list:
        reasons.append(Reason(Rule.MSG_13, "items is an array", "/data/items", f"{place}/items"))
    elif not entries:
        reasons.append(
            Reason(Rule.MSG_11, "the list of items is empty", "/data/items", f"{place}/items")
        )
    elif len(entries) > limits.items:
        reasons.append(_too_many(limits, len(entries)))
    return tuple(reasons)


def _too_many(limits: Limits, count: int | None = None) -> Reason:
    found = f"{count} items" if count is not None else "more items"
    return Reason(Rule.MSG_03, f"{found} than the limit of {limits.items}: send several messages")


def _latest(events: list[Event]) -> datetime | None:
    return max((event.time for event in events if event.time is not None), default=None)
