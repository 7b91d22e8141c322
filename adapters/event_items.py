"""The items of one event: a single payload, or a list in which an item may name its own command."""

from typing import Any

from adapters.cloud_events import TYPE_PREFIX, TYPE_SUFFIX, Event
from contracts.messages import Item, Limits
from contracts.reasons import Reason, Rule

ITEMS_TYPE = "fmar.items.v1"


class EventItems:
    """Reads items. `commands`: the names that a `type` or an item may carry."""

    def __init__(self, commands: frozenset[str]) -> None:
        self._commands = commands
        self._command_of_type: dict[str, str | None] = {
            f"{TYPE_PREFIX}{command}{TYPE_SUFFIX}": command for command in commands
        }
        self._command_of_type[ITEMS_TYPE] = None

    def read(
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
            return (self.item(data, command, place, number),), ()
        entries = data["items"]
        if reasons := _list_problems(data, entries, place, limits):
            return (), reasons
        items = (
            self.item(entry, command, f"{place}/items/{index}", number + index)
            for index, entry in enumerate(entries)
        )
        return tuple(items), ()

    def command_of(self, event_type: str | None) -> str | None:
        """None where each item names its own."""
        return None if event_type is None else self._command_of_type[event_type]

    def item(self, entry: Any, command: str | None, place: str, number: int) -> Item:
        """One item of a list, under the command that the type of its event says."""
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
        reasons.append(too_many(limits, len(entries)))
    return tuple(reasons)


def too_many(limits: Limits, count: int | None = None) -> Reason:
    """The reason (MSG_03) for more items than a message may have."""
    found = f"{count} items" if count is not None else "more items"
    return Reason(Rule.MSG_03, f"{found} than the limit of {limits.items}: send several messages")
