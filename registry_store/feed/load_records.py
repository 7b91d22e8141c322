"""What a load brought, as one subscriber sees it: fetched page by page after its marker."""

from dataclasses import dataclass
from typing import Any

import orjson
import psycopg

from contracts.categories import Catalogue
from registry_store.feed import loads, log
from registry_store.feed.notices import Telling
from registry_store.feed.sight import Subscriber

MOST_RECORDS = 1_000

#: The marker's own change, with the content that says where in the log the load stands.
_MARKER = """
    SELECT c.position, v.content FROM record r
    JOIN change c ON c.record = r.row AND c.version = 1
    JOIN record_version v ON v.record = r.row AND v.version = 1
    WHERE r.id = %s AND r.kind = 'load'
"""


@dataclass(frozen=True, slots=True)
class LoadPage:
    """`records`: views, in the order of the log. `after`: where the next page begins, None at the end."""

    records: list[dict[str, Any]]
    after: int | None


def page(
    connection: psycopg.Connection,
    subscriber: Subscriber,
    load: str,
    *,
    after: int,
    limit: int,
    catalogue: Catalogue,
) -> LoadPage | None:
    """Records of the load after a position of the log (0: from its start); None: there is no such load.

    At most `limit` changes are looked at, so a page may hold fewer, or none, and still have a next one.
    """
    marker = connection.execute(_MARKER, (load,)).fetchone()
    if marker is None:
        return None
    position, content = marker[0], orjson.loads(marker[1])
    looked_at = log.load_after(
        connection,
        loads.cause_of(load),
        after=max(after, content["first_position"] - 1),
        up_to=content["last_position"],
        as_of=position,
        limit=limit,
    )
    views = (
        Telling(change, catalogue).view(sight)
        for _, change in looked_at
        if (sight := subscriber.sight_of(change.audience_after))
    )
    records = [view for view in views if view is not None]
    return LoadPage(records, looked_at[-1][0] if len(looked_at) == limit else None)
