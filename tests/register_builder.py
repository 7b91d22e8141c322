"""Fills a register for tests of the ways out, through the registry's own writer, without rules.

`Register.write` is the one place that knows how a change is written.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

import psycopg

from contracts.changes import Audience, RecordChange
from registry_store.rules.audience import audience_of
from registry_store.version_writing import Origin
from registry_store.writing import RowBlocks, WriteSet

FACILITATOR = "O-FACI"


def asset(
    *, area: str = "EPN", group: str = "_A", fsp: str = "O-FSP1", **members: Any
) -> dict[str, Any]:
    """Canonical content of an asset, without what the store adds."""
    attributes = {
        "connection_status": "connected",
        "export_capacity_kw": 50,
        "make": "ACME",
        "serial_number": "SN-1",
        "customer_name": "A Person",
        "postcode": "SW1A 1AA",
    } | members.pop("attributes", {})
    return {
        "status": "pending_validation",
        "category": "battery_storage",
        "category_version": "1.0",
        "fsp": fsp,
        "registered_by": fsp,
        "accounting_point": {"scheme": "mpan", "id": "1200012345678"},
        "network": {"area": area, "gsp_group": group},
        "attributes": attributes,
    } | members


def organisation(
    *roles: str,
    network_areas: Iterable[str] = (),
    gsp_groups: Iterable[str] = (),
    status: str = "active",
) -> dict[str, Any]:
    areas = {"network_areas": sorted(network_areas), "gsp_groups": sorted(gsp_groups)}
    content: dict[str, Any] = {
        "status": status,
        "legal_name": "Example Ltd",
        "roles": sorted(roles),
    }
    return content | ({"areas": areas} if any(areas.values()) else {})


@dataclass(frozen=True, slots=True)
class _Known:
    row: int
    version: int
    audience: Audience


class Register:
    """One writer with a connection of its own. Each `write` is one commit."""

    def __init__(self, url: str) -> None:
        self.connection = psycopg.connect(url, autocommit=True)
        self._rows = RowBlocks()
        self._known: dict[str, _Known] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    def write(self, contents: Mapping[str, Mapping[str, Any]], **members: Any) -> int:
        """New versions of these records (id -> content); the position of the last change."""
        with self.connection.transaction():
            writes = WriteSet(new_row=lambda: self._rows.take(self.connection))
            for id, content in contents.items():
                self._add(writes, id, content, **members)
            appended = writes.flush(self.connection)
        assert appended is not None
        return appended.first_position + appended.count - 1

    def partner(self, slug: str, id: str) -> None:
        self.connection.execute(
            "INSERT INTO partner (slug, organisation, secret_hash, lane) VALUES (%s, %s, '', 0)",
            (slug, id),
        )

    def _add(
        self,
        writes: WriteSet,
        id: str,
        content: Mapping[str, Any],
        *,
        event: str = "",
        material: bool | None = None,
        kind: str = "",
        cause: str | None = None,
    ) -> None:
        kind = kind or ("organisation" if id.startswith("O-") else "asset")
        known = self._known.get(id)
        audience = audience_of(kind, id, content)
        change = RecordChange(
            kind=kind,
            id=id,
            event=event or f"{kind}.{'updated' if known else 'registered'}",
            expected=known.version if known else 0,
            content=content,
            valid_from=datetime.now(UTC),
            audience_after=audience,
            audience_before=known.audience if known else None,
            material=material,
        )
        origin = Origin(FACILITATOR, FACILITATOR, 1, "m", 1, cause)
        row = writes.add(change, known.row if known else None, None, origin)
        self._known[id] = _Known(row, change.version, audience)
