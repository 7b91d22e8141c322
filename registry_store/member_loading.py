"""Load: the memberships that a group leans on.

Whoever changes an asset locks the units that it is in, and whoever puts an asset into a unit holds the
asset: so a unit that is locked has members whose capacity and place nobody else changes meanwhile.
"""

from collections.abc import Iterable
from datetime import datetime

import psycopg

from contracts.changes import Membership
from registry_store.anchors import Anchors, rows_of
from registry_store.array_text import number_array
from registry_store.rules.memberships import Memberships


def units_of(connection: psycopg.Connection, assets: list[int]) -> set[int]:
    """Rows of the active units in which these assets are now or will be: they are changed along with them."""
    if not assets:
        return set()
    rows = connection.execute(
        "SELECT DISTINCT m.unit FROM market_unit_member m JOIN record u ON u.row = m.unit "
        "WHERE m.asset = ANY(%s::bigint[]) AND (m.valid_to IS NULL OR m.valid_to > now()) AND u.status = 'active'",
        (number_array(assets),),
    )
    return {unit for (unit,) in rows}


def load(
    connection: psycopg.Connection, changing: Anchors, held: Anchors, memberships: Memberships
) -> set[int]:
    """All memberships of the units that are locked for change and of the assets that are held.

    Returns the rows of the records that these name: assets for the units' totals, and units for what
    may be said of them. To be called once everything is locked.
    """
    units, assets = rows_of("market_unit", changing), rows_of("asset", held)
    named: set[int] = set()
    for condition, rows in (
        ("m.unit = ANY(%s::bigint[])", units),
        ("m.asset = ANY(%s::bigint[])", assets),
    ):
        if rows:
            found = connection.execute(
                "SELECT m.unit, m.asset, u.id, a.id, m.valid_from, m.valid_to FROM market_unit_member m "  # noqa: S608
                f"JOIN record u ON u.row = m.unit JOIN record a ON a.row = m.asset WHERE {condition}",
                (number_array(rows),),
            ).fetchall()
            memberships.add(Membership(*row[2:]) for row in found)
            named |= _first_two(found)
    return named


def _first_two(rows: Iterable[tuple[int, ...]]) -> set[int]:
    return {row for unit, asset, *_ in rows for row in (unit, asset)}


def units_with_dates_due(
    connection: psycopg.Connection, since: datetime | None, now: datetime
) -> list[str]:
    """Active units in which a membership began or ended in `(since, now]`, after their current version did.

    Without `since` from the beginning of time: all memberships are read then.
    """
    rows = connection.execute(
        "SELECT DISTINCT u.id FROM ("
        "  SELECT unit, valid_from AS due_at FROM market_unit_member "
        "  WHERE valid_from > coalesce(%(since)s::timestamptz, '-infinity') AND valid_from <= %(now)s"
        "  UNION ALL SELECT unit, valid_to FROM market_unit_member "
        "  WHERE valid_to > coalesce(%(since)s::timestamptz, '-infinity') AND valid_to <= %(now)s"
        ") due JOIN record u ON u.row = due.unit AND u.status = 'active' "
        "JOIN record_version v ON v.record = u.row AND v.version = u.current_version "
        "WHERE due.due_at > v.valid_from ORDER BY u.id",
        {"since": since, "now": now},
    )
    return [id for (id,) in rows]
