"""The elements of a document in their order: derived from the table of item members.

Both documents have the header of the European style market profile and one `TimeSeries` per item. The
order within a series is that in which the commands' shapes first name an element, so that it changes for
nobody when a member is added.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple, TypeVar

from adapters.market_document.names import COMMANDS_DOCUMENT, RECORDS_DOCUMENT, Root
from contracts.item_members import SHAPES, Group, Member

_Part = TypeVar("_Part", Member, Group)


class Field(NamedTuple):
    """One element of a header or of a notification: name, type in the XML schema, member of the value."""

    xml_name: str
    type: str
    member: str
    mandatory: bool = False


#: `subject_MarketParticipant.mRID` is the organisation for which the sender acts.
HEADER = (
    Field("mRID", "ID", "mRID", mandatory=True),
    Field("revisionNumber", "Version", "revisionNumber", mandatory=True),
    Field("type", "DocumentType", "type", mandatory=True),
    Field("process.processType", "ProcessType", "process_type", mandatory=True),
    Field("sender_MarketParticipant.mRID", "PartyID", "sender", mandatory=True),
    Field("sender_MarketParticipant.marketRole.type", "Role", "sender_role", mandatory=True),
    Field("receiver_MarketParticipant.mRID", "PartyID", "receiver", mandatory=True),
    Field("receiver_MarketParticipant.marketRole.type", "Role", "receiver_role", mandatory=True),
    Field("createdDateTime", "DateTime", "created", mandatory=True),
)
SUBJECT = Field("subject_MarketParticipant.mRID", "id", "on_behalf_of")
#: A bundle of a subscription, in the header of the records that it brings.
BUNDLE = (
    Field("subscription", "line", "subscription", mandatory=True),
    Field("epoch", "integer", "epoch"),
    Field("firstSequence", "integer", "first_sequence", mandatory=True),
    Field("count", "integer", "count", mandatory=True),
    Field("hash", "line", "hash", mandatory=True),
)
#: What a bundle says of a record's change; `other` holds what is not in this table, as JSON.
NOTIFICATION = (
    Field("subscription", "line", "subscription"),
    Field("sequence", "integer", "sequence"),
    Field("eventId", "line", "event_id"),
    Field("deliveryId", "line", "delivery_id"),
    Field("event", "line", "event"),
    Field("material", "boolean", "material"),
    Field("replay", "boolean", "replay"),
    Field("recordedAt.dateTime", "time", "recorded_at"),
    Field("validFrom.dateTime", "time", "valid_from"),
    Field("previous", "json", "previous"),
    Field("other", "json", ""),
)


class Series(NamedTuple):
    """The content of a `TimeSeries` of one document: what may stand in it, over all its commands."""

    root: Root
    commands: tuple[str, ...]
    members: tuple[Member, ...]
    groups: tuple[Group, ...]
    nillable: frozenset[str]


def _series(root: Root, commands: tuple[str, ...]) -> Series:
    shapes = [SHAPES[command] for command in commands]
    return Series(
        root,
        commands,
        _first_of_each(member for shape in shapes for member in shape.scalars),
        _first_of_each(group for shape in shapes for group in shape.groups),
        frozenset(
            name
            for shape in shapes
            for pointer, name in (
                *((member.pointer, member.xml_name) for member in shape.scalars),
                *((group.pointer, group.xml_name) for group in shape.groups),
            )
            if pointer.startswith("/patch/")
        ),
    )


def _first_of_each(parts: Iterable[_Part]) -> tuple[_Part, ...]:
    found: dict[str, _Part] = {}
    for part in parts:
        found.setdefault(part.xml_name, part)
    return tuple(found.values())


def _named(ending: str) -> Iterator[str]:
    return (command for command in SHAPES if command.endswith(".record") == (ending == ".record"))


#: Targets come first: the commands that have most of the table lead.
_LEADING = ("asset.update", "asset.amend", "asset.register", "market_unit.compose")
COMMANDS = _series(COMMANDS_DOCUMENT, tuple(dict.fromkeys((*_LEADING, *_named("")))))
RECORDS = _series(RECORDS_DOCUMENT, tuple(_named(".record")))
SERIES = {each.root.namespace: each for each in (COMMANDS, RECORDS)}
SERIES_OF_COMMAND = {command: each for each in (COMMANDS, RECORDS) for command in each.commands}
