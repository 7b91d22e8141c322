"""Write: which memberships of market units begin to stand, and which do not stand any more."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

import psycopg

from registry_store.copying import copy_rows

#: Unit, asset (internal rows), valid from, valid to.
MemberRow = tuple[int, int, datetime, datetime | None]


@dataclass(slots=True)
class MemberRows:
    """What a group changes of `market_unit_member`: only what differs in the end is written."""

    gone: set[MemberRow] = field(default_factory=set)
    new: set[MemberRow] = field(default_factory=set)

    def replace(self, before: Iterable[MemberRow], after: Iterable[MemberRow]) -> None:
        """All memberships of one unit, as they were and as they are from now on."""
        was, now = set(before), set(after)
        self.gone |= was - now - self.new
        self.new -= was - now
        self.new |= now - was - self.gone
        self.gone -= now - was

    def write(self, connection: psycopg.Connection) -> None:
        """What goes makes room first; what comes in the order of assets, so that two writers that want
        the same ones wait for each other and not in a circle.
        """
        if self.gone:
            units, assets, begins, _ = zip(*self.gone, strict=True)
            connection.execute(
                "DELETE FROM market_unit_member m "
                "USING unnest(%s::bigint[], %s::bigint[], %s::timestamptz[]) AS gone (unit, asset, valid_from) "
                "WHERE m.unit = gone.unit AND m.asset = gone.asset AND m.valid_from = gone.valid_from",
                (list(units), list(assets), list(begins)),
            )
        copy_rows(
            connection,
            "market_unit_member (unit, asset, valid_from, valid_to)",
            sorted(self.new, key=lambda row: (row[1], row[2])),
        )
