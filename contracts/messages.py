"""What comes in: an envelope around bytes, and the items that an adapter reads from them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, NamedTuple

from contracts.reasons import Reason

_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Envelope:
    """One message as it stood at a door, before anything of its body was read.

    `sender` is the slug of the partner whose credential was used (the routing key's first word at
    the AMQP door, the authenticated user at the HTTP door), never what the body claims.
    `on_behalf_of` is an organisation id or None. Times are UTC.
    """

    message_id: str
    sender: str
    media_type: str
    body: bytes
    received_at: datetime
    on_behalf_of: str | None = None
    #: The value of `type` where the transport carries the CloudEvents attributes (binary mode).
    event_type: str | None = None
    #: `time` of the sender, where given.
    sent_at: datetime | None = None
    #: Statement date of a file: what the file says held at this date.
    statement_date: date | None = None
    message_class: str = "normal"
    #: amqp | http | clock (a scheduled command at its hour).
    door: str = "amqp"
    #: What the door itself found wrong (MSG_*): the message is answered, never decided.
    reasons: tuple[Reason, ...] = ()
    #: Row of `message_body` where the body is archived already (HTTP door).
    body_row: int | None = None
    #: Where the body is an excerpt of a file: what its adapter said of it when it cut it out
    #: (adapters.cutting.Excerpt).
    excerpt: Mapping[str, Any] | None = None


class Item(NamedTuple):
    """One command as an adapter read it: the canonical payload, and where it stood.

    `payload` holds plain JSON values (numbers as `int` or `Decimal`). `place` is the item's place in
    the sender's own words (`/items/3`, `row 17, slot 2`). `columns` maps JSON Pointers of the payload
    to the headings they were read from (tables only). `reasons` are those found while reading; an
    item with errors is not decided, but answered.
    """

    number: int
    place: str
    command: str
    payload: Mapping[str, Any]
    reasons: tuple[Reason, ...] = ()
    columns: Mapping[str, str] = _NOTHING


class Decoded(NamedTuple):
    """A message read: items, or the reasons why nothing of it could be.

    `items` may be empty only if `reasons` has an error. `message_id` is the id that the document
    itself carries, where it carries one. `notes` say what was detected (dialect, encoding, date
    form) and go into the receipt. `is_file`: known by content as well as by id (tables, batches).
    `versions` pins what the message was read with (profile, its version). `document` holds what an
    answer in the same format repeats of the document's own header (parties, roles, creation time): JSON
    values, kept in the receipt.
    """

    items: tuple[Item, ...] = ()
    reasons: tuple[Reason, ...] = ()
    message_id: str | None = None
    on_behalf_of: str | None = None
    sent_at: datetime | None = None
    notes: tuple[str, ...] = ()
    is_file: bool = False
    versions: Mapping[str, str] = _NOTHING
    document: Mapping[str, Any] = _NOTHING


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds that every adapter keeps. Bytes, levels of nesting, items, characters."""

    body_bytes: int = 32 * 1024 * 1024
    depth: int = 16
    items: int = 20_000
    cell_characters: int = 4_000
    number_digits: int = 18
