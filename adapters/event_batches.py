"""The events of a batch, each by itself: one that is wrong is answered as one item, and the others stand.

Source: CloudEvents 1.0.2, JSON event format section 4.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from adapters import strict_json
from adapters.cloud_events import Event, read_event
from adapters.event_items import EventItems
from adapters.json_list.elements import Group
from adapters.json_list.opening import Frame
from adapters.json_list.reading import Element
from adapters.seen_names import SeenNames
from adapters.strict_json import Within
from contracts.messages import Decoded, Item, Limits
from contracts.reasons import Reason, Rule

BATCH_LIST = Frame(())
NO_EVENT = Reason(Rule.MSG_11, "the batch has no event")
NO_ARRAY = Reason(Rule.MSG_13, "a batch is an array of events")
SUBJECTS_DIFFER = (
    "the events of a batch act for different organisations (subject): send a batch for each"
)


def read_one(
    items: EventItems, value: Any, index: int, *, earlier: int | None, limits: Limits, number: int
) -> tuple[Event, tuple[Item, ...]]:
    """`index`: of the event in the batch; `earlier`: of one with the same id; `number`: of its first item."""
    event = read_event(value, f"/{index}")
    place = f"event {event.id!r}, /{index}" if event.id is not None else f"/{index}"
    found, reasons = items.read(event, f"{place}/data", limits, number)
    if earlier is not None:
        text = f"the event /{earlier} of the batch has the same id"
        reasons = (*reasons, Reason(Rule.MSG_13, text, f"/{index}/id", f"/{index}/id"))
    return event, found if not reasons else (Item(number, place, "", {}, reasons),)


class BatchCutting:
    """What is known of the events of one batch while they are cut, in their order."""

    def __init__(self, items: EventItems, limits: Limits) -> None:
        self._items = items
        self._limits = limits
        self._names = SeenNames()
        #: Of events that are not handed over yet: index -> index of an earlier one with the same id.
        self._twice: dict[int, int] = {}
        #: The first that nothing is wrong with, of those that were read before the batch was begun.
        self._sound: Event | None = None
        self._is_begun = False

    def weigh(self, value: Any, text: bytes, index: int) -> int:
        """Items of an event; one where it is refused."""
        if self._sound is None and not self._is_begun:
            event = read_event(value, "")
            self._sound = None if event.reasons else event
        twice = self._names.twice([_id(value) or ""], index + 1)
        if twice:
            self._twice[index] = twice[0][1] - 1
        data = value.get("data") if type(value) is dict else None
        if type(data) is not dict or "items" not in data:
            return 1
        read, reasons = strict_json.read(text, self._limits, Within(f"/{index}", BATCH_LIST.depth))
        if reasons:
            return 1
        earlier = self._twice.get(index)
        _, found = read_one(
            self._items, read, index, earlier=earlier, limits=self._limits, number=1
        )
        return len(found)

    def begin(self) -> Decoded:
        """The first sound event says for whom all of them act, and when they were sent."""
        self._is_begun = True
        sound = self._sound or Event()
        return Decoded(on_behalf_of=sound.subject, sent_at=sound.time)

    def said(self, group: Group) -> dict[str, Any]:
        """`twice`: place in the excerpt, and index of the earlier event."""
        indices = range(group.first, group.first + group.elements)
        own = [index for index in indices if index in self._twice] if self._twice else ()
        twice = [(index - group.first, self._twice.pop(index)) for index in own]
        return {"acts_for": self._sound.subject if self._sound else None, "twice": twice}


def read_cut_events(
    items: EventItems,
    elements: Iterable[Element],
    said: Mapping[str, Any],
    *,
    limits: Limits,
    number: int,
) -> tuple[Item, ...]:
    """The items of an excerpt, numbered from `number`."""
    found: list[Item] = []
    twice = dict(said["twice"])
    for at, (index, value, reasons) in enumerate(elements):
        if reasons:
            found.append(Item(number + len(found), f"/{index}", "", {}, reasons))
            continue
        event, own = read_one(
            items, value, index, earlier=twice.get(at), limits=limits, number=number + len(found)
        )
        if event.subject != said["acts_for"] and not event.reasons:
            reason = Reason(Rule.MSG_13, SUBJECTS_DIFFER, "/subject", f"/{index}/subject")
            own = tuple(item._replace(reasons=(*item.reasons, reason)) for item in own)
        found += own
    return tuple(found)


def _id(value: Any) -> str | None:
    own = value.get("id") if type(value) is dict else None
    return own if type(own) is str else None
