"""What a column may mean: members of an asset and attributes of its categories, with everything they are called."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from adapters.tables.drafting.word_lists import EASTINGS, NORTHINGS, SYNONYMS
from adapters.tables.profile_model import Profile
from adapters.tables.templates.columns import SCALES, attribute_columns, shape_columns
from contracts.categories import Category
from contracts.item_members import SHAPES
from contracts.market import NETWORK_AREAS

COMMAND = "asset.register"
POINT, REFERENCE, AREA = "/accounting_point/id", "/refs/0/ref", "/network/area"
#: Pointers of nothing: a pair of columns that a step makes latitude and longitude of.
EASTING, NORTHING = "eastings", "northings"

#: Units beside those of the templates.
_MORE_SCALES: Mapping[str, Mapping[str, str]] = {
    "kW": {"GW": "1000000"},
    "kWh": {"Wh": "0.001", "GWh": "1000000"},
    "kVA": {"VA": "0.001"},
    "s": {"ms": "0.001", "min": "60"},
    "m": {"cm": "0.01"},
}
#: Members that the hub asks for in commands and no list of assets holds, or that a constant says.
_NOT_OFFERED = frozenset(
    {"/category", "/category_version", "/fsp", "/owner/organisation", "/owner/consent_subject", "/on_existing",
     "/accounting_point/scheme", "/source/system", "/source/revision", "/source/identity", "/valid_from"}
)  # fmt: skip
_KINDS = {
    "line": "text", "number": "decimal", "option": "code", "boolean": "yes_no", "day": "date", "word": "text",
}  # fmt: skip
_KINDS_OF_MEMBERS = {POINT: "digits", AREA: "code"}
#: Coordinates keep more places than other numbers.
_FRACTION_DIGITS = {"/attributes/latitude": 6, "/attributes/longitude": 6}


@dataclass(frozen=True, slots=True)
class Target:
    """`pointer`: the member. `phrases`: what it is called, the hub's own name first. `units`: unit -> factor, the
    member's own unit first. `options`: of an enumeration. `categories`: names of those that have it, none: all.
    """

    pointer: str
    kind: str
    phrases: tuple[str, ...]
    units: Mapping[str, str] = field(default_factory=dict, hash=False)
    options: tuple[str, ...] = ()
    personal: bool = False
    is_mandatory: bool = False
    categories: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        plain = self.pointer.removeprefix("/attributes/").lstrip("/").replace("/", "_")
        return {POINT: "meter_point", REFERENCE: "reference"}.get(self.pointer, plain)


def targets_of(categories: Sequence[Category], profiles: Iterable[Profile]) -> tuple[Target, ...]:
    """Of these categories together. `profiles`: whose headings are known names as well."""
    known = _headings_of(profiles)
    members = [
        entry
        for entry in shape_columns([SHAPES[COMMAND]])
        if entry["to"] not in _NOT_OFFERED and not _is_numbered(entry["to"])
    ]
    found = [_of_member(entry, known) for entry in members]
    found.append(Target(REFERENCE, "text", _phrases(REFERENCE, ["Reference 1"], known)))
    found += _of_attributes(categories, known)
    found.append(Target(EASTING, "decimal", (*EASTINGS, *known.get(EASTING, ())), personal=True))
    found.append(Target(NORTHING, "decimal", (*NORTHINGS, *known.get(NORTHING, ())), personal=True))
    return tuple(found)


def _is_numbered(pointer: str) -> bool:
    return any(step.isdigit() for step in pointer.split("/"))


def _of_member(entry: Mapping[str, Any], known: Mapping[str, list[str]]) -> Target:
    pointer = entry["to"]
    kind = _KINDS_OF_MEMBERS.get(pointer) or _KINDS.get(entry["kind"], "text")
    return Target(
        pointer,
        kind,
        _phrases(pointer, entry["headings"], known),
        options=tuple(sorted(NETWORK_AREAS)) if pointer == AREA else (),
        personal=pointer == POINT,
    )


def _of_attributes(
    categories: Sequence[Category], known: Mapping[str, list[str]]
) -> Iterator[Target]:
    made: dict[str, dict[str, Any]] = {}
    for category in categories:
        for attribute in category.attributes:
            for entry in attribute_columns(attribute):
                pointer = entry["to"]
                told = made.setdefault(
                    pointer, {"entry": entry, "options": {}, "names": set(), "mandatory": False}
                )
                told["options"].update(dict.fromkeys(entry.get("options", ())))
                told["names"].add(category.name)
                told["mandatory"] |= attribute.name in category.required
                told |= {"personal": attribute.personal, "unit": attribute.unit}
    for pointer, told in made.items():
        entry, unit = told["entry"], told["unit"]
        scales = {**SCALES.get(unit, {}), **_MORE_SCALES.get(unit, {})}
        headings = [heading.replace("{unit}", unit or "") for heading in entry["headings"]]
        kind = (
            "postcode" if pointer == "/attributes/postcode" else _KINDS.get(entry["kind"], "text")
        )
        yield Target(
            pointer,
            kind,
            _phrases(pointer, headings, known),
            units={unit: "1", **scales} if unit and kind == "decimal" else {},
            options=tuple(told["options"]),
            personal=told["personal"],
            is_mandatory=told["mandatory"],
            categories=frozenset(told["names"])
            if len(told["names"]) < len(categories)
            else frozenset(),
        )


def _phrases(
    pointer: str, headings: Iterable[str], known: Mapping[str, list[str]]
) -> tuple[str, ...]:
    name = pointer.removeprefix("/attributes/")
    return tuple(dict.fromkeys((*headings, *SYNONYMS.get(name, ()), *known.get(pointer, ()))))


def fraction_digits(target: Target) -> int | None:
    return _FRACTION_DIGITS.get(target.pointer)


def _headings_of(profiles: Iterable[Profile]) -> dict[str, list[str]]:
    """Member -> headings, without numbers and units, that profiles lead there, by a cell or by a step."""
    known: dict[str, list[str]] = {}
    for profile in profiles:
        led = {column.name: column.to for column in profile.columns}
        for step in profile.steps:
            parameters = step.parameters
            if step.do == "accounting_point":
                led |= dict.fromkeys(parameters["columns"], POINT)
            if step.do == "put" and len(parameters["columns"]) == 1:
                (column,) = parameters["columns"]
                led[column] = led[column] or parameters["to"]
            if step.do == "location":
                pairs = ((EASTING, "eastings"), (NORTHING, "northings"))
                led |= {parameters[name]: pointer for pointer, name in pairs}
                led[parameters["latitude"]] = "/attributes/latitude"
                led[parameters["longitude"]] = "/attributes/longitude"
        for column in profile.columns:
            if (pointer := led[column.name]) is not None:
                known.setdefault(pointer, []).extend(map(_bare, column.headings))
    return known


def _bare(template: str) -> str:
    for mark in ("({unit})", "{unit}", "{n?}", "{n}"):
        template = template.replace(mark, "")
    return " ".join(template.split())
