"""Where the columns of a partner's profile may lead: members of its command, each to one place."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from adapters.tables.profile_model import Profile
from adapters.tables.templates.documents import COMMANDS
from contracts.categories import Attribute, Catalogue
from contracts.item_members import SHAPES, Group

#: What a step puts without being told where.
_PUT_BY_STEP: Mapping[str, tuple[str, ...]] = {
    "accounting_point": ("/accounting_point/scheme", "/accounting_point/id"),
    "identity": ("/source/identity",),
    "location": ("/attributes/latitude", "/attributes/longitude"),
}


def target_problems(profile: Profile, catalogue: Catalogue) -> Iterator[str]:
    """Commands that no table carries, members that the commands do not have, members within each other."""
    commands = sorted({profile.command, *_stated_commands(profile)})
    unknown = [command for command in commands if command not in COMMANDS]
    for command in unknown:
        yield f"tables carry the commands {', '.join(COMMANDS)}, not {command[:60]}"
    if unknown:
        return
    cells, steps = set(_from_cells(profile)), set(_from_steps(profile))
    for pointer in sorted(cells | steps):
        if not any(_has(command, pointer, catalogue) for command in commands):
            yield f"{pointer} is no member of {' or '.join(commands)}"
    for pointer in sorted(steps | profile.constants.keys()):
        if any(step.isdigit() or step == "-" for step in pointer.split("/")):
            yield f"{pointer} is in a list: a column may lead there, a constant or a step may not"
    every = sorted(cells | steps)
    for pointer in every:
        for within in (each for each in every if each.startswith(f"{pointer}/")):
            if not _is_target(pointer):
                yield f"{within} lies within {pointer}: give one of them"


def _stated_commands(profile: Profile) -> Iterable[str]:
    for column in profile.columns:
        if column.name == profile.command_column:
            if column.kind != "code":
                yield f"of a column of kind {column.kind}"
                return
            yield from (code.code for code in profile.codes_of(column).values())


def _from_cells(profile: Profile) -> Iterator[str]:
    yield from profile.constants
    yield from (column.to for column in profile.columns if column.to is not None)
    for table in profile.codes.values():
        for code in table.values():
            yield from code.sets


def _from_steps(profile: Profile) -> Iterator[str]:
    for step in profile.steps:
        yield from _PUT_BY_STEP.get(step.do, ())
        if step.do in ("put", "decide"):
            yield step.parameters["to"]


def _is_target(pointer: str) -> bool:
    """A record is named by its id or by a reference; where a row states both it is refused."""
    return pointer in ("/asset", "/market_unit") or pointer.endswith("/-/asset")


def _has(command: str, pointer: str, catalogue: Catalogue) -> bool:
    shape = SHAPES[command]
    if pointer in (member.pointer for member in shape.scalars):
        return True
    if any(_in_group(group, pointer) for group in shape.groups):
        return True
    name, *inner = pointer.removeprefix("/attributes/").split("/")
    if shape.attributes != "/attributes" or not pointer.startswith("/attributes/"):
        return False
    found = (category.attribute(name) for category in catalogue)
    return any(each is not None and _reaches(each, inner) for each in found)


def _in_group(group: Group, pointer: str) -> bool:
    if not pointer.startswith(f"{group.pointer}/"):
        return False
    element, _, member = pointer.removeprefix(f"{group.pointer}/").partition("/")
    return (element == "-" or element.isdigit()) and any(
        each.pointer == f"/{member}" for each in group.members
    )


def _reaches(attribute: Attribute, inner: list[str]) -> bool:
    """An attribute, an element of a list by its number, or a member of such an element."""
    if attribute.type != "array":
        return not inner
    element: Mapping[str, Any] = attribute.schema["items"]
    if not inner or not inner[0].isdigit() or int(inner[0]) >= attribute.schema["maxItems"]:
        return False
    return (
        inner[1:] == []
        if element["type"] != "object"
        else inner[1:] in ([name] for name in element["properties"])
    )
