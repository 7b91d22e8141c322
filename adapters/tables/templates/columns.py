"""Columns of templates, as entries of a mapping profile: from the members of items and from attributes."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from adapters.tables.folding import fold
from contracts.categories import Attribute
from contracts.item_members import Group, Member, Shape

Entry = dict[str, Any]

_KIND_OF_MEMBER = {
    "line": "line",
    "key": "line",
    "token": "line",
    "id": "line",
    "choice": "word",
    "date": "day",
    "time": "moment",
    "integer": "number",
    "number": "number",
    "json": "structure",
}
_KIND_OF_TYPE = {"string": "line", "number": "number", "integer": "number", "boolean": "boolean"}
#: Unit of an attribute -> units that a heading or a cell may have instead, with their factors.
SCALES: Mapping[str, Mapping[str, str]] = {
    "kW": {"MW": "1000", "W": "0.001"},
    "kWh": {"MWh": "1000"},
    "kWp": {"MWp": "1000"},
    "kVA": {"MVA": "1000"},
    "kV": {"V": "0.001"},
    "kW/s": {"MW/s": "1000"},
}
#: How many elements of a group of members a row has columns for (`refs` holds 20 at most).
ELEMENTS_OF_GROUP = 20


def shape_columns(shapes: Iterable[Shape], own_element: str | None = None) -> list[Entry]:
    """The columns of everything in these shapes but attributes, each member once.

    The group at `own_element` has one set of columns: each row is one element of it.
    """
    shapes = list(shapes)
    scalars = [_member(m, m.pointer, m.heading) for shape in shapes for m in shape.scalars]
    groups = {group.pointer: group for shape in shapes for group in shape.groups}
    in_groups = [
        column
        for group in groups.values()
        for column in (_own(group) if group.pointer == own_element else _numbered(group))
    ]
    return list({column["to"]: column for column in (*scalars, *in_groups)}.values())


def _own(group: Group) -> Iterator[Entry]:
    for member in group.members:
        heading = f"{group.heading} {_inner(member.heading)}"
        yield _member(member, f"{group.pointer}/-{member.pointer}", heading)


def _numbered(group: Group) -> Iterator[Entry]:
    for number in range(1, ELEMENTS_OF_GROUP + 1):
        for member in group.members:
            inner = _inner(member.heading)
            headings = [f"{group.heading} {number} {inner}".strip()]
            if number == 1:
                headings.append(f"{group.heading} {inner}".strip())
            pointer = f"{group.pointer}/{number - 1}{member.pointer}"
            yield _member(member, pointer, *headings) | {"element": number}


def _member(member: Member, pointer: str, *headings: str) -> Entry:
    return _column(pointer, _KIND_OF_MEMBER[member.kind], headings)


def attribute_columns(attribute: Attribute) -> Iterator[Entry]:
    """The column of an attribute; of a list as many, numbered, as it may have elements."""
    pointer, schema = f"/attributes/{attribute.name}", attribute.schema
    if attribute.type != "array":
        names = [attribute.heading, attribute.name, attribute.xml_name]
        yield _value(pointer, schema, names, attribute.unit)
        return
    element = schema["items"]
    for number in range(1, schema["maxItems"] + 1):
        start, place = f"{attribute.heading} {number}", f"{pointer}/{number - 1}"
        if element["type"] != "object":
            yield _value(place, element, [start], attribute.unit) | {"element": number}
            continue
        for name, member in element["properties"].items():
            unit = member.get("unit")
            heading = f"{start} {_inner(member['title'])}" + (f" ({unit})" if unit else "")
            yield _value(f"{place}/{name}", member, [heading], unit) | {"element": number}


def _value(pointer: str, schema: Mapping[str, Any], headings: list[str], unit: str | None) -> Entry:
    if "enum" in schema:
        return _column(pointer, "option", headings) | {"options": list(schema["enum"])}
    if schema.get("format") == "date":
        return _column(pointer, "day", headings)
    column = _column(pointer, _KIND_OF_TYPE[schema["type"]], headings)
    if unit is not None and unit in SCALES and f"({unit})" in headings[0]:
        column["headings"][0] = column["headings"][0].replace(f"({unit})", "({unit})")
        column["units"] = {unit: "1", **SCALES[unit]}
    return column


def _column(pointer: str, kind: str, headings: Iterable[str]) -> Entry:
    """Beside its headings a column is known by the names of the members: `accounting_point_id`."""
    name = pointer[1:].replace("/-/", "/").replace("/", "_")
    known = [heading.replace("{", "(").replace("}", ")") for heading in headings]
    if not any(step.isdigit() for step in pointer.split("/")):
        known.append(name.removeprefix("attributes_"))
    return {"name": name, "kind": kind, "to": pointer, "headings": known}


def distinct(columns: Iterable[Entry]) -> list[Entry]:
    """The columns with headings that tell them apart: the first heading of a column is kept before the
    further ones of others, and a first one that is taken gets the column's name.
    """
    kept = list(columns)
    taken: set[str] = set()
    for column in kept:
        first = column["headings"][0]
        if not fold(first) or not taken.isdisjoint(_spellings(first, column)):
            first = f"{first} ({column['name']})"
        taken |= _spellings(first, column)
        column["headings"][0] = first
    for column in kept:
        first, *others = column["headings"]
        free = [first]
        for heading in others:
            if fold(heading) not in taken:
                taken.add(fold(heading))
                free.append(heading)
        column["headings"] = free
    return kept


def _spellings(heading: str, column: Entry) -> set[str]:
    return {fold(heading.replace("{unit}", unit)) for unit in column.get("units", ("",))}


def _inner(heading: str) -> str:
    """Words within a heading: in lower case, unless they are an abbreviation."""
    return heading[:1].lower() + heading[1:] if heading[1:2].islower() else heading
