"""One line to one item: a payload with its command, or a CloudEvent."""

from dataclasses import replace
from typing import Any

from adapters import strict_json
from adapters.cloud_events import read_event
from adapters.event_items import EventItems
from adapters.json_lines.lines import LONGEST_LINE
from contracts.messages import Item, Limits
from contracts.reasons import Reason, Rule

#: What tells an event from an item that stands alone.
_OF_EVENTS = "specversion"
#: Where a text of one line has its faults, as the reader of JSON counts.
_FIRST_LINE = "line 1, column "
_LONGEST_SHOWN = 80


def subject_of(line: bytes, limits: Limits) -> str | None:
    """The organisation that a line acts for, where it is an event that says so."""
    value = None if len(line) > LONGEST_LINE else strict_json.read(line, limits)[0]
    is_event = type(value) is dict and _OF_EVENTS in value
    return read_event(value, "").subject if is_event else None


class LineItems:
    """Reads lines of one file. `acts_for`: the organisation that the file acts for."""

    def __init__(self, commands: frozenset[str], limits: Limits, acts_for: str | None) -> None:
        self._commands = commands
        self._events = EventItems(commands)
        self._limits = limits
        self._acts_for = acts_for

    def read(self, line: bytes, line_number: int, number: int) -> Item:
        """Any bytes give an item: one that is refused, if nothing else."""
        place = f"line {line_number}"
        if len(line) > LONGEST_LINE:
            text = f"the line is longer than {LONGEST_LINE} bytes: one line is one item"
            return Item(number, place, "", {}, (Reason(Rule.MSG_03, text, place=place),))
        value, reasons = strict_json.read(line, self._limits)
        if reasons:
            return Item(number, place, "", {}, tuple(_on_line(r, line_number) for r in reasons))
        if type(value) is not dict:
            text = 'a line is an object: {"command": "asset.register", ...}, or a CloudEvent'
            return Item(number, place, "", {}, (Reason(Rule.ITEM_03, text, place=place),))
        return (self._event if _OF_EVENTS in value else self._alone)(value, place, number)

    def _alone(self, value: dict[str, Any], place: str, number: int) -> Item:
        command = value.pop("command", None)
        if type(command) is str and command in self._commands:
            return Item(number, place, command, value)
        known = ", ".join(sorted(self._commands))
        where = f"{place}, /command"
        if command is None:
            reason = Reason(
                Rule.ITEM_01, f"a line names its command: one of {known}", "/command", where
            )
        else:
            shown = str(command)[:_LONGEST_SHOWN]
            text = f"{shown!r} is not one of the hub's commands: {known}"
            reason = Reason(Rule.MSG_10, text, "/command", where)
        return Item(number, place, command if type(command) is str else "", value, (reason,))

    def _event(self, value: dict[str, Any], place: str, number: int) -> Item:
        event = read_event(value, "")
        reasons = tuple(replace(r, place=f"{place}, {r.place}") for r in event.reasons)
        if event.subject is not None and event.subject != self._acts_for:
            text = "the lines of a file act for one organisation (subject): send a file for each"
            reasons += (Reason(Rule.MSG_13, text, "/subject", f"{place}, /subject"),)
        read = event._replace(reasons=reasons)
        items, reasons = self._events.read(read, f"{place}, /data", self._limits, number)
        if len(items) > 1:
            text = f"a line is one item, this one has {len(items)}"
            reasons = (Reason(Rule.MSG_13, text, "/data/items", f"{place}, /data/items"),)
        return items[0] if not reasons else Item(number, place, "", {}, reasons)


def _on_line(reason: Reason, line_number: int) -> Reason:
    before, found, column = reason.place.rpartition(_FIRST_LINE)
    where = f"line {line_number}, column {column}" if found else f"line {line_number}"
    return replace(reason, place=f"{before if found else ''}{where}")
