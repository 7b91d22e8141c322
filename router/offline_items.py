"""Items answered one after the other without servers, over what the items before them left.

Most registrations meet nothing that another item of their file left. They are decided as far as they go
alone, and in full only when a later item meets them, or what is recorded is to be shown: the answers are the
same.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, NamedTuple

from adapters import Adapter
from contracts.changes import Audience, Key, Record
from contracts.reasons import Reason, has_errors
from contracts.receipts import Outcome
from contracts.visibility import Principal
from registry_store.rules.asset_statement import Stated, statement_reasons
from registry_store.rules.category_draft import Drafted
from registry_store.rules.decision import Accepted, Context, Decision, Rejected, Setting
from registry_store.rules.mapping_profile_publish import StatedProfile
from router import offline_units
from router.offline_units import AssumingState, Validated
from router.pipeline.preparing import prepared_commands
from router.pipeline.reading import ReadItem, placed
from router.routes import ROUTES

#: Stands for whoever will send the file: may register for anyone.
_ANYONE = Principal("O-0000-0000-0000-0", frozenset({"facilitator"}))
_OF_UNITS = {
    "market_unit.create": offline_units.create,
    "market_unit.compose": offline_units.recompose,
}
#: Members that only the running hub can give.
_OF_THE_HUB = ("registered_by",)
_REGISTER_ASSET = ROUTES["asset.register"]
_ASSET_ID = re.compile(r"A(?:-[0-9A-Z]{4}){3}-[0-9A-Z]")
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)

#: What another asset may meet: a key, or a sender's reference (party, reference).
Touch = Key | tuple[str, str]


@dataclass(frozen=True, slots=True)
class Asked:
    """What all items of a message have in common. `keeps_records`: what is recorded is to be shown."""

    adapter: Adapter
    sender: str
    message_id: str
    setting: Setting
    keeps_records: bool


class _Alone(NamedTuple):
    """A registration that was accepted and met nothing so far."""

    stated: Stated[Any]
    place: str
    touches: tuple[Touch, ...]


class Items:
    """Answers items in their order. `before`: digest of what an asset in an earlier part of the file holds ->
    the place of that asset.
    """

    def __init__(self, asked: Asked, before: Mapping[int, str] | None = None) -> None:
        self._asked = asked
        self._before = before or {}
        self._state = AssumingState()
        self._alone: dict[Touch, _Alone] = {}
        self._held: dict[Touch, str] = {}
        self._refused: list[Touch] = []
        self._assumed: list[Touch] = []
        #: Ids are the hub's to give: what the file itself registers is named by its place.
        self._places: dict[str, str] = {}
        self._decides_all = asked.keeps_records
        #: Of all items; the place is set for each.
        self._context = Context(
            asked.setting, asked.sender, asked.message_id, "", principal=_ANYONE
        )

    def answers(
        self, read_items: Sequence[ReadItem]
    ) -> list[tuple[Outcome, dict[str, Any] | None]]:
        """For each the outcome, and what is recorded of an accepted item, where that is kept."""
        commands = prepared_commands(read_items, self._context)
        return list(map(self._answer, read_items, commands))

    def _answer(self, read_item: ReadItem, command: Any) -> tuple[Outcome, dict[str, Any] | None]:
        item, context = read_item.item, self._context
        context.place = item.place
        if read_item.command is None:
            route = ROUTES.get(item.command)
            found = () if route is None else route.diagnose(item.payload, context)
            status, record = "rejected", None
        else:
            status, found, record = self._decided(item.command, command, context)
        if not (found or read_item.reasons):
            return Outcome(item.number, item.place, status, item.command), record
        reasons = (*read_item.reasons, *placed(self._in_places(found), item, self._asked.adapter))
        distinct = tuple({(r.rule, r.place): r for r in reversed(reasons)}.values())[::-1]
        return Outcome(item.number, item.place, status, item.command, distinct), record

    def refused(self) -> set[int]:
        """Digests of what assets would hold that were refused: what earlier parts of the file may hold already."""
        return {*map(digest_of, filter(_is_exclusive, self._refused))}

    def held(self) -> dict[int, str]:
        """Digest -> place of the asset, of what accepted assets hold and no other may: strong keys, references."""
        places = self._held | {touch: each.place for touch, each in self._alone.items()}
        exclusive = list(filter(_is_exclusive, places))
        return dict(zip(map(digest_of, exclusive), map(places.__getitem__, exclusive), strict=True))

    def _decided(self, name: str, command: Any, context: Context) -> Validated:
        if name == "asset.register":
            return self._asset(command, context)
        if isinstance(command, Drafted | StatedProfile):
            return _status(command.reasons), command.reasons, None
        if isinstance(command, Stated):
            reasons = _own_reasons(command, self._state)
            recorded = None if has_errors(reasons) else _shown("asset", command.content)
            return _status(reasons), reasons, recorded
        self._see_all(context.place)
        if (validated := _OF_UNITS.get(name)) is not None:
            return validated(command, self._state, context)
        if name == "organisation.register":
            return self._applied(ROUTES[name].decide(command, self._state, context), context)
        return "accepted", (), None

    def _asset(self, stated: Stated[Any], context: Context) -> Validated:
        touches: tuple[Touch, ...] = (*stated.keys, *stated.refs)
        if stated.command.on_existing != "refuse":
            self._see_all(context.place)
        elif self._before:
            self._assume(touches)
        alone = self._alone
        met = not alone.keys().isdisjoint(touches)
        if met:
            found = (alone[touch] for touch in alone.keys() & touches)
            self._decide_alone({each.place: each for each in found}.values(), context.place)
        if self._decides_all or met or stated.category is None or self._is_held(touches):
            decision = _REGISTER_ASSET.decide(stated, self._state, context)
            self._refused += touches if isinstance(decision, Rejected) else ()
            return self._applied(decision, context)
        reasons = _own_reasons(stated, self._state)
        if reasons and has_errors(reasons):
            self._refused += touches
            return "rejected", reasons, None
        registration = _Alone(stated, context.place, touches)
        for touch in touches:
            alone[touch] = registration
        return "accepted", reasons, None

    def _is_held(self, touches: Iterable[Touch]) -> bool:
        keys, refs = self._state.keys, self._state.refs
        return bool(keys or refs) and any(
            touch[:2] in (keys if isinstance(touch, Key) else refs) for touch in touches
        )

    def _see_all(self, place: str) -> None:
        """What comes now may meet any item before it; of what is assumed too little is known for that."""
        self._decide_alone(tuple(self._alone.values()), place)
        self._decides_all = True
        for touch in self._assumed:
            found: Any = self._state.keys if isinstance(touch, Key) else self._state.refs
            found.pop(touch[:2], None)
        self._assumed.clear()

    def _decide_alone(self, registrations: Iterable[_Alone], now_at: str) -> None:
        """In full, so that what comes now sees them."""
        context = self._context
        for stated, place, touches in registrations:
            if touches and touches[0] not in self._alone:
                continue
            for touch in touches:
                self._alone.pop(touch, None)
            context.place = place
            self._applied(_REGISTER_ASSET.decide(stated, self._state, context), context)
        context.place = now_at

    def _applied(self, decision: Decision, context: Context) -> Validated:
        if isinstance(decision, Rejected):
            return "rejected", decision.reasons, None
        if not isinstance(decision, Accepted):
            return "accepted", (), _shown(decision.record.kind, decision.record.content)
        (change,) = decision.changes
        self._state.apply(change)
        self._places[change.id] = context.place
        self._held.update({key: context.place for key, _ in change.keys_added})
        self._held.update(dict.fromkeys(change.refs_added, context.place))
        return "accepted", decision.warnings, _shown(change.kind, change.content)

    def _in_places(self, reasons: tuple[Reason, ...]) -> tuple[Reason, ...]:
        if not self._places:
            return reasons
        return tuple(
            replace(
                r, text=_ASSET_ID.sub(lambda found: self._places.get(found[0], found[0]), r.text)
            )
            for r in reasons
        )

    def _assume(self, touches: Iterable[Touch]) -> None:
        """Assets of earlier parts of the file that this one meets. Of them it is known that they are there."""
        for touch in touches:
            if (place := self._before.get(digest_of(touch))) is None:
                continue
            content = {"status": "pending_validation", "registered_by": _ANYONE.organisation}
            self._state.records[place] = Record(
                "asset", place, 1, content, _BEGINNING, audience=Audience("asset")
            )
            if isinstance(touch, Key):
                self._state.keys[touch.scheme, touch.value] = {place: 0}
            else:
                self._state.refs[touch] = place
            self._assumed.append(touch)


def _is_exclusive(touch: Touch) -> bool:
    """Whether one asset alone may hold it."""
    return not isinstance(touch, Key) or touch.is_strong


def digest_of(touch: Touch) -> int:
    """64 bits: of a million assets two are alike by chance once in ten million files."""
    of = "" if isinstance(touch, Key) else "\0"
    name = f"{of}{touch[0]}\0{touch[1]}"
    return int.from_bytes(hashlib.blake2b(name.encode("utf-8", "replace"), digest_size=8).digest())


def _status(reasons: tuple[Reason, ...]) -> str:
    return "rejected" if has_errors(reasons) else "accepted"


def _own_reasons(stated: Stated[Any], state: AssumingState) -> tuple[Reason, ...]:
    """What is wrong with a statement whatever else is registered."""
    if stated.category is None:
        return stated.reasons
    return (*stated.reasons, *statement_reasons(stated, state))


def _shown(kind: str, content: Mapping[str, Any]) -> dict[str, Any]:
    members = ((name, value) for name, value in content.items() if name not in _OF_THE_HUB)
    return {"kind": kind, **dict(members)}
