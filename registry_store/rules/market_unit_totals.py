"""What the members of a market unit come to: power up and down, energy, and where they are.

Up is what the network gets more of: output that rises, or demand that falls. Down is the reverse.

| the category's assets | `up_kw` | `down_kw` |
|---|---|---|
| generate | export capacity | export capacity (output that can be curtailed) |
| store (give back what they took) | export capacity | import capacity |
| only consume | turn-down if stated, else import capacity | turn-up if the category has it, else import capacity |

`energy_kwh` is the sum of energy capacities. A member of which a figure is not known adds nothing to that
sum; a sum to which nobody adds is left out. Nobody gives totals: they are worked out here alone.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from contracts.canonical import plain_number
from contracts.categories import Catalogue, Category
from contracts.changes import Record
from registry_store.rules.asset_versions import slice_at
from registry_store.rules.state import State

Place = tuple[str | None, str | None]
#: From that many percent of the former figure on, a change of power is material.
_MATERIAL_PERCENT = 10


class MemberFigures(NamedTuple):
    """What one asset adds to its unit; None: not known. `place`: network area and GSP group."""

    up_kw: Decimal | None
    down_kw: Decimal | None
    energy_kwh: Decimal | None
    place: Place


def figures_of(content: Mapping[str, Any], catalogue: Catalogue) -> MemberFigures:
    network = content.get("network", {})
    place = (network.get("area"), network.get("gsp_group"))
    category = catalogue.get(content.get("category", ""), content.get("category_version", ""))
    if category is None:
        return MemberFigures(None, None, None, place)
    stated = content["attributes"]
    up, down = _up_and_down(category, stated)
    return MemberFigures(
        _decimal(up), _decimal(down), _decimal(stated.get("energy_capacity_kwh")), place
    )


def _up_and_down(category: Category, stated: Mapping[str, Any]) -> tuple[Any, Any]:
    exports, imports = stated.get("export_capacity_kw"), stated.get("import_capacity_kw")
    if category.attribute("export_capacity_kw") is None:
        turn_up = imports if category.attribute("turn_up_kw") is None else stated.get("turn_up_kw")
        return stated.get("turn_down_kw", imports), turn_up
    stores = (
        category.attribute("energy_capacity_kwh") is not None
        or "import_capacity_kw" in category.required
    )
    return exports, imports if stores else exports


def _decimal(number: Any) -> Decimal | None:
    return None if number is None else Decimal(str(number))


class UnitFigures(NamedTuple):
    """`totals` as the record shows them, each left out where it is not known; `places` distinct, in order."""

    totals: dict[str, int | float]
    places: tuple[Place, ...]


def unit_figures(
    members: Iterable[Mapping[str, Any]], at: datetime, state: State, catalogue: Catalogue
) -> UnitFigures:
    """Of a unit with these members (canonical), at that time: sums over those that are in it then.

    Its places are those of all members that are not over by then, so that an operator knows of those
    that are still to come. Assets are taken as they were at that time, as far as that is recorded.
    """
    sums: dict[str, Decimal] = {}
    places: set[Place] = set()
    for asset, is_in in _not_over(members, at, state):
        figures = figures_of(slice_at(asset, at) or asset.content, catalogue)
        places.add(figures.place)
        if is_in:
            for name in ("up_kw", "down_kw", "energy_kwh"):
                if (value := getattr(figures, name)) is not None:
                    sums[name] = sums.get(name, Decimal()) + value
    return UnitFigures(
        {name: plain_number(value) for name, value in sums.items()},
        tuple(sorted(places - {(None, None)}, key=lambda place: (place[0] or "", place[1] or ""))),
    )


def _not_over(
    members: Iterable[Mapping[str, Any]], at: datetime, state: State
) -> Iterator[tuple[Record, bool]]:
    for member in members:
        asset = state.record("asset", member["asset"])
        if asset is not None and ("valid_to" not in member or instant(member["valid_to"]) > at):
            yield asset, instant(member["valid_from"]) <= at


def instant(text: str) -> datetime:
    """A time as canonical records hold it."""
    return datetime.fromisoformat(text)


def is_material(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether the power of a unit changed by a tenth or more, appeared, or vanished."""
    old, new = before.get("totals", {}), after.get("totals", {})
    return any(_differs(old.get(name), new.get(name)) for name in ("up_kw", "down_kw"))


def _differs(old: float | None, new: float | None) -> bool:
    if old == new:
        return False
    if old is None or new is None:
        return True
    was, now = Decimal(str(old)), Decimal(str(new))
    return abs(now - was) * 100 >= abs(was) * _MATERIAL_PERCENT
