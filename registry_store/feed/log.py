"""Reading the log: what was changed after a position, and what the register held at one.

Whoever sees a position sees all below it (the writer's append lock), so a plain read from a position
on misses nothing.
"""

from collections.abc import Iterator
from typing import Any

import psycopg
from psycopg.rows import TupleRow

from registry_store.feed.logged_change import LoggedChange, audience_from

_HEAD = "SELECT first_position + count - 1 FROM segment ORDER BY first_position DESC LIMIT 1"

_CHANGE = """
    c.position, c.record, r.id, r.kind, c.version, c.event, c.material, c.recorded_at, c.valid_from,
    c.audience_before, c.audience_after, c.content_hash, c.cause, v.content
"""

#: With each change, the content that was true before it at the same valid time: for a correction of
#: the past that is the corrected slice, else simply the version before.
_CHANGES = f"""
    SELECT {_CHANGE}, before.content,
           NOT EXISTS (SELECT FROM record_version l WHERE l.record = c.record
                       AND l.version < c.version AND l.valid_from > c.valid_from)
    FROM change c
    JOIN record r ON r.row = c.record
    JOIN record_version v ON v.record = c.record AND v.version = c.version
    LEFT JOIN LATERAL (
        SELECT p.content FROM record_version p
        WHERE p.record = c.record AND p.version < c.version AND p.valid_from <= c.valid_from
        ORDER BY p.valid_from DESC, p.version DESC LIMIT 1
    ) before ON c.version > 1
    WHERE c.position > %(after)s
    ORDER BY c.position
    LIMIT %(limit)s
"""  # noqa: S608 - composed of the constant above

#: What the register held when `position` was the head: per record the change that made the version
#: which was current then. Reads the whole log: grants are rare.
_STATE_AT = f"""
    SELECT DISTINCT ON (c.record) {_CHANGE}
    FROM change c
    JOIN record r ON r.row = c.record
    JOIN record_version v ON v.record = c.record AND v.version = c.version
    WHERE c.position <= %(position)s AND c.record <> %(without)s
    ORDER BY c.record, c.valid_from DESC, c.version DESC
"""  # noqa: S608 - composed of the constant above

#: The records that the changes of one cause made or changed, each as it was current when `as_of` was the head: by
#: the last of these changes of each record, in their order. With it the position of that change.
_LOAD = f"""
    SELECT mine.position, {_CHANGE}
    FROM change mine
    JOIN record r ON r.row = mine.record
    JOIN LATERAL (
        SELECT * FROM change s WHERE s.record = mine.record AND s.position <= %(as_of)s
        ORDER BY s.valid_from DESC, s.version DESC LIMIT 1
    ) c ON true
    JOIN record_version v ON v.record = c.record AND v.version = c.version
    WHERE mine.position > %(after)s AND mine.position <= %(up_to)s AND mine.cause = %(cause)s
      AND NOT EXISTS (SELECT FROM change later WHERE later.record = mine.record
                      AND later.version > mine.version AND later.position <= %(up_to)s
                      AND later.cause = mine.cause)
    ORDER BY mine.position
    LIMIT %(limit)s
"""  # noqa: S608 - composed of the constant above

#: What the register holds now, in the snapshot of the transaction that asks. Market units have no place
#: of their own: all of them, the audience says where their members are.
_STATE_NOW = f"""
    SELECT {_CHANGE}
    FROM record r
    JOIN change c ON c.record = r.row AND c.version = r.current_version
    JOIN record_version v ON v.record = r.row AND v.version = r.current_version
    WHERE (%(kinds)s::text[] IS NULL OR r.kind = ANY(%(kinds)s))
      AND (%(categories)s::text[] IS NULL OR r.category = ANY(%(categories)s))
      AND (%(gsp_groups)s::text[] IS NULL OR r.gsp_group = ANY(%(gsp_groups)s) OR r.kind = 'market_unit')
      AND (%(network_areas)s::text[] IS NULL OR r.network_area = ANY(%(network_areas)s)
           OR r.kind = 'market_unit')
    ORDER BY r.row
"""  # noqa: S608 - composed of the constant above

#: The columns of `_CHANGE` that are taken over as they are.
_SIMPLE = (
    "position",
    "record",
    "id",
    "kind",
    "version",
    "event",
    "material",
    "recorded_at",
    "valid_from",
)
#: Columns of `_CHANGE`.
_PARTS = len(_SIMPLE) + 5
_ROWS_AT_ONCE = 2_000


def head(connection: psycopg.Connection) -> int:
    """The last position of the log, 0 when it is empty."""
    row = connection.execute(_HEAD).fetchone()
    return row[0] if row else 0


def epoch(connection: psycopg.Connection) -> int:
    row = connection.execute("SELECT max(epoch) FROM epoch").fetchone()
    assert row is not None
    return int(row[0])


def changes_after(
    connection: psycopg.Connection, position: int, *, limit: int
) -> list[LoggedChange]:
    rows = connection.execute(_CHANGES, {"after": position, "limit": limit})
    return [_change(row) for row in rows]


def load_after(
    connection: psycopg.Connection, cause: str, *, after: int, up_to: int, as_of: int, limit: int
) -> list[tuple[int, LoggedChange]]:
    """Records that the changes of a cause in `(after, up_to]` brought, as they were current at `as_of`, each
    with the position by which it is asked for.
    """
    asked = {"cause": cause, "after": after, "up_to": up_to, "as_of": as_of, "limit": limit}
    return [(row[0], _change(row[1:])) for row in connection.execute(_LOAD, asked)]


def state_at(
    connection: psycopg.Connection, position: int, *, without: int
) -> Iterator[LoggedChange]:
    """Each record but one (its store key) as it was current at the position, in a fixed order."""
    yield from _streamed(connection, _STATE_AT, {"position": position, "without": without})


def state_now(
    connection: psycopg.Connection, **conditions: list[str] | None
) -> Iterator[LoggedChange]:
    """Each record as it is current, narrowed by `kinds, categories, gsp_groups, network_areas`."""
    yield from _streamed(connection, _STATE_NOW, conditions)


def _streamed(
    connection: psycopg.Connection, query: str, parameters: dict[str, Any]
) -> Iterator[LoggedChange]:
    """Through a server-side cursor, which needs a transaction: the answer may be the whole register."""
    with connection.cursor(name="feed_state") as cursor:
        cursor.itersize = _ROWS_AT_ONCE
        cursor.execute(query, parameters)
        for row in cursor:
            yield _change(row)


def _change(row: TupleRow) -> LoggedChange:
    """From the columns of `_CHANGE`, and of `_CHANGES` where that was asked."""
    *simple, before, after, content_hash, cause, content = row[:_PARTS]
    return LoggedChange(
        **dict(zip(_SIMPLE, simple, strict=True)),
        audience_before=None if before is None else audience_from(before),
        audience_after=audience_from(after),
        content_hash=content_hash,
        content=content,
        cause=cause,
        **dict(zip(("previous", "is_current"), row[_PARTS:], strict=False)),
    )
