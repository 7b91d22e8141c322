"""Where each member of an item stands in its file: worked out when it is asked for, so only for reasons."""

from collections.abc import Iterator, Mapping, Sequence

from adapters.flat_file.layout import ATTRIBUTE, FIRST_MEMBER, REMOVED
from adapters.flat_file.members import Plan, removable
from adapters.flat_file.places import place
from contracts.reasons import escape_pointer


class ItemPlaces(Mapping[str, str]):
    """JSON Pointer of the payload -> place. `records[0]` is the item's FA1, on line `line`."""

    __slots__ = ("_line", "_places", "_plan", "_records")

    def __init__(self, plan: Plan, records: Sequence[str], line: int) -> None:
        self._plan = plan
        self._records = records
        self._line = line
        self._places: dict[str, str] | None = None

    def __getitem__(self, pointer: str) -> str:
        return self._all()[pointer]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())

    def nearest(self, pointer: str) -> str | None:
        """The place of a member, else of the first thing within it, else of what it is within.

        An attribute without a record of its own has none: it is the item that lacks it.
        """
        roots = ("", "/patch", self._plan.attributes.pointer)
        while pointer not in roots:
            if pointer in self:
                return self[pointer]
            if below := next((each for each in self if each.startswith(f"{pointer}/")), None):
                return self[below]
            pointer = pointer.rpartition("/")[0]
        return None

    def _all(self) -> dict[str, str]:
        if self._places is None:
            self._places = dict(self._found())
        return self._places

    def _found(self) -> Iterator[tuple[str, str]]:
        for field, slot in enumerate(self._plan.slots, FIRST_MEMBER):
            yield slot.pointer, place(self._line, field)
        counts: dict[str, int] = {}
        for line, record in enumerate(self._records[1:], self._line + 1):
            code, *fields = record[:-1].split("|")
            if code == ATTRIBUTE and len(fields) > 1:
                yield self._plan.attributes.pointer + _steps(fields[1]), place(line, 4)
            elif code == REMOVED and fields and fields[0] in (named := removable(self._plan)):
                yield named[fields[0]].pointer, place(line, 2)
            elif code in self._plan.repeated:
                _, whole, parts = self._plan.repeated[code]
                index = counts[code] = counts.get(code, -1) + 1
                if not index:
                    yield whole.pointer, place(line)
                yield f"{whole.pointer}/{index}", place(line)
                for field, slot in enumerate(parts, 2):
                    yield f"{whole.pointer}/{index}{slot.pointer}", place(line, field)


def _steps(path: str) -> str:
    """`connectors/1/type` as a pointer below the attributes: `/connectors/0/type`."""
    name, *rest = path.split("/")
    if rest and rest[0].isascii() and rest[0].isdigit():
        rest[0] = str(int(rest[0][:6]) - 1)
        return "".join(f"/{escape_pointer(step)}" for step in (name, *rest))
    return f"/{escape_pointer(path)}"
