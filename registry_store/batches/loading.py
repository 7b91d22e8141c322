"""The end of a load: the record whose change tells subscribers that it is there (registry_store.feed.loads)."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

import orjson
import psycopg

from contracts.changes import Audience, RecordChange
from contracts.identifiers import derive_public_id
from registry_store.feed.loads import COMPLETED, cause_of
from registry_store.rules.audience import audience_of

_SINCE = "SELECT first_position + count FROM segment WHERE recorded_at < %s ORDER BY first_position DESC LIMIT 1"
_EXTENT = """
    SELECT min(position), max(position), count(DISTINCT record) FROM change
    WHERE position >= %s AND cause = %s
"""
_AUDIENCES = (
    "SELECT DISTINCT audience_after FROM change WHERE position BETWEEN %s AND %s AND cause = %s"
)


def load_id(hub_key: bytes, batch: str) -> str:
    """The public id of the load that a batch (its public id) makes."""
    return derive_public_id(hub_key, "load", batch)


def completed(
    connection: psycopg.Connection,
    *,
    load: str,
    batch: str,
    registered_by: str,
    since: datetime,
    now: datetime,
) -> RecordChange | None:
    """The change that makes the load's record and tells of it; None where the batch changed nothing.

    `load` and `batch` are their public ids, `since` is when the batch began: the log is read from there on.
    """
    row = connection.execute(_SINCE, (since,)).fetchone()
    cause = cause_of(load)
    extent = connection.execute(_EXTENT, (row[0] if row else 1, cause)).fetchone()
    if extent is None or extent[0] is None:
        return None
    first, last, records = extent
    texts = connection.execute(_AUDIENCES, (first, last, cause))
    content: dict[str, Any] = {
        "status": "completed",
        "registered_by": registered_by,
        "batch": batch,
        "records": records,
        "first_position": first,
        "last_position": last,
        "audiences": [each.as_json() for each in united(_read(text for (text,) in texts))],
    }
    return RecordChange(
        kind="load",
        id=load,
        event=COMPLETED,
        expected=0,
        content=content,
        valid_from=now,
        audience_after=audience_of("load", load, content),
    )


def united(audiences: Iterable[Audience]) -> list[Audience]:
    """One audience for each kind, category and place: with all the organisations, any of which sees some
    record there. A portfolio of a million homes has few of them.
    """
    organisations: dict[Audience, set[str]] = {}
    for audience in audiences:
        place = audience._replace(organisations=())
        organisations.setdefault(place, set()).update(audience.organisations)
    return sorted(
        (place._replace(organisations=tuple(sorted(of))) for place, of in organisations.items()),
        key=Audience.as_text,
    )


def _read(texts: Iterable[str]) -> Iterator[Audience]:
    for text in texts:
        yield Audience.from_json(orjson.loads(text))
