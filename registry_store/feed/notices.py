"""One change, told: rendered once for all subscribers with the same sight of it.

The form is that of RECORDS.md section 1, written as canonical JSON by hand around the rendered
record, since only two members differ between subscribers and thousands of them share the rest.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import orjson

from contracts.canonical import canonical_json
from contracts.categories import Catalogue
from contracts.receipts import timestamp
from contracts.visibility import View, render
from registry_store.feed.logged_change import LoggedChange
from registry_store.feed.sight import Sight

ENTERED, WITHDRAWN, REDACTED, SNAPSHOT = (
    "record.entered",
    "record.withdrawn",
    "record.redacted",
    "record.snapshot",
)
CLOSED = "subscription.closed"

#: Members that change with every version and tell nothing.
_ALWAYS_DIFFERENT = frozenset({"version", "valid_from", "recorded_at"})


@dataclass(frozen=True, slots=True)
class Notice:
    """A notification without its number and subscriber: canonical JSON around those members."""

    event: str
    middle: bytes
    end: bytes

    def numbered(self, subscription: str, epoch: int, sequence: int) -> bytes:
        """The notification. `delivery_id` names it for ever: an epoch that is lost takes its ids along."""
        return b'{"delivery_id":"%s",%b"sequence":%d,"subscription":"%s",%b' % (
            delivery_id(subscription, epoch, sequence).encode(),
            self.middle,
            sequence,
            subscription.encode(),
            self.end,
        )


def delivery_id(subscription: str, epoch: int, sequence: int) -> str:
    return f"{subscription}:{epoch}:{sequence}"


def event_id(change: LoggedChange, *, caused_by: LoggedChange | None = None) -> str:
    """The same for all who are told of one change. `caused_by`: the grant that brought a record into sight.

    The content hash is salted: after a restore another change at the same position has another id.
    """
    parts = [
        f"{part.position}:{part.content_hash.hex()}"
        for part in (change, caused_by)
        if part is not None
    ]
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:32]


class Telling:
    """One change and its notices, by what its subscribers see before and after."""

    def __init__(self, change: LoggedChange, catalogue: Catalogue) -> None:
        self._change = change
        self._catalogue = catalogue
        self._notices: dict[tuple[Sight, Sight], Notice | None] = {}

    def notice(self, before: Sight, after: Sight) -> Notice | None:
        """What is told to whoever sees this before and that after; None: no change that it could see."""
        key = (before, after)
        if key not in self._notices:
            self._notices[key] = self._told(before, after) if before or after else None
        return self._notices[key]

    def snapshot(self, sight: Sight) -> Notice:
        return self._with_record(SNAPSHOT, sight)

    def view(self, sight: Sight) -> dict[str, Any] | None:
        """The record as it is seen; None once it is erased."""
        return None if self._content is None else self._render(self._content, sight)

    def entered(self, sight: Sight, *, caused_by: LoggedChange) -> Notice:
        """The record comes into sight, or into a closer one, by a change of the subscriber itself."""
        return self._with_record(ENTERED, sight, caused_by=caused_by)

    def withdrawn(self, *, caused_by: LoggedChange | None = None, event: str = WITHDRAWN) -> Notice:
        """Id and kind, and nothing of what the record holds."""
        return self._form(
            event, {"id": self._change.id, "kind": self._change.kind}, caused_by=caused_by
        )

    def marker(self) -> Notice:
        """Of a load: the same for everyone who may see some of it; what that is, each fetches."""
        return self._with_record(self._change.event, Sight(View.market))

    def is_event_of_the_log(self, before: Sight, after: Sight) -> bool:
        """Whether the log's own event is told, which a subscription may filter, or an entry or withdrawal."""
        return bool(after) and (bool(before) or self._change.audience_before is None)

    def _told(self, before: Sight, after: Sight) -> Notice | None:
        if not after:
            return self.withdrawn()
        if not self.is_event_of_the_log(before, after):
            return self._with_record(ENTERED, after)
        if not before or self._previous is None or self._content is None:
            return self._with_record(self._change.event, after)
        shown = self._render(self._content, after)
        if not _differing(self._render(self._previous, before), shown):
            return None
        # What it was is told at the narrower of the two views: one that was lost tells nothing more.
        both = Sight(min(before.view, after.view), before.personal and after.personal)
        was = self._render(self._previous, both)
        return self._form(self._change.event, shown, previous=_only(was, _differing(was, shown)))

    def _with_record(
        self, event: str, sight: Sight, *, caused_by: LoggedChange | None = None
    ) -> Notice:
        if self._content is None:
            return self.withdrawn(caused_by=caused_by, event=REDACTED)
        return self._form(event, self._render(self._content, sight), caused_by=caused_by)

    def _form(
        self,
        event: str,
        record: Mapping[str, Any],
        *,
        previous: Mapping[str, Any] | None = None,
        caused_by: LoggedChange | None = None,
    ) -> Notice:
        cause = caused_by or self._change
        middle: dict[str, Any] = {
            "event": event,
            "event_id": event_id(self._change, caused_by=caused_by),
        }
        if event == self._change.event and self._change.material is not None:
            middle["material"] = self._change.material
        if previous:
            middle["previous"] = previous
        middle |= {"record": record, "recorded_at": timestamp(cause.recorded_at), "replay": False}
        end = {"valid_from": timestamp(cause.valid_from)}
        return Notice(event, canonical_json(middle)[1:-1] + b",", canonical_json(end)[1:])

    def _render(self, content: Mapping[str, Any], sight: Sight) -> dict[str, Any]:
        change = self._change
        record = {
            **content,
            "kind": change.kind,
            "id": change.id,
            "version": change.version,
            "valid_from": timestamp(change.valid_from),
            "recorded_at": timestamp(change.recorded_at),
        }
        category = None
        if "category" in content:
            category = self._catalogue.get(content["category"], content["category_version"])
        return render(record, sight.view, category, personal=sight.personal)

    @cached_property
    def _content(self) -> dict[str, Any] | None:
        return None if self._change.content is None else orjson.loads(self._change.content)

    @cached_property
    def _previous(self) -> dict[str, Any] | None:
        return None if self._change.previous is None else orjson.loads(self._change.previous)


_ABSENT = object()


def _differing(was: Mapping[str, Any], now: Mapping[str, Any]) -> set[tuple[str, ...]]:
    """Paths of the members that differ, one level into `attributes`."""
    paths: set[tuple[str, ...]] = set()
    for name in (was.keys() | now.keys()) - _ALWAYS_DIFFERENT:
        old, new = was.get(name, _ABSENT), now.get(name, _ABSENT)
        if name == "attributes" and isinstance(old, dict) and isinstance(new, dict):
            paths |= {
                (name, inner)
                for inner in old.keys() | new.keys()
                if old.get(inner, _ABSENT) != new.get(inner, _ABSENT)
            }
        elif old != new:
            paths.add((name,))
    return paths


def _only(record: Mapping[str, Any], paths: set[tuple[str, ...]]) -> dict[str, Any]:
    """The members at these paths, as far as the record has them: one that is new has no previous value."""
    kept = {name: record[name] for (name, *inner) in paths if not inner and name in record}
    attributes = record.get("attributes", {})
    changed = {
        inner[0]: attributes[inner[0]] for (_, *inner) in paths if inner and inner[0] in attributes
    }
    return kept | {"attributes": changed} if changed else kept
