"""Units in headings: `Rated power [MW]`, `rated_power_mw`, `Capacity (kWh)`."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

#: Every unit that headings are looked through for; what of them a member takes is for its target.
UNITS = (
    "GWh", "MWh", "kWh", "Wh", "GW", "MWp", "kWp", "MW", "kW", "W", "MVA", "kVA", "VA", "kV", "V", "hours", "hrs", "hr",
    "min", "ms", "s", "cm", "km", "m", "l", "litres", "degrees", "%",
)  # fmt: skip
#: What heads the unit: its own characters and the brackets around it.
_IN_BRACKETS = re.compile(r"[(\[{]\s*([A-Za-z%]{1,7})\s*[)\]}]")
_AT_END = re.compile(r"[\s_,.:/-]([A-Za-z%]{1,7})\s*$")
#: Letters that end a heading by chance are no unit: `Model m`, `Phase s`.
_SHORTEST_AT_END = 2
_KINDS: Mapping[str, frozenset[str]] = {
    "power": frozenset({"gw", "mw", "kw", "w"}),
    "energy": frozenset({"gwh", "mwh", "kwh", "wh"}),
    "peak": frozenset({"mwp", "kwp"}),
    "apparent": frozenset({"mva", "kva", "va"}),
    "voltage": frozenset({"kv", "v"}),
    "time": frozenset({"hours", "hrs", "hr", "min", "ms", "s", "h"}),
    "length": frozenset({"cm", "km", "m"}),
    "volume": frozenset({"l", "litres"}),
    "angle": frozenset({"degrees"}),
    "share": frozenset({"%"}),
}
_FOLDED = {unit.lower(): unit for unit in UNITS}


class UnitFound(NamedTuple):
    """The unit as the heading writes it, and where: `[start, end)`."""

    written: str
    start: int
    end: int

    @property
    def kind(self) -> str:
        return kind_of(self.written) or ""


def kind_of(unit: str) -> str | None:
    """power, energy, apparent ...: members take units of their own kind alone."""
    return next((kind for kind, units in _KINDS.items() if unit.lower() in units), None)


@lru_cache(maxsize=8_192)
def unit_in(heading: str) -> UnitFound | None:
    """The last unit in brackets, else one at the end."""
    for found in reversed(list(_IN_BRACKETS.finditer(heading))):
        if found[1].lower() in _FOLDED:
            return UnitFound(found[1], found.start(1), found.end(1))
    found_at_end = _AT_END.search(heading)
    if (
        found_at_end
        and len(found_at_end[1]) >= _SHORTEST_AT_END
        and found_at_end[1].lower() in _FOLDED
    ):
        return UnitFound(found_at_end[1], found_at_end.start(1), found_at_end.end(1))
    return None


def without_unit(heading: str) -> str:
    found = unit_in(heading)
    if found is None:
        return heading
    bare = f"{heading[: found.start]} {heading[found.end :]}"
    return re.sub(r"[(\[{]\s*[)\]}]", " ", bare).strip(" _-,:")


def with_mark(heading: str) -> str:
    """`Power (MW)` -> `Power ({unit})`; braces of the heading itself are no marks."""
    found = unit_in(heading)
    start, end = (len(heading), len(heading)) if found is None else (found.start, found.end)
    parts = [_plain(heading[:start]), _plain(heading[end:])]
    return ("" if found is None else "{unit}").join(parts)


def _plain(text: str) -> str:
    return text.replace("{", "(").replace("}", ")")


def factor_of(unit: str, units: Mapping[str, str]) -> tuple[str, str] | None:
    """(the unit as the member's scale writes it, its factor)."""
    folded: dict[str, tuple[str, str]] = {
        each.lower(): (each, factor) for each, factor in units.items()
    }
    return folded.get(unit.lower())


def usual_first(unit: str, units: Mapping[str, str]) -> dict[str, str]:
    """The scale with the heading's own unit as the usual one."""
    found = factor_of(unit, units)
    first = {} if found is None else {found[0]: found[1]}
    return {**first, **units}
