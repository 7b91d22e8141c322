"""The identity that a source itself gives to a line, and that a file may name once."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from adapters.tables.drafts import Draft
from contracts.keys import normalise
from contracts.reasons import Rule

_POINTER = "/source/identity"
_SHOWN = 5


def identity(drafts: Sequence[Draft], parameters: Mapping[str, Any]) -> None:
    """Puts `/source/identity`: parts joined by `separator`; none if a part has neither value nor `otherwise`.

    Parameters: `separator`, `parts`: each with `values` (the first that is stated counts), `otherwise`, and
    `normalised`: compared without regard to case, blanks and punctuation.
    """
    separator = parameters["separator"]
    for draft in drafts:
        parts = [_part(draft, part) for part in parameters["parts"]]
        if all(part is not None for part in parts):
            draft.put(_POINTER, separator.join(str(part) for part in parts))


def _part(draft: Draft, part: Mapping[str, Any]) -> str | None:
    stated = (draft.values.get(name) for name in part["values"])
    value = next((value for value in stated if value is not None), part.get("otherwise"))
    return normalise(value) if value is not None and part.get("normalised") else value


def unique(drafts: Sequence[Draft], parameters: Mapping[str, Any]) -> None:
    """Refuses all drafts that share their source and identity: neither may overwrite the other.

    Parameters: `rule`. Each reason names the other places.
    """
    same: dict[tuple[str, str], list[Draft]] = defaultdict(list)
    for draft in drafts:
        source = draft.payload.get("source", {})
        if "identity" in source:
            same[source.get("system", ""), source["identity"]].append(draft)
    rule = Rule[parameters["rule"]]
    for (_, name), group in same.items():
        for draft in group if len(group) > 1 else ():
            others = _named([other.place for other in group if other is not draft])
            text = f"{name!r} is also {others}: none of them is taken"
            draft.doubt(rule, text, pointer=_POINTER)


def _named(places: list[str]) -> str:
    shown = " and ".join(places[:_SHOWN])
    return shown if len(places) <= _SHOWN else f"{shown} and {len(places) - _SHOWN} more"
