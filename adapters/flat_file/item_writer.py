"""Commands and records as the records of a flat file: FA1 and what stands below it."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from adapters.flat_file.category_form import CategoryForm
from adapters.flat_file.forms import Forms
from adapters.flat_file.kinds import fitting, written
from adapters.flat_file.layout import (
    ACTS_FOR,
    ATTRIBUTE,
    COMMAND,
    FIRST_MEMBER,
    FORM_CATEGORY,
    FORM_VERSION,
    ITEM,
    MEMBERS,
    NUMBER,
    PATCH,
    REMOVED,
    Repeated,
)
from adapters.flat_file.members import Plan, Slot, plan_of, removable
from contracts.categories import Attribute
from contracts.documents import Entry

_WIDTH = FIRST_MEMBER - 1 + len(MEMBERS)


def joined(fields: list[str]) -> str:
    """A record of a user file: its empty fields at the end left out, closed by |."""
    while not fields[-1]:
        fields.pop()
    return "|".join(fields) + "|"


class ItemWriter:
    """Writes entries. `at`: when the document is made, which decides on versions that are not named."""

    def __init__(self, forms: Forms, at: datetime, *, acts_for: str | None) -> None:
        self._forms = forms
        self._at = at
        self._acts_for = acts_for

    def records(self, entry: Entry, number: int) -> list[str]:
        """FA1 and the records below. Raises ValueError, with a sentence, for what they cannot carry."""
        try:
            plan = plan_of(entry.command)
        except KeyError:
            raise ValueError(f"{entry.command} is not carried by flat files") from None
        try:
            return _Written(plan, self._form(entry, plan)).records(entry, number, self._acts_for)
        except ValueError as error:
            raise ValueError(f"item {number}, {entry.command}: {error}") from None

    def _form(self, entry: Entry, plan: Plan) -> CategoryForm | None:
        if entry.category is not None:
            return self._known(*entry.category)
        stated = entry.payload.get(PATCH[1:], {}) if plan.is_patch else entry.payload
        name, version = stated.get("category"), stated.get("category_version")
        return self._known(name, version or "") if isinstance(name, str) else None

    def _known(self, name: str, version: str) -> CategoryForm | None:
        form = self._forms.of(name, version, self._at)
        return None if form.category is None else form


class _Written:
    """One item, on its way to records."""

    def __init__(self, plan: Plan, form: CategoryForm | None) -> None:
        self._plan = plan
        self._form = form
        self._slots = {slot.pointer: (n, slot) for n, slot in enumerate(plan.slots)}
        self._repeated = {whole.pointer: (g, parts) for g, whole, parts in plan.repeated.values()}
        self._removable = {slot.pointer: name for name, slot in removable(plan).items()}
        self._head = [ITEM, *[""] * (_WIDTH - 1)]
        self._below: list[str] = []

    def records(self, entry: Entry, number: int, acts_for: str | None) -> list[str]:
        self._head[NUMBER - 1], self._head[COMMAND - 1] = str(number), entry.command
        self._head[ACTS_FOR - 1] = fitting(acts_for) if acts_for else ""
        if entry.category is not None:
            self._head[FORM_CATEGORY - 1], self._head[FORM_VERSION - 1] = entry.category
        for name, value in entry.payload.items():
            if name == "kind" and value == self._plan.kind:
                continue
            self._write(f"/{name}", value)
        return [joined(self._head), *self._below]

    def _write(self, pointer: str, value: Any) -> None:
        if value is None and pointer in self._removable:
            self._below.append(f"{REMOVED}|{self._removable[pointer]}|")
        elif pointer == self._plan.attributes.pointer and isinstance(value, Mapping):
            self._write_attributes(value)
        elif pointer in self._repeated and isinstance(value, list | tuple):
            self._write_elements(pointer, value)
        elif pointer in self._slots and not isinstance(value, Mapping):
            at, slot = self._slots[pointer]
            self._head[FIRST_MEMBER - 1 + at] = written(value, slot.kind)
        elif isinstance(value, Mapping) and value:
            for name, inner in value.items():
                self._write(f"{pointer}/{name}", inner)
        elif value != {} or pointer != PATCH:
            raise ValueError(f"{pointer} has no field in a flat file")

    def _write_elements(self, pointer: str, elements: list[Any] | tuple[Any, ...]) -> None:
        group, parts = self._repeated[pointer]
        if not elements:
            raise ValueError(f"{pointer} is an empty list, which is the same as none")
        for index, element in enumerate(elements):
            self._below.append(_element(group, parts, element, f"{pointer}/{index}"))

    def _write_attributes(self, attributes: Mapping[str, Any]) -> None:
        if not attributes and self._plan.is_patch:
            raise ValueError("a patch of no attributes has no record")
        if self._form is None and attributes:
            raise ValueError("the category of its attributes is not known")
        for name, value in attributes.items():
            assert self._form is not None
            attribute = self._form.attribute(name)
            if attribute is None:
                raise ValueError(f"the category has no attribute {name}")
            start = f"{ATTRIBUTE}|{attribute.ordinal}|{name}"
            if value is None and self._plan.is_patch:
                self._below.append(f"{start}||")
            else:
                lines = _attribute(attribute, value)
                self._below += [f"{start}{path}|{text}|" for path, text in lines]


def _element(group: Repeated, parts: tuple[Slot, ...], element: Any, pointer: str) -> str:
    fields = [group.code, *[""] * len(parts)]
    places = {slot.pointer: (n, slot) for n, slot in enumerate(parts, 1)}
    for member, value in _leaves(element, ""):
        if member not in places:
            raise ValueError(f"{pointer}{member} has no field in a flat file")
        at, slot = places[member]
        if group.is_open and at == len(parts):
            fields[at] = "|".join(part and fitting(part) for part in str(value).split("|"))
        else:
            fields[at] = written(value, slot.kind)
    return "|".join(fields) + "|" if group.is_open else joined(fields)


def _leaves(value: Any, pointer: str) -> Iterator[tuple[str, Any]]:
    if not isinstance(value, Mapping):
        yield pointer, value
        return
    for name, inner in value.items():
        yield from _leaves(inner, f"{pointer}/{name}")


def _attribute(attribute: Attribute, value: Any) -> Iterator[tuple[str, str]]:
    """(what follows the name, text of the value), one for each record."""
    if attribute.type != "array":
        yield "", written(value, attribute.type)
        return
    if not isinstance(value, list | tuple) or not value:
        raise ValueError(f"{attribute.name} is not a list of at least one element")
    items = attribute.schema["items"]
    for number, element in enumerate(value, 1):
        if items["type"] != "object":
            yield f"/{number}", written(element, items["type"])
            continue
        if not isinstance(element, Mapping) or not element.keys() <= items["properties"].keys():
            raise ValueError(
                f"{attribute.name}/{number} has members that the category does not know"
            )
        for member, inner in element.items():
            yield f"/{number}/{member}", written(inner, items["properties"][member]["type"])
