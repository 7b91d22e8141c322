"""Objects made of columns: for each row one dictionary from names that all rows share.

A file has many rows and few shapes of them. Going through the columns side by side takes a third of the time of
putting members into each object one by one.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import repeat
from typing import Any

#: (object within the payload, or "" for the payload itself; member of it) -> for each row its value, or None.
Columns = Mapping[tuple[str, str], Sequence[Any]]


def objects_of(skeleton: Mapping[str, Any], columns: Columns, count: int) -> list[dict[str, Any]]:
    """`count` objects that start from the skeleton: texts, and objects of texts. A member whose value is None is
    left out, and an object of which nothing is stated, unless the skeleton has it.
    """
    sections = _sections(skeleton, columns, count)
    members = {name: _rows(each, count) for name, each in sections.items() if name}
    made = _rows({**sections[""], **members}, count)
    gaps = {place for place, values in columns.items() if None in values}
    for section, name in gaps:
        for holder, value in zip(made, columns[section, name], strict=True):
            if value is None:
                del (holder[section] if section else holder)[name]
    for section, stated in sections.items():
        if section not in ("", *skeleton) and all((section, name) in gaps for name in stated):
            for holder in made:
                if not holder[section]:
                    del holder[section]
    return made


def _rows(columns: Mapping[str, Iterable[Any]], count: int) -> list[dict[str, Any]]:
    """A dictionary for each row."""
    if not columns:
        return [{} for _ in range(count)]
    rows = zip(*columns.values(), strict=True)
    return list(map(dict, map(zip, repeat(tuple(columns)), rows)))


def _sections(
    skeleton: Mapping[str, Any], columns: Columns, count: int
) -> dict[str, dict[str, Iterable[Any]]]:
    """The payload itself ("") first, then its objects: name -> values, constants first. Of a constant that is also
    a member of a column the column counts.
    """
    sections: dict[str, dict[str, Iterable[Any]]] = {"": {}}
    for name, value in skeleton.items():
        if value.__class__ is dict:
            sections[name] = {member: repeat(text, count) for member, text in value.items()}
        else:
            sections[""][name] = repeat(value, count)
    for (section, name), values in columns.items():
        sections.setdefault(section, {})[name] = values
    return sections
