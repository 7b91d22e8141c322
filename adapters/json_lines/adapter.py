"""The adapter for JSON Lines: each line is an item with its command, or a CloudEvent of one item.

`{"command": "asset.register", "category": ...}` is what `data.items` of hub JSON holds, one a line. A line that
is wrong is answered as that line, and the others stand. A file is known by its content, and by its statement date
where the transport gives one.
"""

import hashlib
import io
from collections.abc import Mapping
from typing import Any, BinaryIO

import orjson

from adapters.cloud_events import TYPE_PREFIX, TYPE_SUFFIX
from adapters.cutting import Cut, CutLimits
from adapters.event_items import too_many
from adapters.json_lines.cutting import EMPTY, Start, cut_lines
from adapters.json_lines.items import LineItems, subject_of
from adapters.json_lines.lines import BOM, is_blank, lines_of, no_text
from adapters.strict_json import too_large
from contracts.canonical import canonical_json, plain_number
from contracts.documents import Document, Entry, Header
from contracts.messages import Decoded, Envelope, Item, Limits
from contracts.reasons import Reason
from contracts.receipts import timestamp

MEDIA_TYPE = "application/jsonl"


class JsonLines:
    """JSON Lines. `commands`: the names that a line may carry."""

    name = "jsonl"
    media_types: tuple[str, ...] = (MEDIA_TYPE, "application/x-ndjson")

    def __init__(self, commands: frozenset[str]) -> None:
        self.commands = self.writes = commands

    def decode(self, envelope: Envelope, limits: Limits) -> Decoded:
        """One item a line. Reasons: MSG_02, MSG_03, MSG_11; of a line also MSG_10, MSG_12, MSG_13, ITEM_01,
        ITEM_03.
        """
        body = envelope.body
        if len(body) > limits.body_bytes:
            return _refused(too_large(len(body), limits))
        if envelope.excerpt is not None:
            start = Start.said(envelope.excerpt)
            return _decoded(envelope, self._items(body, start, limits), start.acts_for)
        body = body.removeprefix(BOM)
        if (problem := no_text(body)) is not None:
            return _refused(problem)
        first = next((line for line in lines_of(io.BytesIO(body)) if not is_blank(line)), None)
        if first is None:
            return _refused(EMPTY)
        acts_for = envelope.on_behalf_of or subject_of(first, limits)
        items = self._items(body, Start(acts_for=acts_for), limits)
        if len(items) > limits.items:
            return _refused(too_many(limits, len(items)))
        return _decoded(envelope, items, acts_for)

    def place_of(self, item: Item, path: str) -> str:
        """`line 17, /attributes/make`; of an event `line 17, /data/attributes/make`."""
        if not path or "," in item.place:
            return item.place + path
        return f"{item.place}, {path}"

    def needs_whole(self, envelope: Envelope) -> bool:  # noqa: ARG002 - of the protocol
        return False

    def cut(self, source: BinaryIO, envelope: Envelope, limits: CutLimits) -> Cut:
        return cut_lines(source, envelope, limits)

    def encode_receipt(self, receipt: Mapping[str, Any]) -> tuple[str, bytes]:
        """The receipt without its items on the first line, then one outcome a line."""
        whole = {name: value for name, value in receipt.items() if name != "items"}
        return MEDIA_TYPE, b"".join(canonical_json(v) + b"\n" for v in (whole, *receipt["items"]))

    def encode(self, document: Document) -> tuple[str, bytes]:
        """Items with their command; events where the document acts for another, which only they can say."""
        lines = (
            orjson.dumps(self._written(entry, number, document.header), default=plain_number)
            for number, entry in enumerate(document.entries, 1)
        )
        return MEDIA_TYPE, b"".join(line + b"\n" for line in lines)

    def _items(self, body: bytes, start: Start, limits: Limits) -> tuple[Item, ...]:
        reader = LineItems(self.commands, limits, start.acts_for)
        number = start.item - 1
        lines = enumerate(lines_of(io.BytesIO(body)), start.line)
        return tuple(
            reader.read(line, at, number := number + 1) for at, line in lines if not is_blank(line)
        )

    def _written(self, entry: Entry, number: int, header: Header) -> dict[str, Any]:
        if entry.command not in self.writes:
            raise ValueError(f"{entry.command} is not written as a message in JSON Lines")
        if header.on_behalf_of is None:
            return {"command": entry.command, **entry.payload}
        return {
            "specversion": "1.0",
            "id": f"{header.document_id}-{number}",
            "source": f"/{header.sender}",
            "type": f"{TYPE_PREFIX}{entry.command}{TYPE_SUFFIX}",
            "time": timestamp(header.created_at),
            "subject": header.on_behalf_of,
            "data": entry.payload,
        }


def _refused(reason: Reason) -> Decoded:
    return Decoded(reasons=(reason,), is_file=True)


def _decoded(envelope: Envelope, items: tuple[Item, ...], acts_for: str | None) -> Decoded:
    return Decoded(items, message_id=_id(envelope), on_behalf_of=acts_for, is_file=True)


def _id(envelope: Envelope) -> str | None:
    """Made of content and date, where the transport gives no id."""
    if envelope.message_id or envelope.excerpt is not None:
        return None
    digest, stated = hashlib.sha256(envelope.body).hexdigest(), envelope.statement_date
    return f"sha256:{digest}:{stated.isoformat()}" if stated else f"sha256:{digest}"
