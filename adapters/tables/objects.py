"""Objects made of columns: for each row one call of a function that is compiled for the members of its table.

A file has many rows and few shapes of them. Writing an object down (`{"make": a, "model": b}`) takes a fifth
of the time of putting its members into it one by one.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

#: (object within the payload, or "" for the payload itself; member of it) -> for each row its value, or None.
Columns = Mapping[tuple[str, str], Sequence[Any]]
#: A section of an object: its name, its constants, the names of its members.
_Section = tuple[str, tuple[tuple[str, str], ...], tuple[str, ...]]


def objects_of(skeleton: Mapping[str, Any], columns: Columns, count: int) -> list[dict[str, Any]]:
    """`count` objects that start from the skeleton: texts, and objects of texts. A member whose value is None is
    left out, and an object of which nothing is stated, unless the skeleton has it.
    """
    sections = _sections(skeleton, columns)
    in_order = [columns[section, name] for section, _, names in sections for name in names]
    make = _maker(sections)
    made = list(map(make, *in_order)) if in_order else [make() for _ in range(count)]
    gaps = {place for place, values in columns.items() if None in values}
    for section, name in gaps:
        for holder, value in zip(made, columns[section, name], strict=True):
            if value is None:
                del (holder[section] if section else holder)[name]
    for section, _, names in sections:
        if section not in ("", *skeleton) and all((section, name) in gaps for name in names):
            for holder in made:
                if not holder[section]:
                    del holder[section]
    return made


def _sections(skeleton: Mapping[str, Any], columns: Columns) -> tuple[_Section, ...]:
    """The payload itself first; of a constant that is also a member of a column the column counts."""
    constants: dict[str, dict[str, str]] = {"": {}}
    members: dict[str, list[str]] = {}
    for name, value in skeleton.items():
        if value.__class__ is dict:
            constants[name] = value
        else:
            constants[""][name] = value
    for section, name in columns:
        constants.setdefault(section, {})
        members.setdefault(section, []).append(name)
    return tuple(
        (section, tuple(each.items()), tuple(members.get(section, ())))
        for section, each in constants.items()
    )


@lru_cache(maxsize=1_024)
def _maker(sections: tuple[_Section, ...]) -> Callable[..., dict[str, Any]]:
    """A function of the members' values, in the order of the sections."""
    numbers = iter(range(10_000))
    parameters: list[str] = []
    written: list[str] = []
    for section, constants, names in sections:
        own = [f"v{next(numbers)}" for _ in names]
        parameters += own
        texts = [f"{name!r}: {text!r}" for name, text in constants]
        members = [f"{name!r}: {value}" for name, value in zip(names, own, strict=True)]
        inner = ", ".join((*texts, *members))
        written.append(f"{section!r}: {{{inner}}}" if section else inner)
    source = f"lambda {', '.join(parameters)}: {{{', '.join(filter(None, written))}}}"
    # Names and texts of a profile stand in it as literals of Python (`repr` of a `str`), nothing else of a file.
    made: Callable[..., dict[str, Any]] = eval(source, {"__builtins__": {}})  # noqa: S307
    return made
