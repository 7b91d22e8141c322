"""Which command goes in which format: the whole table, read from the adapters themselves.

What is not in it is refused by name, never by accident. `./hub formats` prints it, the README holds it, and
a test compares it with RECORDS.md section 8.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any, NamedTuple

from adapters import Adapter, Writer
from adapters.csv_tables import CsvTables
from adapters.market_document.adapter import MarketDocuments
from adapters.parquet_tables import ParquetTables
from adapters.tables.profile import Profile
from adapters.xlsx_tables import XlsxTables
from contracts.commands import COMMANDS

_TABLES = (CsvTables, XlsxTables, ParquetTables)


class Carriage(StrEnum):
    """What a format does with a command or record."""

    both = "in, out"
    read = "in"
    written = "out"
    checked = "validate only"
    nothing = "-"


class Column(NamedTuple):
    """A format, a mapping profile, or a document of others that is validated only.

    `media_types`: how it is named at a door. `carried`: command or record -> what is done with it.
    """

    name: str
    media_types: tuple[str, ...]
    carried: Mapping[str, Carriage]

    def of(self, command: str) -> Carriage:
        return self.carried.get(command, Carriage.nothing)

    def as_json(self) -> dict[str, Any]:
        carried = {name: how.value for name, how in sorted(self.carried.items())}
        return {"format": self.name, "media_types": list(self.media_types), "carries": carried}


def totality(adapters: Iterable[Adapter], profiles: Iterable[Profile]) -> tuple[Column, ...]:
    """Every format, then every mapping profile, then documents of others that are validated only."""
    adapters, layouts = tuple(adapters), {profile.name: profile for profile in profiles}
    formats = tuple(_format(each) for each in adapters)
    tables = [each.media_types[0] for each in adapters if isinstance(each, _TABLES)]
    return (
        *formats,
        *(
            Column(
                name,
                tuple(f"{media_type}; profile={name}" for media_type in tables),
                {profile.command: Carriage.read},
            )
            for name, profile in layouts.items()
        ),
        *(
            Column(
                reader.name, each.media_types[:1], dict.fromkeys(reader.validates, Carriage.checked)
            )
            for each in adapters
            if isinstance(each, MarketDocuments)
            for reader in each.others
        ),
    )


def _format(adapter: Adapter) -> Column:
    writes = adapter.writes if isinstance(adapter, Writer) else frozenset()
    ways = {
        (True, True): Carriage.both,
        (True, False): Carriage.read,
        (False, True): Carriage.written,
    }
    carried = {
        name: ways[name in adapter.commands, name in writes] for name in adapter.commands | writes
    }
    return Column(adapter.name, adapter.media_types, carried)


def rows() -> tuple[str, ...]:
    """Commands in order, family by family."""
    return tuple(sorted(COMMANDS))
