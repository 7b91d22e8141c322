"""What some policies ask for when a batch ends, in the transaction that ends it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psycopg

from contracts.batches import Status
from registry_store.batches.loading import completed, load_id
from registry_store.batches.reconciling import note_missing, reconcile
from registry_store.batches.running import OpenBatch
from registry_store.messages import senders
from registry_store.version_writing import Origin
from registry_store.writing import RowBlocks, WriteSet


def _organisation(connection: psycopg.Connection, batch: OpenBatch) -> str | None:
    """On whose behalf the batch was sent; None where its sender is no active partner any more."""
    stated = batch.header.on_behalf_of or (batch.head or {}).get("on_behalf_of")
    return stated or senders(connection, {batch.sender}).get(batch.sender)


def reconciled(
    connection: psycopg.Connection, batch: OpenBatch, status: Status
) -> Mapping[str, Any]:
    """`missing`: how many records of the file's sources it does not state, and `missing_refused`: how many only rows
    state that were refused; none where it names no source.
    """
    policy = batch.header.policy
    organisation = _organisation(connection, batch)
    if not policy.reconcile or policy.dry_run or status != "done" or organisation is None:
        return {}
    missing = reconcile(connection, batch.row, organisation)
    if missing is None:
        return {}
    note_missing(connection, batch.row, missing.missing)
    return {"missing": missing.missing, "missing_refused": missing.refused}


@dataclass(frozen=True)
class LoadCompleted:
    """Tells subscribers of a load, whichever way its batch ended: what it changed, it changed."""

    hub_key: bytes

    def __call__(
        self, connection: psycopg.Connection, batch: OpenBatch, _status: Status
    ) -> Mapping[str, Any]:
        """`load`: the public id of what subscribers fetch; nothing where the batch changed nothing."""
        organisation = _organisation(connection, batch)
        if batch.header.policy.notify != "snapshot" or organisation is None:
            return {}
        change = completed(
            connection,
            load=load_id(self.hub_key, batch.id),
            batch=batch.id,
            registered_by=organisation,
            since=batch.received_at,
            now=datetime.now(UTC),
        )
        if change is None:
            return {}
        rows = RowBlocks()
        writes = WriteSet(new_row=lambda: rows.take(connection))
        origin = Origin(organisation, organisation, batch.row, batch.message_id, 0)
        writes.add(change, None, None, origin)
        writes.flush(connection)
        return {"load": change.id}
