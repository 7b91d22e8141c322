"""Loads: a batch whose changes are not told one by one. Who may see some of it gets one marker, and fetches.

Every change of such a batch stands in the log with the cause `load:<id>`. At its end a record of kind `load` is made;
its change, `load.completed`, is the marker. A subscriber that is told of it asks for the load, and gets its records
as they were when the marker was written, in its own view: with what was told before the marker and what is
told after it, it has everything and nothing twice in the same version.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import orjson

from contracts.changes import Audience
from registry_store.feed.logged_change import LoggedChange
from registry_store.feed.sight import Subscriber

COMPLETED = "load.completed"
_CAUSE = "load:"
#: What a load does to an asset: a subscription that filters events is told where it asks for one of them.
_EVENTS = ("asset.registered", "asset.updated")


def cause_of(load: str) -> str:
    """The cause that the changes of a load have in the log."""
    return f"{_CAUSE}{load}"


def is_of_load(change: LoggedChange) -> bool:
    """Whether the change is told by a marker, and not itself."""
    return change.cause is not None and change.cause.startswith(_CAUSE)


def audiences_of(content: Mapping[str, Any]) -> list[Audience]:
    """The different audiences of a load's records, from the content of its record."""
    return [Audience.from_json(members) for members in content["audiences"]]


def concerned(
    marker: LoggedChange,
    subscribers: Mapping[str, Subscriber],
    candidates: Callable[[Audience], Iterable[str]],
) -> Iterator[str]:
    """The subscribers that see at least one record of the load, each once."""
    if marker.content is None:
        return
    found: set[str] = set()
    for audience in audiences_of(orjson.loads(marker.content)):
        for id in candidates(audience):
            if id in found:
                continue
            subscriber = subscribers[id]
            asks = any(subscriber.filter.asks_for(event, material=True) for event in _EVENTS)
            if asks and subscriber.sight_of(audience):
                found.add(id)
                yield id
