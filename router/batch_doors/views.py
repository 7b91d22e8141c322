"""A batch as every door shows it: its progress, what was said of it, and its first refusals."""

from typing import Any

import psycopg

from registry_store.batches import reconciling, showing
from registry_store.batches.progress import progress
from registry_store.batches.showing import ShownBatch

FIRST_REFUSALS = 20


def batch_as_json(connection: psycopg.Connection, batch: ShownBatch) -> dict[str, Any]:
    """With the outcomes of its first refused rows, also while it runs."""
    refusals = showing.first_refusals(connection, batch.row, limit=FIRST_REFUSALS)
    return summary_as_json(connection, batch) | {"first_refusals": refusals}


def summary_as_json(connection: psycopg.Connection, batch: ShownBatch) -> dict[str, Any]:
    """As in a list."""
    (now,) = progress(connection, batch.id, None)
    return now.as_json() | batch.as_json()


def page_as_json(
    connection: psycopg.Connection, *, sender: str | None, before: str | None, limit: int
) -> dict[str, Any]:
    """`next`: what to give as `before` for the page that follows; None at the end."""
    page = showing.listed(connection, sender=sender, before=before, limit=limit)
    return {
        "batches": [summary_as_json(connection, each) for each in page],
        "next": page[-1].id if len(page) == limit else None,
    }


def missing_as_json(
    connection: psycopg.Connection, batch: ShownBatch, *, after: int, limit: int
) -> dict[str, Any]:
    """A page of what a batch found missing, and of what rows name that were refused (`refused`). `after`: where the
    page that follows begins, if there is one.
    """
    page = reconciling.missing(connection, batch.row, after=after, limit=limit)
    counted = reconciling.counted(connection, batch.row)
    body: dict[str, Any] = {
        "total": counted.missing,
        "refused": counted.refused,
        "missing": [each.as_json() for each in page],
    }
    return body | ({"after": page[-1].row} if len(page) == limit else {})
