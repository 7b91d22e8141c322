"""A mapping profile: how one table layout becomes items, as data.

Its JSON form is described, member by member, by `schemas/json/profiles/profile.schema.json`. This
module holds the model, and checks what a schema cannot: that names which refer to each other exist.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from adapters.tables.folding import fold, squeeze


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
        return self.options.get("units", MappingProxyType({}))


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


@dataclass(frozen=True)
class Profile:
    """One version of a profile. `slots` are the numbers of a repeating group, () if rows are items."""

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
    document: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    def codes_of(self, column: Column) -> Mapping[str, Code]:
        """Spelling, folded -> code."""
        return self.codes[column.options["codes"]]


def profile_from_document(document: Mapping[str, Any]) -> Profile:
    """The profile in a document that conforms to the schema of profiles. Raises ProfileError."""
    slots = document.get("slots", {})
    markers = document.get("null_markers", ())
    columns = [_column(entry, markers, in_slot=False) for entry in document["columns"]]
    columns += [_column(entry, markers, in_slot=True) for entry in slots.get("columns", ())]
    profile = Profile(
        name=document["name"],
        version=document["version"],
        command=document["command"],
        columns=tuple(columns),
        slots=tuple(slots.get("numbers", ())),
        filled_when=tuple(slots.get("filled_when", ())),
        codes={name: _code_table(entries) for name, entries in document.get("codes", {}).items()},
        constants=dict(document.get("constants", {})),
        steps=tuple(_step(entry) for entry in document.get("steps", ())),
        dropped={
            fold(heading): entry["reason"]
            for entry in document.get("dropped", ())
            for heading in entry["headings"]
        },
        unknown_headings=document.get("unknown_headings", "warning"),
        day_first=document.get("dates", {}).get("ambiguous", "day_first") == "day_first",
        document=document,
    )
    if problems := tuple(_problems(profile)):
        raise ProfileError(problems)
    return profile


_OWN_MEMBERS = frozenset({"name", "headings", "kind", "to", "null_markers", "mandatory", "unreadable"})


def _column(entry: Mapping[str, Any], markers: Iterable[str], *, in_slot: bool) -> Column:
    return Column(
        name=entry["name"],
        headings=tuple(entry["headings"]),
        kind=entry["kind"],
        to=entry.get("to"),
        null_markers=frozenset(squeeze(marker) for marker in (*markers, *entry.get("null_markers", ()), "")),
        options={name: value for name, value in entry.items() if name not in _OWN_MEMBERS},
        mandatory=entry.get("mandatory", False),
        unreadable=entry.get("unreadable", "error"),
        in_slot=in_slot,
    )


def _code_table(entries: Iterable[Mapping[str, Any]]) -> dict[str, Code]:
    return {
        fold(spelling): Code(entry["code"], entry.get("value", entry["code"]), entry.get("sets", {}))
        for entry in entries
        for spelling in (entry["code"], *entry.get("spellings", ()))
    }


def _step(entry: Mapping[str, Any]) -> Step:
    return Step(
        do=entry["do"],
        parameters={name: value for name, value in entry.items() if name not in ("do", "when", "comment")},
        when={name: frozenset(values) for name, values in entry.get("when", {}).items()},
    )


def _problems(profile: Profile) -> Iterable[str]:
    names = [column.name for column in profile.columns]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"two columns have the name {name}"
    for column in profile.columns:
        if column.kind == "code" and column.options.get("codes") not in profile.codes:
            yield f"column {column.name}: there is no code table {column.options.get('codes')}"
        if column.in_slot != any("{n" in heading for heading in column.headings):
            yield f"column {column.name}: headings of slots carry {{n}}, others do not"
    for name in profile.filled_when:
        if name not in names:
            yield f"filled_when: there is no column {name}"
