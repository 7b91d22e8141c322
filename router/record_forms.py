"""Records and bundles in the formats of those who read them: one record, every form."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import orjson

from adapters import Adapter, Writer
from adapters.media_types import essence
from contracts.documents import Document, Header, record_entry

JSON = "json"
JSON_RECORD = "application/json"
JSON_BUNDLE = "application/vnd.fmar.bundle+json"
#: Kinds of records that formats other than JSON carry in full.
FORMED_KINDS = frozenset({"asset", "market_unit"})

_HUB = "hub"


class NotCarried(ValueError):
    """The format does not carry this; the text says what, and what to do."""


class RecordForms:
    """Writes canonical records and stored bundles. Pure: the same record gives the same bytes."""

    def __init__(self, adapters: Iterable[Adapter]) -> None:
        self._writers = {
            each.name: each
            for each in adapters
            if isinstance(each, Writer) and "asset.record" in each.writes
        }
        media_types = {
            media_type: each.name
            for each in adapters
            if each.name in self._writers
            for media_type in each.media_types
        }
        #: Media type, as `Accept` names it, -> format; JSON first.
        self.format_of = {JSON_RECORD: JSON} | media_types

    @property
    def names(self) -> tuple[str, ...]:
        """Formats that a record can be shown in."""
        return tuple(dict.fromkeys(self.format_of.values()))

    @property
    def bundle_names(self) -> tuple[str, ...]:
        """Formats that a subscription can have: a webhook's signature is over text."""
        text = (name for media_type, name in self.format_of.items() if _is_text(media_type))
        return tuple(dict.fromkeys(text))

    def record(self, record: Mapping[str, Any], format: str, *, reader: str) -> tuple[str, bytes]:
        """Media type and bytes of a record, or of the part of it that its reader may see.

        `reader`: the slug of who gets it. Raises NotCarried.
        """
        if format == JSON:
            return JSON_RECORD, orjson.dumps(record)
        header = Header(
            document_id=f"{record['id']}-{record['version']}",
            sender=_HUB,
            receiver=reader,
            created_at=datetime.fromisoformat(record["recorded_at"]),
        )
        return self._encoded(format, Document(header, (self._entry(record, None),)))

    def bundle(self, content: str, format: str, *, reader: str) -> tuple[str, bytes]:
        """A stored bundle (canonical JSON) as its subscriber reads it. Raises NotCarried."""
        if format == JSON:
            return JSON_BUNDLE, content.encode()
        bundle = orjson.loads(content)
        notifications = bundle.pop("notifications")
        header = Header(
            document_id=notifications[0]["delivery_id"],
            sender=_HUB,
            receiver=reader,
            created_at=datetime.fromisoformat(notifications[-1]["recorded_at"]),
            bundle=bundle,
        )
        entries = tuple(self._entry(each.pop("record"), each) for each in notifications)
        return self._encoded(format, Document(header, entries))

    def _entry(self, record: Mapping[str, Any], notification: Mapping[str, Any] | None) -> Any:
        if record["kind"] not in FORMED_KINDS and notification is None:
            raise NotCarried(f"a record of kind {record['kind']} is shown as JSON alone")
        return record_entry(record, notification)

    def _encoded(self, format: str, document: Document) -> tuple[str, bytes]:
        if format not in self._writers:
            raise NotCarried(f"records are not shown as {format}: {', '.join(self.names)}")
        try:
            return self._writers[format].encode(document)
        except ValueError as error:
            raise NotCarried(str(error)) from error


def _is_text(media_type: str) -> bool:
    kind = essence(media_type)
    return kind.startswith("text/") or kind.endswith(("xml", "json"))
