"""The first record: the organisation of the hub itself, the facilitator that registers all others."""

import hashlib
from datetime import UTC, datetime

import psycopg

from contracts.canonical import canonical_json
from contracts.changes import RecordChange
from contracts.identifiers import derive_public_id
from contracts.receipts import Outcome, receipt
from registry_store.rules.audience import audience_of
from registry_store.version_writing import Origin
from registry_store.writing import RowBlocks, WriteSet

#: The hub's own partner: it has no secret, no credential opens it, only the hub's processes use it.
HUB_PARTNER = "hub"
_MESSAGE_ID = "genesis"
_GENESIS_LOCK = 7_305_003


def ensure_hub_organisation(
    connection: psycopg.Connection, *, hub_key: bytes, lane: int = 0
) -> str:
    """The id of the hub's organisation, registered with its partner `hub` if it is not there yet."""
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (_GENESIS_LOCK,))
        found = connection.execute(
            "SELECT organisation FROM partner WHERE slug = %s", (HUB_PARTNER,)
        ).fetchone()
        return found[0] if found is not None else _register(connection, hub_key, lane)


def _register(connection: psycopg.Connection, hub_key: bytes, lane: int) -> str:
    now, rows = datetime.now(UTC), RowBlocks()
    id = derive_public_id(hub_key, "organisation", HUB_PARTNER, _MESSAGE_ID, "", "0")
    content = {"legal_name": "FMAR hub", "roles": ["facilitator"], "status": "active"}
    change = RecordChange(
        kind="organisation",
        id=id,
        event="organisation.registered",
        expected=0,
        content=content,
        valid_from=now,
        audience_after=audience_of("organisation", id, content),
    )
    writes = WriteSet(new_row=lambda: rows.take(connection))
    message_row = rows.take(connection)
    writes.add(change, None, None, Origin(id, id, message_row, _MESSAGE_ID, 1, cause="genesis"))
    body = receipt(
        receipt_id=derive_public_id(hub_key, "receipt", HUB_PARTNER, _MESSAGE_ID),
        message_id=_MESSAGE_ID,
        sender=HUB_PARTNER,
        on_behalf_of=None,
        received_at=now,
        payload_sha256=hashlib.sha256(b"").hexdigest(),
        outcomes=[
            Outcome(
                1, "", "accepted", "organisation.register", id=id, version=1, event=change.event
            )
        ],
    )
    writes.messages.append(
        (
            message_row,
            HUB_PARTNER,
            _MESSAGE_ID,
            0,
            hashlib.sha256(b"").digest(),
            now,
            "hub",
            "",
            body["status"],
            canonical_json(body).decode(),
            None,
        )
    )
    writes.flush(connection)
    connection.execute(
        "INSERT INTO partner (slug, organisation, secret_hash, lane) VALUES (%s, %s, '', %s)",
        (HUB_PARTNER, id, lane),
    )
    return id
