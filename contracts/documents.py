"""What goes out: documents of commands or of records, before a format is chosen.

A record is carried like a command: as an entry whose command is `asset.record` or `market_unit.record`
and whose payload is the canonical record, or the part of it that its reader may see. Of organisations
only what a last notification says (`organisation.record`: id, status) goes in another form than JSON, and of
loads what their marker says. The hub takes no `*.record` in: every adapter reads one (so that a partner's
own copy of the adapter can), and the pipeline refuses it by name (MSG_10).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

#: Record kind -> the name under which a format carries it.
RECORD_COMMANDS = {
    "asset": "asset.record",
    "market_unit": "market_unit.record",
    "organisation": "organisation.record",
    "load": "load.record",
}


class Header(NamedTuple):
    """Who says it to whom, and when (UTC).

    `document_id` is the message id: an XML document's mRID, a flat file's file id. `sender` and `receiver`
    are partner slugs, `hub` for the hub itself. `on_behalf_of`: an organisation id. `bundle`: where the
    document is a bundle of a subscription, its members but the notifications (`subscription`,
    `first_sequence`, `count`, `hash`, `epoch`).
    """

    document_id: str
    sender: str
    receiver: str
    created_at: datetime
    revision: int = 1
    on_behalf_of: str | None = None
    bundle: Mapping[str, Any] | None = None


class Entry(NamedTuple):
    """One command or record. `payload` holds plain JSON values, as `contracts.messages.Item` does.

    `notification`: in a bundle, the notification's members but the record itself (`sequence`, `event_id`,
    `event`, `replay`, `recorded_at`, `valid_from`, `previous` ...). `category`: name and version by which
    the attributes are written where the payload does not say (asset.amend); else None.
    """

    command: str
    payload: Mapping[str, Any]
    notification: Mapping[str, Any] | None = None
    category: tuple[str, str] | None = None


class Document(NamedTuple):
    """A header and its entries, in order."""

    header: Header
    entries: tuple[Entry, ...]


def record_entry(record: Mapping[str, Any], notification: Mapping[str, Any] | None = None) -> Entry:
    """A canonical record as an entry. Raises KeyError for a kind that is carried as JSON alone."""
    return Entry(RECORD_COMMANDS[record["kind"]], record, notification)
