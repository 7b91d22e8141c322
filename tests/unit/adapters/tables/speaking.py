"""What the tests of templates share: the hub's language, documents written and read back."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from adapters import Adapter, adapter_for
from contracts.canonical import canonical_json
from contracts.categories import Category
from contracts.documents import Document, Entry, Header
from contracts.messages import Decoded, Envelope, Item, Limits
from router.bootstrap import language
from tests.support.generated import plain

LANGUAGE = language()
NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
CATEGORIES = {category.name: category for category in LANGUAGE.catalogue}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MEDIA_TYPES = ("text/csv", XLSX)
Payload = Mapping[str, Any]


def adapter(media_type: str) -> Any:
    found: Adapter | None = adapter_for(LANGUAGE.adapters, media_type)
    assert found is not None
    return found


def category(name: str) -> Category:
    return CATEGORIES[name]


def document(*entries: Entry, bundle: Mapping[str, Any] | None = None) -> Document:
    return Document(Header("acme-1", "acme", "hub", NOW, bundle=bundle), entries)


def envelope(media_type: str, body: bytes | str) -> Envelope:
    return Envelope(
        message_id="",
        sender="acme",
        media_type=media_type,
        body=body if isinstance(body, bytes) else body.encode(),
        received_at=NOW,
        statement_date=date(2026, 10, 31),
    )


def read(media_type: str, body: bytes | str, limits: Limits | None = None) -> Decoded:
    decoded: Decoded = adapter(media_type).decode(envelope(media_type, body), limits or Limits())
    return decoded


def read_rows(profile: str, headings: Sequence[str], *rows: Sequence[str]) -> Decoded:
    """A CSV with these cells, none of which needs quotes."""
    lines = [";".join(cells) for cells in (headings, *rows)]
    return read(f"text/csv; profile={profile}", "\n".join(lines))


def items(decoded: Decoded) -> tuple[Item, ...]:
    assert not decoded.reasons, decoded.reasons
    assert all(not item.reasons for item in decoded.items), [i.reasons for i in decoded.items]
    return decoded.items


def written(media_type: str, *entries: Entry) -> tuple[str, bytes]:
    result: tuple[str, bytes] = adapter(media_type).encode(document(*entries))
    return result


def back(media_type: str, *entries: Entry) -> list[tuple[str, Any]]:
    """Commands and payloads as they come back from the format."""
    return [
        (item.command, plain(item.payload)) for item in items(read(*written(media_type, *entries)))
    ]


def pairs(entries: Iterable[Entry]) -> list[tuple[str, Any]]:
    return [(entry.command, plain(entry.payload)) for entry in entries]


def as_set(found: Iterable[tuple[str, Any]]) -> list[bytes]:
    """The same, whatever the order."""
    return sorted(canonical_json(each) for each in found)
