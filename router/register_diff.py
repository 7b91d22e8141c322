"""Two editions of one register compared in meaning, without servers: what changed, what came, what is gone.

The older file is registered into an empty registry, the newer one is decided over it by the same rules that the
running hub updates with, and nothing of the newer one is applied: each of its rows is told against the older
file, never against another row. Source: FORMATS.md section 5 (meaning, not spelling).
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from contracts.changes import Key, Record, RecordChange
from contracts.messages import Envelope
from contracts.reasons import Reason, Rule
from contracts.visibility import Principal
from registry_store.materiality import changed_materially
from registry_store.rules.asset_restatement import upsert
from registry_store.rules.asset_statement import Stated
from registry_store.rules.decision import Accepted, Context, Decision, Rejected, Setting
from registry_store.rules.state import State
from router.bootstrap import Language
from router.offline_units import AssumingState
from router.pipeline.reading import Reading, ReadItem, placed, read
from router.routes import ROUTES

REGISTER = "asset.register"
#: In the order in which they are counted. `changed`: something is different, and none of it is material.
STATUSES = ("material", "changed", "unchanged", "new", "missing", "refused", "repeated")
#: Members that say who holds the record and how, not what the device is.
_OF_THE_REGISTRY = ("source", "keys", "registered_by", "status", "evidence")
#: Whoever publishes the register; may register for anyone.
_PUBLISHER = Principal("O-0000-0000-0000-0", frozenset({"facilitator"}))


class Difference(NamedTuple):
    """One member of an asset that differs, by JSON Pointer; None where it is not stated. `material`: of attributes."""

    path: str
    before: Any
    after: Any
    material: bool | None = None

    def as_json(self) -> dict[str, Any]:
        members = self._asdict()
        return {name: value for name, value in members.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Compared:
    """One asset, or one row that is none. Places are those of the files; `key` is what it was matched by."""

    status: str
    old_place: str | None = None
    new_place: str | None = None
    key: str | None = None
    differences: tuple[Difference, ...] = ()
    reasons: tuple[Reason, ...] = ()

    def as_json(self) -> dict[str, Any]:
        members: dict[str, Any] = {
            "status": self.status,
            "old_place": self.old_place,
            "new_place": self.new_place,
            "key": self.key,
            "differences": [each.as_json() for each in self.differences],
            "reasons": [reason.as_json() for reason in self.reasons],
        }
        return {name: value for name, value in members.items() if value not in (None, [])}


@dataclass(frozen=True, slots=True)
class RegisterDiff:
    """`items`: rows of the newer file in their order, then what is missing in it. `problems`: reasons why one
    of the files cannot be used at all, by `old` and `new`.
    """

    items: tuple[Compared, ...] = ()
    refused_before: int = 0
    problems: Mapping[str, tuple[Reason, ...]] = field(default_factory=dict)

    @property
    def counts(self) -> dict[str, int]:
        counted = Counter(item.status for item in self.items)
        return {status: counted[status] for status in STATUSES}

    def as_json(self) -> dict[str, Any]:
        """`refused`: rows of the newer file, `refused_before`: of the older one. Unchanged ones are counted,
        and not listed.
        """
        listed = [item.as_json() for item in self.items if item.status != "unchanged"]
        body: dict[str, Any] = {
            **self.counts,
            "refused_before": self.refused_before,
            "items": listed,
        }
        if self.problems:
            body["problems"] = {
                file: [reason.as_json() for reason in reasons]
                for file, reasons in self.problems.items()
            }
        return body


def diff(old: Envelope, new: Envelope, language: Language) -> RegisterDiff:
    """`new` must be dated after `old`: a register's line that is older than what is known changes nothing."""
    readings = {
        "old": read(old, language.adapters, language.limits),
        "new": read(new, language.adapters, language.limits),
    }
    problems = {name: found for name, reading in readings.items() if (found := _unusable(reading))}
    if problems:
        return RegisterDiff(problems=problems)
    older = _Older(language, readings["old"])
    items = [*older.compare(readings["new"])]
    return RegisterDiff((*items, *older.missing()), older.refused)


def _unusable(reading: Reading) -> tuple[Reason, ...]:
    if not reading.is_readable:
        return reading.reasons
    others = [each.item for each in reading.items if each.item.command != REGISTER]
    text = "editions of a register are compared: files of asset.register, and nothing else"
    return (Reason(Rule.MSG_10, text, place=others[0].place),) if others else ()


class _Older:
    """The older edition as a registry, and which of its assets were found again."""

    def __init__(self, language: Language, reading: Reading) -> None:
        self._language = language
        self._state = AssumingState()
        self._places: dict[str, str] = {}
        self._found: dict[str, str] = {}
        self.refused = 0
        setting = language.setting(reading.envelope.received_at, bytes(32))
        for read_item in reading.items:
            asked = _asked(read_item, reading, setting)
            decision = (
                Rejected(())
                if asked is None
                else ROUTES[REGISTER].decide(asked[0], self._state, asked[1])
            )
            change = _registered(decision, self._state)
            if change is not None:
                self._state.apply(change)
                self._places[change.id] = read_item.item.place
            elif isinstance(decision, Rejected):
                self.refused += 1

    def compare(self, reading: Reading) -> Iterator[Compared]:
        setting = self._language.setting(reading.envelope.received_at, bytes(32))
        asked = [_asked(read_item, reading, setting) for read_item in reading.items]
        weak = Counter(
            key for each in asked if each is not None for key in each[0].keys if not key.is_strong
        )
        for read_item, each in zip(reading.items, asked, strict=True):
            decision: Decision = Rejected(())
            if each is not None:
                alone = [key for key in each[0].keys if weak[key] == 1]
                decision = _decided_again(*each, alone, self._state)
            yield self._compared(read_item, reading, decision, setting)

    def missing(self) -> Iterator[Compared]:
        for id, place in self._places.items():
            if id not in self._found:
                yield Compared(
                    "missing", old_place=place, key=_key_of(self._state.records[id].content)
                )

    def _compared(
        self, read_item: ReadItem, reading: Reading, decision: Decision, setting: Setting
    ) -> Compared:
        place = read_item.item.place
        if isinstance(decision, Rejected):
            reasons = placed(decision.reasons, read_item.item, reading.adapter)
            return Compared("refused", new_place=place, reasons=(*read_item.reasons, *reasons))
        if not isinstance(decision, Accepted):
            return self._matched(decision.record, place, "unchanged")
        change = decision.changes[0]
        before = self._state.records.get(change.id)
        if before is None:
            return Compared("new", new_place=place, key=_key_of(change.content))
        category = setting.catalogue.get(
            change.content["category"], change.content["category_version"]
        )
        assert category is not None
        material = set(
            changed_materially(category, before.content["attributes"], change.content["attributes"])
        )
        differences = tuple(_differences(before.content, change.content, material))
        status = "material" if change.material else "changed" if differences else "unchanged"
        return self._matched(before, place, status, differences)

    def _matched(
        self, record: Record, place: str, status: str, differences: tuple[Difference, ...] = ()
    ) -> Compared:
        first = self._found.setdefault(record.id, place)
        old_place, key = self._places[record.id], _key_of(record.content)
        if first != place:
            return Compared("repeated", old_place, place, key)
        return Compared(status, old_place, place, key, differences)


def _asked(
    read_item: ReadItem, reading: Reading, setting: Setting
) -> tuple[Stated[Any], Context] | None:
    """What a row states, as an upsert; None where it has not the form of a registration."""
    if read_item.command is None:
        return None
    place = read_item.item.place
    context = Context(setting, reading.envelope.sender, reading.message_id, place, "", _PUBLISHER)
    command = read_item.command.model_copy(update={"on_existing": "update"})
    return ROUTES[REGISTER].prepare(command, context), context


def _decided_again(
    stated: Stated[Any], context: Context, alone: Sequence[Key], state: State
) -> Decision:
    """As the hub decides an upsert; and where that would register anew, or finds the reference taken, what it
    does to the asset with the same reference, or with a weak key that no other row has.
    """
    decision = ROUTES[REGISTER].decide(stated, state, context)
    if _registered(decision, state) is None and not _is_ref_taken(decision):
        return decision
    known = _known_otherwise(stated, context, alone, state)
    if known is None:
        return decision
    return upsert(known, dict(stated.content), stated, state, context, ())


def _registered(decision: Decision, state: State) -> RecordChange | None:
    """The change that makes a new asset, if that is what was decided."""
    if not isinstance(decision, Accepted) or decision.changes[0].id in state.records:
        return None
    return decision.changes[0]


def _is_ref_taken(decision: Decision) -> bool:
    reasons = decision.reasons if isinstance(decision, Rejected) else ()
    return bool(reasons) and {r.rule for r in reasons if r.is_error} == {Rule.REC_05}


def _known_otherwise(
    stated: Stated[Any], context: Context, alone: Sequence[Key], state: State
) -> Record | None:
    by_ref = (state.addressed("asset", ref, context.party) for ref in stated.command.refs)
    by_key = (held[0] for key in alone if len(held := state.holders(key)) == 1)
    return next((record for record in (*by_ref, *by_key) if record is not None), None)


def _differences(
    before: Mapping[str, Any], after: Mapping[str, Any], material: Collection[str]
) -> Iterator[Difference]:
    """Member by member, attributes in alphabetical order."""
    was, now = before["attributes"], after["attributes"]
    for name in sorted(was.keys() | now.keys()):
        if was.get(name) != now.get(name):
            path = f"/attributes/{name}"
            yield Difference(path, was.get(name), now.get(name), name in material)
    for name in sorted((before.keys() | after.keys()) - {"attributes", *_OF_THE_REGISTRY}):
        if before.get(name) != after.get(name):
            yield Difference(f"/{name}", before.get(name), after.get(name))


def _key_of(content: Mapping[str, Any]) -> str | None:
    """The key that an asset is best known by, strong ones first."""
    keys = sorted(content.get("keys", ()), key=lambda key: key["strength"] != "strong")
    return f"{keys[0]['scheme']} {keys[0]['value']}" if keys else None
