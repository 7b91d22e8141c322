"""Documents to be written: commands or records as a market document, all of one kind."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from adapters.market_document.category_forms import CategoryForms
from adapters.market_document.elements import DECLARATION, XSI_DECLARATION, holder, leaf
from adapters.market_document.layout import (
    BUNDLE,
    HEADER,
    NOTIFICATION,
    RECORDS,
    SERIES_OF_COMMAND,
    SUBJECT,
    Field,
    Series,
)
from adapters.market_document.names import (
    HUB,
    HUB_ROLE,
    LONGEST_ID,
    PARTNER_ROLE,
    Party,
    party_of,
    shortened,
)
from adapters.market_document.series_writing import SeriesWriter
from adapters.market_document.times import seconds
from contracts.canonical import canonical_json
from contracts.documents import Document, Entry, Header


def write_document(document: Document, forms: CategoryForms) -> bytes:
    """UTF-8. Raises ValueError for what a document cannot carry, with a sentence that says which."""
    series = _series_of(document.entries)
    header = document.header
    writer = SeriesWriter(series, forms, header.created_at)
    lines = [
        DECLARATION,
        f'<{series.root.name} xmlns="{series.root.namespace}" {XSI_DECLARATION}>',
        *_header(header, series),
    ]
    for number, entry in enumerate(document.entries, 1):
        notified = _notification(entry.notification)
        lines += holder(1, "TimeSeries", writer.lines(entry, number, notified))
    return "\n".join([*lines, f"</{series.root.name}>", ""]).encode()


def _series_of(entries: Sequence[Entry]) -> Series:
    found = {SERIES_OF_COMMAND.get(entry.command) for entry in entries}
    unknown = [entry.command for entry in entries if entry.command not in SERIES_OF_COMMAND]
    if unknown:
        raise ValueError(f"{unknown[0]} is not carried in XML: send it as JSON")
    if len(found) != 1:
        raise ValueError("a document holds commands, or records, and at least one of them")
    series = found.pop()
    assert series is not None
    return series


def _header(header: Header, series: Series) -> Iterator[str]:
    values = {
        "mRID": shortened(header.document_id, LONGEST_ID),
        "revisionNumber": header.revision,
        "type": series.root.type,
        "process_type": series.root.process_type,
        "sender": party_of(header.sender),
        "sender_role": _role(header.sender),
        "receiver": party_of(header.receiver),
        "receiver_role": _role(header.receiver),
        "created": seconds(header.created_at),
        "on_behalf_of": header.on_behalf_of,
    }
    yield from _fields((*HEADER, SUBJECT), values, 1)
    if header.bundle is not None:
        if series is not RECORDS:
            raise ValueError("a bundle brings records, not commands")
        unknown = header.bundle.keys() - {field.member for field in BUNDLE}
        if unknown:
            raise ValueError(f"a bundle in XML has no {', '.join(sorted(unknown))}")
        yield from holder(1, "Bundle", _fields(BUNDLE, header.bundle, 2))


def _role(slug: str) -> str:
    return HUB_ROLE if party_of(slug) == HUB else PARTNER_ROLE


def _notification(notification: Mapping[str, Any] | None) -> list[str]:
    """The change that a record comes with; members that have no element of their own go as JSON."""
    if notification is None:
        return []
    known = {field.member for field in NOTIFICATION}
    other = {name: value for name, value in notification.items() if name not in known}
    values = {**notification, "": other} if other else notification
    return holder(2, "Notification", _fields(NOTIFICATION, values, 3))


def _fields(fields: Sequence[Field], values: Mapping[str, Any], depth: int) -> Iterator[str]:
    for field in fields:
        value = values.get(field.member)
        if value is None:
            continue
        if isinstance(value, Party):
            yield leaf(depth, field.xml_name, value.id, {"codingScheme": value.scheme})
        elif field.type == "json":
            yield leaf(depth, field.xml_name, canonical_json(value).decode())
        else:
            yield leaf(depth, field.xml_name, value)
