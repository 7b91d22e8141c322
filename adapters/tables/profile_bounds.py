"""What a profile of a partner may cost: every bound, and what its steps may be fed with.

A profile has no patterns of its own, opens nothing and calls nothing: its cost is rows times columns, spellings
and steps. Each of these is bounded here.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from adapters.tables.profile_model import Column, Profile, Step
from contracts.reasons import Rule

MOST_BYTES = 128 * 1024
MOST_COLUMNS = 400
MOST_SLOTS = 6
#: Headings of all columns, with every slot and every unit in them.
MOST_SPELLINGS = 20_000
MOST_CODES = 3_000
MOST_STEPS = 64
MOST_DECISIONS = 300
_PARTS = ("null_markers", "dropped")

_TEXT = frozenset({"text", "code", "digits", "postcode"})
_NUMBER = frozenset({"decimal"})
#: Step -> the kinds of column that it can be fed with.
_FED_WITH: Mapping[str, frozenset[str]] = {
    "accounting_point": _TEXT - {"code"},
    "identity": _TEXT,
    "location": _NUMBER,
    "well_formed": _TEXT,
}


def size_problems(document: Mapping[str, Any]) -> Iterator[str]:
    """What is too much in a document that conforms to the schema."""
    slots = document.get("slots", {})
    columns = [*document["columns"], *slots.get("columns", ())]
    steps = document.get("steps", ())
    numbers = len(slots.get("numbers", (1,)))
    counted = {
        "columns": (len(columns), MOST_COLUMNS),
        "slots": (numbers, MOST_SLOTS),
        "spellings of headings": (
            sum(
                len(c["headings"]) * max(1, len(c.get("units", ()))) * (numbers + 1)
                for c in columns
            ),
            MOST_SPELLINGS,
        ),
        "entries of code tables": (sum(_codes(document)), MOST_CODES),
        "steps": (len(steps), MOST_STEPS),
        "decisions": (sum(len(step.get("rows", ())) for step in steps), MOST_DECISIONS),
    }
    for what, (count, most) in counted.items():
        if count > most:
            yield f"{count} {what}, the limit is {most}"


def _codes(document: Mapping[str, Any]) -> Iterator[int]:
    for entries in document.get("codes", {}).values():
        yield from (1 + len(entry.get("spellings", ())) for entry in entries)


def kind_problems(profile: Profile) -> Iterator[str]:
    """Steps that are fed with what they cannot take, rules that are none."""
    by_name = {column.name: column for column in profile.columns}
    for column in profile.columns:
        if column.options.get("unmapped", Rule.TAB_04.name) not in Rule.__members__:
            yield f"column {column.name}: there is no rule {column.options['unmapped']}"
    for number, step in enumerate(profile.steps, 1):
        for name, kinds in _fed(step):
            fed: Column | None = by_name.get(name)
            if fed is not None and fed.kind not in kinds:
                known = ", ".join(sorted(kinds))
                yield f"step {number}, {step.do}: {name} is of kind {fed.kind}, the step takes {known}"


def _fed(step: Step) -> Iterator[tuple[str, frozenset[str]]]:
    parameters = step.parameters
    kinds = _FED_WITH.get(step.do)
    if step.do == "put" and (parameters.get("take", "first") != "first" or "beyond" in parameters):
        kinds = _NUMBER
    if kinds is None:
        return
    names = [
        *parameters.get("columns", ()),
        *(v for p in parameters.get("parts", ()) for v in p["values"]),
    ]
    names += [
        parameters[name]
        for name in ("column", "eastings", "northings", "latitude", "longitude")
        if name in parameters
    ]
    yield from ((name, kinds) for name in names)


def condition_problems(document: Mapping[str, Any]) -> Iterator[str]:
    """Conditions compare with single values: text, yes or no, null."""
    for number, step in enumerate(document.get("steps", ()), 1):
        whens = [step.get("when", {}), step.get("groups", {})]
        whens += [row.get("when", {}) for row in step.get("rows", ())]
        for when in whens:
            if any(not isinstance(v, str | bool | None) for vs in when.values() for v in vs):
                yield f"step {number}, {step['do']}: a condition lists text, true, false or null"
