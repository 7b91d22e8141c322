"""Mapping profiles from their JSON documents."""

from collections.abc import Iterable, Mapping
from typing import Any

from adapters.tables.folding import fold, squeeze
from adapters.tables.profile_checks import names_of, profile_problems
from adapters.tables.profile_model import Code, Column, Joined, Profile, ProfileError, Step

__all__ = ["Profile", "ProfileError", "profile_from_document"]


def profile_from_document(document: Mapping[str, Any]) -> Profile:
    """The profile in a document that conforms to the schema of profiles. Raises ProfileError."""
    slots = document.get("slots", {})
    markers = document.get("null_markers", ())
    columns = [_column(entry, markers, in_slot=False) for entry in document["columns"]]
    columns += [_column(entry, markers, in_slot=True) for entry in slots.get("columns", ())]
    steps = tuple(_step(entry) for entry in document.get("steps", ()))
    command_column, joined = document.get("command_column"), document.get("joined")
    asked = {command_column, joined and joined["numbered_by"]}.union(*map(names_of, steps))
    profile = Profile(
        name=document["name"],
        version=document["version"],
        command=document["command"],
        columns=tuple(columns),
        slots=tuple(slots.get("numbers", ())),
        filled_when=tuple(slots.get("filled_when", ())),
        codes={name: _code_table(entries) for name, entries in document.get("codes", {}).items()},
        constants=dict(document.get("constants", {})),
        steps=steps,
        dropped={
            fold(heading): entry["reason"]
            for entry in document.get("dropped", ())
            for heading in entry["headings"]
        },
        unknown_headings=document.get("unknown_headings", "warning"),
        day_first=document.get("dates", {}).get("ambiguous", "day_first") == "day_first",
        decimal_sign={"decimal_comma": ","}.get(document.get("numbers", {}).get("ambiguous"), "."),
        command_column=command_column,
        joined=joined and Joined(joined["to"], joined["numbered_by"]),
        read_by_steps=tuple(column.name for column in columns if column.name in asked),
        document=document,
    )
    if problems := tuple(profile_problems(profile)):
        raise ProfileError(problems)
    return profile


_OWN_MEMBERS = frozenset(
    {"name", "headings", "kind", "to", "null_markers", "mandatory", "unreadable"}
)


def _column(entry: Mapping[str, Any], markers: Iterable[str], *, in_slot: bool) -> Column:
    return Column(
        name=entry["name"],
        headings=tuple(entry["headings"]),
        kind=entry["kind"],
        to=entry.get("to"),
        null_markers=frozenset(
            squeeze(marker) for marker in (*markers, *entry.get("null_markers", ()), "")
        ),
        options={name: value for name, value in entry.items() if name not in _OWN_MEMBERS},
        mandatory=entry.get("mandatory", False),
        unreadable=entry.get("unreadable", "error"),
        in_slot=in_slot,
    )


def _code_table(entries: Iterable[Mapping[str, Any]]) -> dict[str, Code]:
    return {
        fold(spelling): Code(
            entry["code"], entry.get("value", entry["code"]), entry.get("sets", {})
        )
        for entry in entries
        for spelling in (entry["code"], *entry.get("spellings", ()))
    }


def _step(entry: Mapping[str, Any]) -> Step:
    return Step(
        do=entry["do"],
        parameters={
            name: value for name, value in entry.items() if name not in ("do", "when", "comment")
        },
        when={name: frozenset(values) for name, values in entry.get("when", {}).items()},
    )
