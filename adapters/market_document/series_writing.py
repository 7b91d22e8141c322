"""One command or record as the content of a `TimeSeries`.

Nothing is left out silently: a member of the payload that has no element raises ValueError.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from adapters.market_document.category_forms import CategoryForm, CategoryForms
from adapters.market_document.elements import holder, leaf, nil
from adapters.market_document.layout import RECORDS, Series
from adapters.market_document.names import COMPLETE, ELEMENT, PARTIAL
from adapters.market_document.plans import RECORD_ENDING, STATEMENTS
from contracts.canonical import canonical_json
from contracts.categories import Attribute
from contracts.documents import Entry
from contracts.item_members import SHAPES, Group, Member, Shape

_ABSENT = object()
Payload = Mapping[str, Any]


class SeriesWriter:
    """Writes the series of one document. `at`: when a category version is effective that is not named (UTC)."""

    def __init__(self, series: Series, forms: CategoryForms, at: datetime) -> None:
        self._forms = forms
        self._at = at
        self._name = "record" if series is RECORDS else "command"
        rank = {member.xml_name: number for number, member in enumerate(series.members)}
        self._shapes = {command: _ranked(SHAPES[command], rank) for command in series.commands}

    def lines(self, entry: Entry, number: int, notification: Iterable[str]) -> Iterator[str]:
        """The elements of one entry, in the order of the schema."""
        shape, payload = self._shapes[entry.command], entry.payload
        _check_covered(payload, shape, entry.command)
        is_record = self._name == "record"
        yield leaf(2, "mRID", payload["id"] if is_record else number)
        yield leaf(2, self._name, entry.command.removesuffix(RECORD_ENDING))
        for member in shape.scalars:
            if member.xml_name != "mRID":
                yield from _scalar(member, payload, 2)
        for group in shape.groups:
            yield from _group(group, payload)
        yield from notification
        if shape.attributes is not None:
            attributes = _at(payload, shape.attributes)
            if isinstance(attributes, Mapping):
                yield from self._attributes(attributes, entry)

    def _attributes(self, attributes: Payload, entry: Entry) -> Iterator[str]:
        form = self._form(entry)
        unknown = [name for name in attributes if form.category.attribute(name) is None]
        if unknown:
            raise ValueError(f"{form.category.name} has no attribute {', '.join(unknown)}")
        is_complete = entry.command in STATEMENTS
        lines = (
            line
            for attribute in form.category.attributes
            if attribute.name in attributes
            for line in _attribute(attribute, attributes[attribute.name], is_complete=is_complete)
        )
        yield from holder(2, COMPLETE if is_complete else PARTIAL, lines, form.namespace)

    def _form(self, entry: Entry) -> CategoryForm:
        """The category by which the attributes are written."""
        payload: Payload = entry.payload.get("patch", entry.payload)
        name, version = entry.category or (payload.get("category"), payload.get("category_version"))
        if name is None:
            raise ValueError(f"{entry.command} in XML needs the category of the asset")
        if version is None:
            effective = self._forms.catalogue.effective(name, self._at)
            version = "" if effective is None else effective.version
        form = self._forms.of(name, version)
        if form is None:
            raise ValueError(f"there is no version {version or 'effective'} of a category {name}")
        return form


def _ranked(shape: Shape, rank: Mapping[str, int]) -> Shape:
    """The shape with its members in the order of the document."""
    return shape._replace(
        scalars=tuple(sorted(shape.scalars, key=lambda member: rank[member.xml_name]))
    )


def _at(payload: Any, pointer: str) -> Any:
    for name in pointer[1:].split("/"):
        if not isinstance(payload, Mapping) or name not in payload:
            return _ABSENT
        payload = payload[name]
    return payload


def _scalar(member: Member, payload: Payload, depth: int) -> Iterator[str]:
    value = _at(payload, member.pointer)
    if value is _ABSENT or (isinstance(value, Mapping) and member.kind != "json"):
        return
    if value is None:
        if member.pointer.startswith("/patch/"):
            yield nil(depth, member.xml_name)
    elif member.kind == "json":
        yield leaf(depth, member.xml_name, canonical_json(value).decode())
    elif isinstance(value, list | tuple):
        raise ValueError(f"{member.pointer} is a list, and no place for one")
    else:
        yield leaf(depth, member.xml_name, value)


def _group(group: Group, payload: Payload) -> Iterator[str]:
    elements = _at(payload, group.pointer)
    if elements is _ABSENT:
        return
    if not elements:
        if group.pointer.startswith("/patch/"):
            yield nil(2, group.xml_name)
        return
    for element in elements:
        lines = [line for member in group.members for line in _scalar(member, element, 3)]
        yield from holder(2, group.xml_name, lines)


def _attribute(attribute: Attribute, value: Any, *, is_complete: bool) -> Iterator[str]:
    if value is None or value == []:
        if not is_complete:
            yield nil(3, attribute.xml_name)
    elif attribute.type != "array":
        yield leaf(3, attribute.xml_name, value)
    else:
        parts = attribute.schema["items"].get("properties", {})
        lines = (line for element in value for line in _element(element, parts))
        yield from holder(3, attribute.xml_name, lines)


def _element(element: Any, parts: Mapping[str, Any]) -> Iterator[str]:
    if not isinstance(element, Mapping):
        yield leaf(4, ELEMENT, element)
        return
    unknown = element.keys() - parts.keys()
    if unknown:
        raise ValueError(f"an element of a list has no {', '.join(sorted(unknown))}")
    lines = (
        leaf(5, part["xml_name"], element[name]) for name, part in parts.items() if name in element
    )
    yield from holder(4, ELEMENT, lines)


def _check_covered(payload: Payload, shape: Shape, command: str) -> None:
    """Raises ValueError for a member that the shape has no element for."""
    known = {member.pointer for member in shape.scalars} | {"/kind"}
    whole = {group.pointer for group in shape.groups}
    whole |= {member.pointer for member in shape.scalars if member.kind == "json"}
    whole |= set() if shape.attributes is None else {shape.attributes}
    lost = [pointer for pointer in _leaves(payload, "", whole) if pointer not in known]
    for group in shape.groups:
        inner = {member.pointer for member in group.members}
        for element in _at(payload, group.pointer) or () if _has(payload, group.pointer) else ():
            lost += [
                f"{group.pointer}{each}"
                for each in _leaves(element, "", set())
                if each not in inner
            ]
    if lost:
        raise ValueError(f"{command} has no element for {', '.join(sorted(set(lost)))}")


def _has(payload: Payload, pointer: str) -> bool:
    return _at(payload, pointer) is not _ABSENT


def _leaves(value: Any, pointer: str, whole: set[str]) -> Iterator[str]:
    if pointer in whole or (value is None and pointer == ""):
        return
    if isinstance(value, Mapping) and (value or not pointer):
        for name, inner in value.items():
            yield from _leaves(inner, f"{pointer}/{name}", whole)
    else:
        yield pointer
