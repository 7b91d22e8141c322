"""The changes between two schemas, keyword by keyword; each could be made alone.

Members of `properties` and the like are compared by name, those of `allOf` and the like by what they
are. A change carries what stands at its place once it alone is made, so that its effect can be judged.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from registry_store.containment.json_values import key
from registry_store.containment.resources import LISTED, NAMED, SINGLE

Path = tuple[str | int, ...]


class Absent:
    """What stands where nothing stands."""

    def __repr__(self) -> str:
        return "nothing"


ABSENT = Absent()
#: Keywords that say something only together: where one comes or goes, all are changed together.
_GROUPS = (frozenset(("if", "then", "else")), frozenset(("contains", "minContains", "maxContains")))


@dataclass(frozen=True, slots=True)
class Change:
    """`path` leads to what is replaced by `made` when the change alone is made to the old version.

    `place` is where it stands; `keyword` is what has changed; `old` and `new` are its values, or one member
    of its list. `around` are the two schemas that it stands in, `depth` how many steps lead to them.
    """

    place: Path
    path: Path
    keyword: str
    old: Any
    new: Any
    made: Any
    around: tuple[Any, Any]
    depth: int

    @property
    def surroundings(self) -> Path:
        """Where the schemas stand that the change is made in."""
        return self.path[: self.depth]


def changes(old: Any, new: Any, path: Path = ()) -> Iterator[Change]:
    """Every change, in the order of the new version; what was removed comes last."""
    if same(old, new):
        return
    if not (isinstance(old, dict) and isinstance(new, dict)):
        yield Change(path, path, "", old, new, new, (old, new), len(path))
        return
    for keyword in (*new, *(each for each in old if each not in new)):
        before, after = old.get(keyword, ABSENT), new.get(keyword, ABSENT)
        if same(before, after):
            continue
        group = next((each for each in _GROUPS if keyword in each), frozenset())
        if any((each in old) != (each in new) for each in group):
            made = {each: part for each, part in old.items() if each not in group}
            made.update({each: part for each, part in new.items() if each in group})
            yield Change(
                (*path, keyword), path, keyword, before, after, made, (old, new), len(path)
            )
        else:
            yield from _of_keyword(keyword, before, after, (*path, keyword), (old, new))


def same(old: Any, new: Any) -> bool:
    """Whether two values are written alike; true is not 1 here, and 1 is 1.0."""
    if old is ABSENT or new is ABSENT:
        return old is new
    return key(old) == key(new)


def _of_keyword(
    keyword: str, old: Any, new: Any, path: Path, around: tuple[Any, Any]
) -> Iterator[Change]:
    schemas = (dict, bool)
    if keyword in SINGLE and isinstance(old, schemas) and isinstance(new, schemas):
        yield from changes(old, new, path)
    elif keyword in NAMED and all(isinstance(each, dict) or each is ABSENT for each in (old, new)):
        yield from _of_names(keyword, _or_empty(old), _or_empty(new), path, around)
    elif keyword == "prefixItems" and isinstance(old, list) and isinstance(new, list):
        yield from _of_places(keyword, old, new, path, around)
    elif keyword in LISTED and isinstance(old, list) and isinstance(new, list):
        yield from _of_members(keyword, old, new, path, around)
    elif keyword == "required":
        yield from _of_required(_or_empty(old, []), _or_empty(new, []), path, around)
    else:
        yield Change(path, path, keyword, old, new, new, around, len(path) - 1)


def _or_empty(value: Any, empty: Any = None) -> Any:
    return value if value is not ABSENT else ({} if empty is None else empty)


def _of_names(
    keyword: str, old: dict[str, Any], new: dict[str, Any], path: Path, around: tuple[Any, Any]
) -> Iterator[Change]:
    for name in (*new, *(each for each in old if each not in new)):
        if name in old and name in new:
            yield from changes(old[name], new[name], (*path, name))
        else:
            before, after = old.get(name, ABSENT), new.get(name, ABSENT)
            yield Change(
                (*path, name), (*path, name), keyword, before, after, after, around, len(path) - 1
            )


def _of_places(
    keyword: str, old: list[Any], new: list[Any], path: Path, around: tuple[Any, Any]
) -> Iterator[Change]:
    for place, (before, after) in enumerate(zip_longest(old, new, fillvalue=ABSENT)):
        if before is ABSENT or after is ABSENT:
            # Places beyond the shorter list come and go together: one alone could leave a hole.
            yield Change(
                path,
                path,
                keyword,
                old[place:] or ABSENT,
                new[place:] or ABSENT,
                new,
                around,
                len(path) - 1,
            )
            return
        yield from changes(before, after, (*path, place))


def _of_members(
    keyword: str, old: list[Any], new: list[Any], path: Path, around: tuple[Any, Any]
) -> Iterator[Change]:
    kept = {key(each) for each in old} & {key(each) for each in new}
    gone = [(place, each) for place, each in enumerate(old) if key(each) not in kept]
    come = [(place, each) for place, each in enumerate(new) if key(each) not in kept]
    for (place, before), (_, after) in zip(gone, come, strict=False):
        yield from changes(before, after, (*path, place))
    for place, before in gone[len(come) :]:
        made = [*old[:place], *old[place + 1 :]]
        yield Change(path, path, keyword, before, ABSENT, made, around, len(path) - 1)
    for _, after in come[len(gone) :]:
        yield Change(path, path, keyword, ABSENT, after, [*old, after], around, len(path) - 1)


def _of_required(
    old: list[Any], new: list[Any], path: Path, around: tuple[Any, Any]
) -> Iterator[Change]:
    for name in new:
        if name not in old:
            yield Change(path, path, "required", ABSENT, name, [*old, name], around, len(path) - 1)
    for name in old:
        if name not in new:
            made = [each for each in old if each != name]
            yield Change(path, path, "required", name, ABSENT, made, around, len(path) - 1)


def made_alone(schema: Any, change: Change) -> Any:
    """The old version with this change alone."""
    return _replaced(schema, change.path, change.made)


def made_around(change: Change) -> Any:
    """The schema that the change stands in, with this change alone."""
    return _replaced(change.around[0], change.path[change.depth :], change.made)


def _replaced(part: Any, path: Path, made: Any) -> Any:
    if not path:
        return made
    step, *rest = path
    if isinstance(part, list):
        copied = list(part)
        copied[int(step)] = _replaced(part[int(step)], tuple(rest), made)
        return copied
    members = dict(part)
    inner = _replaced(members.get(str(step), {}), tuple(rest), made)
    if inner is ABSENT:
        members.pop(str(step), None)
    else:
        members[str(step)] = inner
    return members
