"""Values of columns into payloads, one column after the other: members, members of objects, elements of lists.

A column goes to a JSON Pointer of the payload. A number in it is the place of a list's element; `-` is
the element that the row itself stands for (rows that join to one item).
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

Payloads = Sequence[dict[str, Any]]
#: For each draft the value of a column, None where there is none.
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


def put_members(payloads: Payloads, target: Target, values: Values) -> None:
    """A column that goes to a member of the payload, or of an object within it."""
    section, name = target.section, target.name
    if not section:
        for payload, value in zip(payloads, values, strict=True):
            if value is not None:
                payload[name] = value
        return
    for payload, value in zip(payloads, values, strict=True):
        if value is not None:
            if section in payload:
                payload[section][name] = value
            else:
                payload[section] = {name: value}


def put_elements(
    payloads: Payloads, columns: Sequence[tuple[Target, Values]]
) -> Iterator[tuple[int, tuple[int, ...]]]:
    """The columns of one list, in order of its elements. A list has no gaps: what is stated moves up.

    Gives what moved: (index of the payload, the numbers of the elements as the columns have them).
    """
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
    section, name = columns[0][0].section, columns[0][0].name
    for index, elements in made.items():
        payload = payloads[index]
        numbers = tuple(sorted(elements))
        holder = payload.setdefault(section, {}) if section else payload
        holder[name] = [elements[number] for number in numbers]
        if numbers[-1] >= len(numbers):
            yield index, numbers


def twofold(pointers: Mapping[str, str]) -> tuple[str, ...]:
    """Pointers that are a member themselves and an object with members: a record's id, or its reference."""
    return tuple(each for each in pointers if f"{each}/ref" in pointers)
