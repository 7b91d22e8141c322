"""How the series of each command is read: element -> place in the payload, from the table of item members."""

from collections.abc import Mapping
from typing import NamedTuple

from lxml import etree

from adapters.lexical import read_json, read_number
from adapters.market_document.category_forms import Convert
from adapters.market_document.layout import COMMANDS, Series
from contracts.item_members import SHAPES, Group, Member

#: Commands whose attributes state a category in full.
STATEMENTS = frozenset({"asset.register", "asset.update"})
RECORD_ENDING = ".record"
#: Elements in one element: more than the largest market unit needs.
MOST_CHILDREN = 6_000


class Target(NamedTuple):
    """Where a member stands in the payload: the objects that lead to it, and its name."""

    parents: tuple[str, ...]
    key: str
    convert: Convert

    @property
    def pointer(self) -> str:
        return "".join(f"/{name}" for name in (*self.parents, self.key))


class Plan(NamedTuple):
    """One command. `attributes`: where the attributes of a category go; `fixed`: members that it implies."""

    command: str
    members: Mapping[str, Target]
    groups: Mapping[str, tuple[Target, Mapping[str, Target]]]
    attributes: Target | None
    fixed: Mapping[str, str]

    @property
    def is_patch(self) -> bool:
        return self.command == "asset.amend"


class Plans:
    """The plans of one document's commands, by the name that its series carry."""

    def __init__(self, series: Series) -> None:
        self.namespace = series.root.namespace
        self.is_record = series is not COMMANDS
        self.name = "record" if self.is_record else "command"
        self.of = {
            command.removesuffix(RECORD_ENDING): self._plan(command) for command in series.commands
        }
        self.name_tag, self.id_tag = self.tag(self.name), self.tag("mRID")
        self.groups = {self.tag(group.xml_name): group for group in series.groups}
        self.members = dict.fromkeys(self.tag(member.xml_name) for member in series.members)
        #: Times have the form that the XML schema pins, though a command reads others as well.
        self.times = {
            self.tag(member.xml_name)
            for members in (series.members, *(group.members for group in series.groups))
            for member in members
            if member.kind == "time"
        }
        #: What decides how the others are read.
        self.fixed = {self.name_tag} | {
            self.tag(member.xml_name)
            for member in series.members
            if member.pointer in ("/category", "/category_version")
        }
        self.unread = {self.name_tag, self.id_tag, self.tag("Notification")}

    def tag(self, xml_name: str) -> str:
        return f"{{{self.namespace}}}{xml_name}"

    def _plan(self, command: str) -> Plan:
        shape = SHAPES[command]
        kind = command.removesuffix(RECORD_ENDING)
        return Plan(
            command,
            self._targets(shape.scalars),
            {self.tag(group.xml_name): self._group(group) for group in shape.groups},
            None if shape.attributes is None else _target(shape.attributes),
            {"kind": kind} if self.is_record else {},
        )

    def _targets(self, members: tuple[Member, ...]) -> dict[str, Target]:
        return {self.tag(each.xml_name): _target(each.pointer, each.kind) for each in members}

    def _group(self, group: Group) -> tuple[Target, dict[str, Target]]:
        return _target(group.pointer), self._targets(group.members)


def _target(pointer: str, kind: str = "line") -> Target:
    *parents, key = pointer[1:].split("/")
    return Target(tuple(parents), key, _CONVERTERS.get(kind))


_CONVERTERS: dict[str, Convert] = {
    "integer": read_number,
    "number": read_number,
    "json": read_json,
}


def name_of(series: etree._Element, id_tag: str) -> str:
    """The sender's own name of a series, "" where it has none."""
    first = series[0] if len(series) else None
    return first.text or "" if first is not None and first.tag == id_tag else ""
