"""Hub JSON of any size: a batch of events as it comes, or one event with a list of items."""

from collections.abc import Callable
from typing import Any, BinaryIO

from adapters.cloud_events import Event, read_event
from adapters.cutting import Cut, CutLimits
from adapters.event_batches import BATCH_LIST, NO_ARRAY, NO_EVENT, BatchCutting, read_cut_events
from adapters.event_items import EventItems
from adapters.json_list.cutting import ListFile, Said, cut_as_it_comes, cut_when_whole
from adapters.json_list.opening import Frame
from adapters.json_list.reading import Start, read_elements
from contracts.messages import Decoded, Envelope, Item, Limits

#: The long list of an event, and that of what an event carries.
EVENT_LIST, DATA_LIST = Frame(("data", "items")), Frame(("items",))
_Whole = Callable[[bytes], Decoded]


class EventFiles:
    """Cuts files, and reads what was cut. Excerpts of items say the `command` of their event, which is None where
    each names its own; those of events what `BatchCutting` says.
    """

    def __init__(self, items: EventItems) -> None:
        self._items = items

    def batch(self, source: BinaryIO, limits: CutLimits, whole: _Whole) -> Cut:
        batch = BatchCutting(self._items, limits.whole)

        def small(body: bytes) -> Decoded:
            is_small = len(body) <= limits.whole.body_bytes
            return whole(body) if is_small else Decoded(reasons=(NO_ARRAY,))

        file = ListFile(source, BATCH_LIST, batch.weigh, limits, small)
        return cut_as_it_comes(file, lambda: (batch.begin(), batch.said), NO_EVENT)

    def event(self, source: BinaryIO, limits: CutLimits, whole: _Whole) -> Cut:
        def begin(document: Any) -> tuple[Decoded, Said]:
            event = read_event(document, "")
            return self._begun(event, EVENT_LIST, limits)

        return cut_when_whole(ListFile(source, EVENT_LIST, _one, limits, whole), begin)

    def data(self, source: BinaryIO, event_type: str, limits: CutLimits, whole: _Whole) -> Cut:
        """What an event carries whose attributes are the transport's."""

        def begin(document: Any) -> tuple[Decoded, Said]:
            return self._begun(Event(type=event_type, data=document), DATA_LIST, limits)

        return cut_when_whole(ListFile(source, DATA_LIST, _one, limits, whole), begin)

    def excerpt(self, envelope: Envelope, frame: Frame, limits: Limits) -> Decoded:
        """The items of what was cut, with the numbers and places of their document."""
        said = envelope.excerpt
        assert said is not None
        start = Start.said(said)
        elements = read_elements(envelope.body, start, frame, limits)
        if frame == BATCH_LIST:
            found = read_cut_events(self._items, elements, said, limits=limits, number=start.item)
            return Decoded(found)
        command = said["command"]
        items = (
            self._items.item(value, command, f"{frame.pointer}/{index}", number)
            if not reasons
            else Item(number, f"{frame.pointer}/{index}", command or "", {}, reasons)
            for number, (index, value, reasons) in enumerate(elements, start.item)
        )
        return Decoded(tuple(items))

    def _begun(self, event: Event, frame: Frame, limits: CutLimits) -> tuple[Decoded, Said]:
        place = frame.pointer.removesuffix("/items")
        _, reasons = self._items.read(event, place, limits.whole, 1)
        head = Decoded((), reasons, event.id, event.subject, event.time)
        command = None if reasons else self._items.command_of(event.type)
        return head, lambda _: {"command": command}


def _one(_value: Any, _text: bytes, _index: int) -> int:
    return 1
