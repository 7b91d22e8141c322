"""Documents as tables: which template each entry goes into, and its row; before CSV or XLSX is chosen.

What a template has no column for raises ValueError: nothing is left out silently but what the table of
members does not have (`previous` of a notification, the bundle's own hash).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from adapters.tables.known import Known, KnownProfiles
from adapters.tables.placing import OWN_ELEMENT
from adapters.tables.profile_model import Column
from adapters.tables.templates.documents import (
    COMMAND_COLUMN,
    COMMANDS,
    ITEM_COLUMN,
    ITEMS,
    MARKET_UNIT,
    NOTIFICATION,
    RECORDS,
)
from contracts.canonical import canonical_json
from contracts.documents import Document, Entry
from contracts.item_members import SHAPES
from contracts.reasons import Reason, escape_pointer


class WrittenTable(NamedTuple):
    """One table. `version` where its items' category version follows from it. Cells are JSON scalars or None."""

    layout: str
    version: str | None
    headings: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


class _Layout(NamedTuple):
    """Name of a template, and the category version that its entries state."""

    name: str
    version: str | None = None


def tables_of(
    document: Document, known: KnownProfiles, *, together: bool
) -> tuple[WrittenTable, ...]:
    """The tables of a document, in the order in which their first entries come.

    `together`: one table, of everything if the entries are not of one template. Raises ValueError for an
    entry that no template carries.
    """
    groups: dict[_Layout, list[Entry]] = {}
    for entry in document.entries:
        groups.setdefault(_layout_of(entry), []).append(entry)
    if together and len(groups) != 1:
        groups = {_Layout(ITEMS): list(document.entries)}
    at, bundle = document.header.created_at, document.header.bundle or {}
    return tuple(
        _table(layout, entries, _named(known, layout, at), bundle)
        for layout, entries in groups.items()
    )


def table_for(known: Known, entries: Sequence[Entry], commands: Iterable[str]) -> WrittenTable:
    """A table of one template with the columns of these commands, whatever its entries need."""
    layout = _Layout(known.profile.name, known.profile.version)
    return _table(layout, entries, known, {}, commands)


def _layout_of(entry: Entry) -> _Layout:
    if entry.command not in COMMANDS and entry.command not in RECORDS:
        carried = ", ".join((*COMMANDS, *RECORDS))
        raise ValueError(f"tables do not carry {entry.command}: they carry {carried}")
    if entry.command.startswith("market_unit.") and "name" in entry.payload:
        return _Layout(MARKET_UNIT)
    if entry.command == "market_unit.compose":
        return _Layout(MARKET_UNIT)
    category = entry.payload.get("category")
    if not isinstance(category, str):
        return _Layout(ITEMS)
    return _Layout(category, entry.payload.get("category_version"))


def _named(known: KnownProfiles, layout: _Layout, at: datetime) -> Known:
    match known.named(layout.name, layout.version, at):
        case Reason():
            version = layout.version or f"effective at {at.isoformat()}"
            raise ValueError(f"there is no template {layout.name}, version {version}")
        case found:
            return found


def _table(
    layout: _Layout,
    entries: Sequence[Entry],
    known: Known,
    bundle: Mapping[str, Any],
    commands: Iterable[str] = (),
) -> WrittenTable:
    columns = {column.to: column for column in known.profile.columns if column.to is not None}
    joined = known.profile.joined.to if known.profile.joined else None
    rows: list[dict[str, Any]] = []
    for number, entry in enumerate(entries, 1):
        stated = _stated(entry, columns, joined, known.profile.constants)
        whole = {**_notified(entry, bundle), COMMAND_COLUMN: entry.command}
        if joined is not None:
            whole[ITEM_COLUMN] = number
        rows += ({**whole, **row} for row in _rows(stated, joined))
    of_commands = {*commands, *(entry.command for entry in entries)}
    written = _written(of_commands, columns, rows, layout)
    names = [
        *(
            name
            for name in (*_NOTIFIED, ITEM_COLUMN, COMMAND_COLUMN)
            if any(name in row for row in rows)
        )
    ]
    headings = (*(_HEADINGS[name] for name in names), *(_heading(columns[to]) for to in written))
    keys = (*names, *written)
    cells = tuple(tuple([row.get(key) for key in keys]) for row in rows)
    return WrittenTable(layout.name, layout.version, headings, cells)


#: Columns of a notification, named so that no pointer of a payload is like them.
_NOTIFIED = {f"notification {name}": heading for name, heading in NOTIFICATION.items()}
_HEADINGS = {**_NOTIFIED, ITEM_COLUMN: "Item", COMMAND_COLUMN: "Command"}


def _notified(entry: Entry, bundle: Mapping[str, Any]) -> dict[str, Any]:
    if entry.notification is None:
        return {}
    said = {**bundle, **entry.notification}
    return {f"notification {name}": said[name] for name in NOTIFICATION if name in said}


def _stated(
    entry: Entry, columns: Mapping[str, Column], joined: str | None, constants: Mapping[str, str]
) -> dict[str, Any]:
    """JSON Pointer, with `-n-` for the element of a row, -> scalar."""
    stated: dict[str, Any] = {}
    implied = {**constants, "/kind": entry.command.partition(".")[0]}
    for pointer, value in _leaves("", entry.payload, columns):
        if implied.get(pointer) == value:
            continue
        column = f"{joined}/-/{pointer.split('/', 3)[3]}" if _is_own(pointer, joined) else pointer
        if column not in columns:
            raise ValueError(f"a table has no column for {pointer} of {entry.command}")
        stated[pointer] = value
    return stated


def _is_own(pointer: str, joined: str | None) -> bool:
    return joined is not None and pointer.startswith(f"{joined}/")


def _leaves(pointer: str, value: Any, columns: Mapping[str, Column]) -> Iterator[tuple[str, Any]]:
    """Every scalar of a payload; what is null or empty is absent."""
    column = columns.get(pointer)
    if value is None or value in ("", [], {}):
        return
    if column is not None and column.kind == "structure":
        yield pointer, canonical_json(value).decode()
    elif isinstance(value, Mapping):
        for name, each in value.items():
            yield from _leaves(f"{pointer}/{escape_pointer(name)}", each, columns)
    elif isinstance(value, list | tuple):
        for number, each in enumerate(value):
            yield from _leaves(f"{pointer}/{number}", each, columns)
    else:
        yield pointer, value


def _rows(stated: Mapping[str, Any], joined: str | None) -> Iterator[dict[str, Any]]:
    """One row, or one per element of the list that rows join to; what is not of an element stands in each."""
    whole = {pointer: value for pointer, value in stated.items() if not _is_own(pointer, joined)}
    elements: dict[int, dict[str, Any]] = {}
    for pointer, value in stated.items():
        if _is_own(pointer, joined):
            _, _, number, below = pointer.split("/", 3)
            elements.setdefault(int(number), {})[f"{joined}/-/{below}"] = value
    if not elements:
        yield whole
    for element in elements.values():
        yield {**whole, **element}


def _written(
    commands: Iterable[str],
    columns: Mapping[str, Column],
    rows: Iterable[Mapping[str, Any]],
    layout: _Layout,
) -> list[str]:
    """The columns of the file: the single ones that these commands have, filled or not, so that a layout
    does not change with its content; numbered ones, and all of `items`, as far as they are used.
    """
    used = {pointer for row in rows for pointer in row}
    if layout.name == ITEMS:
        return [to for to in columns if to in used]
    shapes = [SHAPES[command] for command in commands]
    usual = {member.pointer for shape in shapes for member in shape.scalars}
    usual -= {"/category", "/category_version"}
    return [to for to in columns if to in used or to in usual or _always_stands(to)]


def _always_stands(pointer: str) -> bool:
    """Whether it is an attribute that is no list, or a member of the row's own element."""
    section, _, rest = pointer[1:].partition("/")
    return (section == "attributes" and "/" not in rest) or rest.startswith(f"{OWN_ELEMENT}/")


def _heading(column: Column) -> str:
    return column.headings[0].replace("{unit}", next(iter(column.units), ""))
