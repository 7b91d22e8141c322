"""The adapter for flat files: any flow is checked in its dress, the hub's own are read and written.

A market participant id in a header is no credential: who sends is known from the door. It is checked for its
form, is part of the message id, and the answer goes to it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from adapters import media_types
from adapters.flat_file.bundles import bundle_record, flow_of, notification_record
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
from adapters.flat_file.lines import read_lines
from adapters.flat_file.outcomes import outcomes_file
from adapters.flat_file.places import place, shortened
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
        if header.flow not in _READ:
            return (), refused_by_name(header, file.reasons), None
        commands, also = _READ[header.flow]
        reasons = [*addressing_reasons(header, envelope), *limit_reasons(file, header, limits)]
        if any(reason.rule is Rule.MSG_03 for reason in reasons):
            return (), tuple(reasons), None
        reader = ItemReader(
            self._forms,
            envelope.received_at,
            limits,
            flow=header.flow,
            commands=commands,
            also=also,
            is_pool=header.dress == POOL,
        )
        items, strays = reader.read(file.records, file.first_line)
        reasons += strays
        if len(reader.acts_for) > 1:
            text = "the items of a file act for one organisation: send a file for each"
            line = list(reader.acts_for.values())[1]
            reasons.append(Reason(Rule.MSG_13, text, place=place(line, ACTS_FOR)))
        elif not items and not reasons:
            reasons.append(Reason(Rule.MSG_11, f"the file has no item ({ITEM})"))
        return items, tuple(reasons), next(iter(reader.acts_for), None) or None


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
