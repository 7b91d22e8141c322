"""The model of a mapping profile: how one table layout becomes items, as data.

Its JSON form is described, member by member, by `schemas/json/profiles/profile.schema.json`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any


class ProfileError(ValueError):
    """A profile that cannot be used, with everything that is wrong in it."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(self.problems))


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the layout, whatever its heading in this or that file.

    `headings` are templates: `{n}` is the slot number, `{n?}` the slot number or nothing for the first
    slot, `{unit}` a unit of `units`. `to` is the JSON Pointer of the payload that the value goes to, None
    for a column that only the steps read. `options` belong to the kind of value.
    """

    name: str
    headings: tuple[str, ...]
    kind: str
    to: str | None
    null_markers: frozenset[str]
    options: Mapping[str, Any]
    mandatory: bool = False
    unreadable: str = "error"
    in_slot: bool = False

    @property
    def units(self) -> Mapping[str, str]:
        """Unit as headings write it -> factor to the payload's unit; the first is the usual one."""
        units: Mapping[str, str] = self.options.get("units", MappingProxyType({}))
        return units


@dataclass(frozen=True, slots=True)
class Code:
    """One value of a code table. `value` is what the payload gets (None: nothing), by default the code.

    `sets`: further members of the payload that follow from it, by JSON Pointer.
    """

    code: str
    value: Any
    sets: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Step:
    """A named function over the drafts of a file, with its parameters; `when` limits it to some."""

    do: str
    parameters: Mapping[str, Any]
    when: Mapping[str, frozenset[Any]]


@dataclass(frozen=True, slots=True)
class Joined:
    """Consecutive rows that are one item: each adds an element to the list `to`."""

    to: str
    numbered_by: str


@dataclass(frozen=True)
class Profile:
    """One version of a profile. `slots` are the numbers of a repeating group, () if rows are items.

    `command_column`: the column whose code is the item's command, where a row states one; `joined`: the
    list to which consecutive rows of one item add an element each, and the column that numbers the items.
    `read_by_steps`: the columns whose values the steps ask for. `decimal_sign` where cells do not tell.
    """

    name: str
    version: str
    command: str
    columns: tuple[Column, ...]
    slots: tuple[int, ...]
    filled_when: tuple[str, ...]
    codes: Mapping[str, Mapping[str, Code]]
    constants: Mapping[str, str]
    steps: tuple[Step, ...]
    dropped: Mapping[str, str]
    unknown_headings: str = "warning"
    day_first: bool = True
    decimal_sign: str = "."
    command_column: str | None = None
    joined: Joined | None = None
    read_by_steps: tuple[str, ...] = ()
    document: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def rows_are_items(self) -> bool:
        """Whether each row is an item as it stands, whatever the others say."""
        return not (self.slots or self.steps or self.joined)

    def skeleton(self, statement_date: date) -> dict[str, Any]:
        """What every payload starts from: the constants, at most one level of objects deep."""
        pointers = (*self.constants, *(column.to or "" for column in self.columns))
        has_attributes = any(pointer.startswith("/attributes/") for pointer in pointers)
        payload: dict[str, Any] = {"attributes": {}} if has_attributes else {}
        for pointer, text in self.constants.items():
            section, _, name = pointer[1:].rpartition("/")
            holder = payload.setdefault(section, {}) if section else payload
            holder[name] = text.replace("{statement_date}", statement_date.isoformat())
        return payload

    def codes_of(self, column: Column) -> Mapping[str, Code]:
        """Spelling, folded -> code."""
        return self.codes[column.options["codes"]]
