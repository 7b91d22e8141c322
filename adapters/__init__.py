"""Formats: bytes to items, and receipts to bytes, in the sender's own words.

An adapter is a pure translator: no I/O, no clock, nothing guessed (the media type decides). Whatever the
bytes, it answers with a value; an exception is a bug of the adapter. A new format is one adapter, added to
the tuple that `adapters()` builds; a new file layout is one mapping profile, and no code.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol, runtime_checkable

from adapters.configuration_document.reader import ConfigurationReader
from adapters.csv_tables import CsvTables
from adapters.flat_file.adapter import FlatFiles
from adapters.hub_json import HubJson
from adapters.json_lines.adapter import JsonLines
from adapters.market_document.adapter import MarketDocuments
from adapters.media_types import essence
from adapters.parquet_tables import ParquetTables
from adapters.tables.partner_profiles import PartnerProfiles
from adapters.tables.profile import Profile
from adapters.xlsx_tables import XlsxTables
from contracts.categories import Catalogue
from contracts.commands import COMMANDS
from contracts.documents import Document
from contracts.messages import Decoded, Envelope, Item, Limits

_NO_CATEGORIES = Catalogue(())


class Adapter(Protocol):
    """A format. `media_types` are in lower case, without parameters; an adapter reads those itself."""

    name: str
    media_types: tuple[str, ...]
    #: What it carries inwards; another command is refused by name (MSG_10).
    commands: frozenset[str]

    def decode(self, envelope: Envelope, limits: Limits) -> Decoded:
        """The items of a message, or the reasons why it has none."""
        ...

    def place_of(self, item: Item, path: str) -> str:
        """A JSON Pointer of the item's payload in the sender's words: `row 17, column "Postcode"`."""
        ...

    def encode_receipt(self, receipt: Mapping[str, Any]) -> tuple[str, bytes]:
        """Media type and bytes of a canonical receipt; the same receipt gives the same bytes."""
        ...


@runtime_checkable
class Writer(Protocol):
    """A format that the hub also writes: what `encode` gives, `decode` of the same adapter reads back."""

    name: str
    #: Commands and records (`asset.record`) that it can write.
    writes: frozenset[str]

    def encode(self, document: Document) -> tuple[str, bytes]:
        """Media type and bytes; the same document gives the same bytes.

        Raises ValueError for an entry that the format cannot carry, with a sentence that says which.
        """
        ...


def adapters(
    profiles: Iterable[Profile],
    catalogue: Catalogue = _NO_CATEGORIES,
    *,
    partners: PartnerProfiles | None = None,
    commands: frozenset[str] = COMMANDS,
) -> tuple[Adapter, ...]:
    """Every format that the hub reads. `profiles`: the table layouts that it knows; `catalogue`: the
    categories that its forms are derived from; `partners`: the layouts that partners published.
    """
    layouts = tuple(profiles)
    return (
        HubJson(commands),
        JsonLines(commands),
        MarketDocuments(catalogue, commands, (ConfigurationReader(),)),
        FlatFiles(catalogue),
        CsvTables(layouts, catalogue, partners),
        XlsxTables(layouts, catalogue, partners),
        ParquetTables(layouts, catalogue, partners),
    )


def adapter_for(known: Iterable[Adapter], media_type: str) -> Adapter | None:
    """The adapter for a media type with or without parameters, or None if the hub does not read it."""
    wanted = essence(media_type)
    return next((adapter for adapter in known if wanted in adapter.media_types), None)
