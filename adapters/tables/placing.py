"""Values of columns into payloads, one column after the other: members, members of objects, elements of lists.

A column goes to a JSON Pointer of the payload. A number in it is the place of a list's element; `-` is
the element that the row itself stands for (rows that join to one item).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import repeat
from typing import Any, NamedTuple

from adapters.tables.objects import objects_of

Payloads = Sequence[dict[str, Any]]
#: For each payload the value of a column, None where there is none.
Values = Sequence[Any]

OWN_ELEMENT = "-"


class Target(NamedTuple):
    """A pointer taken apart: `section` ("" for the payload itself), member `name`; and, within a list,
    the number of the `element` from 0 and the path below it (none for a list of scalars).
    """

    section: str
    name: str
    element: int | None = None
    below: tuple[str, ...] = ()

    def at(self, element: int) -> str:
        """The pointer, with another element of the list."""
        parts = (self.section, self.name, str(element), *self.below)
        return "".join(f"/{part}" for part in parts if part)


@lru_cache(maxsize=4096)
def target_of(pointer: str) -> Target:
    steps = pointer[1:].split("/")
    at = next((n for n, step in enumerate(steps) if step == OWN_ELEMENT or step.isdigit()), None)
    head, element, below = (steps, None, ()) if at is None else _parted(steps, at)
    section, name = (head[0], head[1]) if len(head) > 1 else ("", head[0])
    return Target(section, name, element, below)


def _parted(steps: list[str], at: int) -> tuple[list[str], int, tuple[str, ...]]:
    number = 0 if steps[at] == OWN_ELEMENT else int(steps[at])
    return steps[:at], number, tuple(steps[at + 1 :])


def payloads_of(
    skeleton: Mapping[str, Any], columns: Iterable[tuple[Target, Values]], count: int
) -> list[dict[str, Any]]:
    """`count` payloads with the columns that go to members of the payload, or of an object within it.

    All start from the skeleton. A value that is None leaves its member out, or as an earlier column has it.
    """
    members: dict[tuple[str, str], Values] = {}
    for (section, name, _, _), values in columns:
        constant = (skeleton.get(section, {}) if section else skeleton).get(name)
        before = members.get((section, name), None if constant is None else repeat(constant, count))
        members[section, name] = values if before is None else _overlaid(before, values)
    sections = {section for section, _ in members}
    # A record's id, where others of the file are named by a reference: an object in the same place.
    ids = [name for section, name in members if not section and name in sections]
    apart = {name: members.pop(("", name)) for name in ids}
    payloads = objects_of(skeleton, members, count)
    for name, values in apart.items():
        for payload, value in zip(payloads, values, strict=True):
            if value is not None:
                payload[name] = value
    return payloads


def _overlaid(before: Iterable[Any], after: Values) -> Values:
    pairs = zip(before, after, strict=True)
    return [earlier if later is None else later for earlier, later in pairs]


def put_elements(
    payloads: Payloads, columns: Sequence[tuple[Target, Values]]
) -> Iterator[tuple[int, tuple[int, ...]]]:
    """The columns of one list, in order of its elements. A list has no gaps: what is stated moves up.

    Gives what moved: (index of the payload, the numbers of the elements as the columns have them).
    """
    first = columns[0][0]
    if _is_only_element(columns):
        yield from _put_only_elements(payloads, columns)
        return
    made: dict[int, dict[int, Any]] = {}
    for target, values in columns:
        for index, value in enumerate(values):
            if value is None:
                continue
            elements = made.setdefault(index, {})
            if not target.below:
                elements[target.element or 0] = value
                continue
            holder = elements.setdefault(target.element or 0, {})
            for step in target.below[:-1]:
                holder = holder.setdefault(step, {})
            holder[target.below[-1]] = value
    for index, elements in made.items():
        payload = payloads[index]
        numbers = tuple(sorted(elements))
        holder = payload.setdefault(first.section, {}) if first.section else payload
        holder[first.name] = [elements[number] for number in numbers]
        if numbers[-1] >= len(numbers):
            yield index, numbers


def _is_only_element(columns: Sequence[tuple[Target, Values]]) -> bool:
    """Whether these columns are of one element, an object of plain members, each member once: the usual."""
    elements = {target.element for target, _ in columns}
    members = {target.below for target, _ in columns}
    return len(elements) == 1 and len(members) == len(columns) and {*map(len, members)} == {1}


def _put_only_elements(
    payloads: Payloads, columns: Sequence[tuple[Target, Values]]
) -> Iterator[tuple[int, tuple[int, ...]]]:
    section, name, element, _ = columns[0][0]
    members = {("", target.below[0]): values for target, values in columns}
    for index, (payload, made) in enumerate(
        zip(payloads, objects_of({}, members, len(payloads)), strict=True)
    ):
        if made:
            holder = payload.setdefault(section, {}) if section else payload
            holder[name] = [made]
            if element:
                yield index, (element,)


def twofold(pointers: Mapping[str, str]) -> tuple[str, ...]:
    """Pointers that are a member themselves and an object with members: a record's id, or its reference."""
    objects = {pointer.rpartition("/")[0] for pointer in pointers}
    return tuple(each for each in pointers if each in objects)
