"""Where the fields of FA1 and of the records below it go in a command's payload, and back."""

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from adapters.flat_file.kinds import Reader, reader
from adapters.flat_file.layout import MEMBERS, PATCH, REPEATED, Repeated, unpatched
from adapters.lexical import read_string
from contracts.item_members import SHAPES


class Slot(NamedTuple):
    """A member of the payload, or of an element: its pointer, the objects on the way to it, and its kind."""

    pointer: str
    parents: tuple[str, ...]
    name: str
    kind: str
    read: Reader


class Field(NamedTuple):
    """A slot, and how it is filled in the usual case. `parent`: the only object on the way to it. `read`: None where
    the text is the value.
    """

    slot: Slot
    name: str
    parent: str | None
    read: Reader | None


class Plan(NamedTuple):
    """How items of one command or record are laid out.

    `slots` are those of fields 7, 8 ... of FA1; a member that the command does not have stands where it would
    stand in JSON, to be refused as it is there. `attributes` is the pointer of the attributes.
    """

    command: str
    slots: tuple[Slot, ...]
    repeated: Mapping[str, tuple[Repeated, Slot, tuple[Slot, ...]]]
    attributes: Slot
    is_patch: bool
    fields: tuple[Field, ...]

    @property
    def kind(self) -> str | None:
        """The `kind` of a record: what its payload begins with."""
        record, _, ending = self.command.rpartition(".")
        return record if ending == "record" else None


def _slot(pointer: str, kind: str) -> Slot:
    *parents, name = pointer.split("/")[1:]
    return Slot(pointer, tuple(parents), name, kind, reader(kind))


@cache
def plan_of(command: str) -> Plan:
    """Raises KeyError for a command that flat files do not carry."""
    shape = SHAPES[command]
    stated = {unpatched(member.pointer): member for member in shape.scalars}
    slots = tuple(
        _slot(stated[each].pointer, stated[each].kind) if each in stated else _slot(each, "line")
        for each in MEMBERS
    )
    groups = {unpatched(group.pointer): group for group in shape.groups}
    repeated = {}
    for each in REPEATED:
        group = groups.get(each.pointer)
        kinds = {part.pointer: part.kind for part in group.members} if group else {}
        whole = _slot(group.pointer if group else each.pointer, "group")
        parts = tuple(_slot(part, kinds.get(part, "line")) for part in each.members)
        repeated[each.code] = (each, whole, parts)
    is_patch = any(member.pointer.startswith(PATCH) for member in shape.scalars)
    return Plan(
        command,
        slots,
        repeated,
        _slot(shape.attributes or "/attributes", "group"),
        is_patch,
        tuple(map(_field, slots)),
    )


def _field(slot: Slot) -> Field:
    parent = slot.parents[0] if len(slot.parents) == 1 else None
    return Field(slot, slot.name, parent, None if slot.read is read_string else slot.read)


def removable(plan: Plan) -> Mapping[str, Slot]:
    """Name of an FA6 record -> what a patch takes away by it: members, objects and lists as a whole."""
    shape = SHAPES[plan.command]
    parts = [(each.pointer, each.kind) for each in shape.scalars]
    parts += [(each.pointer, "group") for each in shape.groups]
    return {
        unpatched(pointer).removeprefix("/"): _slot(pointer, kind)
        for pointer, kind in parts
        if pointer.startswith(PATCH)
    }
