"""The adapter for flat files: any flow is checked in its dress, the hub's own are read and written.

A market participant id in a header is no credential: who sends is known from the door. It is checked for its
form, is part of the message id, and the answer goes to it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, BinaryIO

from adapters import media_types
from adapters.cutting import Cut, CutLimits
from adapters.flat_file.bundles import bundle_record, flow_of, notification_record
from adapters.flat_file.cutting import Start, excerpts
from adapters.flat_file.cutting_blocks import encoding_of
from adapters.flat_file.dress import Undressed, undress
from adapters.flat_file.flow_checks import addressing_reasons, limit_reasons, refused_by_name
from adapters.flat_file.forms import Forms
from adapters.flat_file.header import POOL, USER, Header, flow_name
from adapters.flat_file.item_places import ItemPlaces
from adapters.flat_file.item_reader import ItemReader
from adapters.flat_file.item_writer import ItemWriter
from adapters.flat_file.layout import (
    ACTS_FOR,
    BUNDLE,
    BUNDLE_FLOW,
    COMMANDS,
    COMMANDS_FLOW,
    ITEM,
    NOTIFICATION,
    RECORDS,
    RECORDS_FLOW,
    ROOTS,
)
from adapters.flat_file.lines import encoding_note, read_lines
from adapters.flat_file.outcomes import outcomes_file
from adapters.flat_file.places import place, shortened
from adapters.flat_file.survey import survey
from adapters.flat_file.user_file import route, user_file
from adapters.strict_json import too_large
from contracts.categories import Catalogue
from contracts.documents import Document
from contracts.messages import Decoded, Envelope, Item, Limits
from contracts.reasons import Reason, Rule, has_errors

MEDIA_TYPE = "text/vnd.fmar.flat"
#: Flow -> what its items are, and its groups besides those of items.
_READ: dict[str, tuple[frozenset[str], tuple[str, ...]]] = {
    COMMANDS_FLOW: (COMMANDS, ()),
    RECORDS_FLOW: (RECORDS, ()),
    BUNDLE_FLOW: (RECORDS, (BUNDLE, NOTIFICATION)),
}


class FlatFiles:
    """User and pool files. `catalogue`: the categories by which attribute records are read."""

    name = "flat"
    media_types: tuple[str, ...] = (MEDIA_TYPE,)
    commands = COMMANDS
    writes = COMMANDS | RECORDS

    def __init__(self, catalogue: Catalogue) -> None:
        self._forms = Forms(catalogue)

    def decode(self, envelope: Envelope, limits: Limits) -> Decoded:
        """The items of a file whose dress is right, or every reason why there are none.

        What the format itself can find of a damaged file: counts, ids and the checksum where it is given
        (one changed byte is always found then); without one, what changes a count, a group, a name.
        Reasons: MSG_02, MSG_03, MSG_10, MSG_13, FLAT_*.
        """
        if len(envelope.body) > limits.body_bytes:
            return Decoded(reasons=(too_large(len(envelope.body), limits),))
        if envelope.excerpt is not None:
            return self._excerpt(envelope, Start(**envelope.excerpt), limits)
        charset = media_types.parse(envelope.media_type)[1].get("charset")
        file = undress(read_lines(envelope.body, charset), ROOTS)
        if file.header is None:
            return Decoded(reasons=file.reasons, notes=file.notes)
        items, reasons, acts_for = self._items(file, file.header, envelope, limits)
        reasons = (*file.reasons, *reasons)
        if has_errors(reasons):
            # No item is decided; what was found in them is said all the same, message by message.
            own = [reason for item in items for reason in item.reasons]
            items, reasons = (), (*reasons, *shortened(own))
        return _decoded(file, file.header, items, reasons, acts_for)

    def place_of(self, item: Item, path: str) -> str:
        """`line 4, field 3`; the line of the item where no record has the member."""
        places = item.columns
        found = places.nearest(path) if isinstance(places, ItemPlaces) else None
        return found or item.place

    def needs_whole(self, envelope: Envelope) -> bool:  # noqa: ARG002 - of the protocol
        """The trailer is held against the file before its first item is decided."""
        return True

    def cut(self, source: BinaryIO, envelope: Envelope, limits: CutLimits) -> Cut:
        """A file of any size, which is read three times: for its encoding, for its dress, for its items. One
        that is refused and could be decoded as one message is, so that the same is said of it.
        """
        charset = media_types.parse(envelope.media_type)[1].get("charset")
        encoding = encoding_of(source, charset)
        if isinstance(encoding, Reason):
            return Cut(Decoded(reasons=(encoding,)), iter(()))
        file = survey(source, encoding, limits, _READ)
        header = file.header
        reasons = file.reasons
        if header is not None:
            reasons = (*reasons, *_flow_reasons(header, envelope, reasons))
        undressed = Undressed(header, (), 0, reasons, (encoding_note(encoding.name),))
        if header is not None and not has_errors(reasons):
            head = _decoded(undressed, header, (), reasons, file.acts_for)
            return Cut(head, excerpts(source, encoding, file, limits))
        source.seek(0)
        body = source.read(limits.whole.body_bytes + 1)
        if len(body) <= limits.whole.body_bytes:
            most = replace(limits.whole, items=limits.file_rows)
            return Cut(self.decode(replace(envelope, body=body), most), iter(()))
        if header is None:
            return Cut(Decoded(reasons=reasons, notes=undressed.notes), iter(()))
        return Cut(_decoded(undressed, header, (), reasons, file.acts_for), iter(()))

    def encode_receipt(self, receipt: Mapping[str, Any]) -> tuple[str, bytes]:
        return MEDIA_TYPE, outcomes_file(receipt)

    def encode(self, document: Document) -> tuple[str, bytes]:
        """A user file. Raises ValueError for an entry that its records cannot carry."""
        header, flow = document.header, flow_of(document)
        writer = ItemWriter(self._forms, header.created_at, acts_for=header.on_behalf_of)
        records = [] if header.bundle is None else [bundle_record(header.bundle)]
        for number, entry in enumerate(document.entries, 1):
            records += writer.records(entry, number)
            if entry.notification is not None:
                records.append(notification_record(entry.notification))
        body = user_file(
            name=header.document_id,
            flow=flow,
            between=route(header.sender, header.receiver),
            created_at=header.created_at,
            records=records,
        )
        return MEDIA_TYPE, body

    def _items(
        self, file: Undressed, header: Header, envelope: Envelope, limits: Limits
    ) -> tuple[tuple[Item, ...], tuple[Reason, ...], str | None]:
        reasons = list(_flow_reasons(header, envelope, file.reasons))
        if header.flow not in _READ:
            return (), tuple(reasons), None
        reasons += limit_reasons(file.records, file.first_line, header, limits)
        if any(reason.rule is Rule.MSG_03 for reason in reasons):
            return (), tuple(reasons), None
        reader = self._reader(header.flow, header.dress, envelope, limits)
        items, strays = reader.read(file.records, file.first_line)
        reasons += strays
        if len(reader.acts_for) > 1:
            text = "the items of a file act for one organisation: send a file for each"
            line = list(reader.acts_for.values())[1]
            reasons.append(Reason(Rule.MSG_13, text, place=place(line, ACTS_FOR)))
        elif not items and not reasons:
            reasons.append(Reason(Rule.MSG_11, f"the file has no item ({ITEM})"))
        return items, tuple(reasons), next(iter(reader.acts_for), None) or None

    def _excerpt(self, envelope: Envelope, start: Start, limits: Limits) -> Decoded:
        """Items of a file whose dress was found right."""
        records = envelope.body.decode().split("\n")
        if start.dress == POOL:
            records = [f"{record}|" if record else "" for record in records]
        reader = self._reader(start.flow, start.dress, envelope, limits)
        items, _ = reader.read(records, start.line, start.item)
        return Decoded(items, on_behalf_of=start.acts_for, versions={"flow": start.flow})

    def _reader(self, flow: str, dress: str, envelope: Envelope, limits: Limits) -> ItemReader:
        commands, also = _READ[flow]
        return ItemReader(
            self._forms,
            envelope.received_at,
            limits,
            flow=flow,
            commands=commands,
            also=also,
            is_pool=dress == POOL,
        )


def _flow_reasons(
    header: Header, envelope: Envelope, found: tuple[Reason, ...]
) -> tuple[Reason, ...]:
    """Whether the hub has a use for the flow, and is meant. `found`: of the dress."""
    if header.flow not in _READ:
        return refused_by_name(header, found)
    return tuple(addressing_reasons(header, envelope))


def _decoded(
    file: Undressed,
    header: Header,
    items: Sequence[Item],
    reasons: tuple[Reason, ...],
    acts_for: str | None,
) -> Decoded:
    sender = header.sender
    dress = "user" if header.dress == USER else "pool"
    note = f"{dress} file, flow {flow_name(header.flow)}, from {sender} to {header.receiver}"
    document = {"role": sender.role, "mpid": sender.mpid, "application": header.sending_application}
    return Decoded(
        tuple(items),
        reasons,
        message_id=header.identity,
        on_behalf_of=acts_for,
        sent_at=header.created_at,
        notes=(*file.notes, note),
        versions={"flow": header.flow} if header.flow else {},
        document={name: value for name, value in document.items() if value},
    )
