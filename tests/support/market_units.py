"""Market units as scenarios speak of them: made of assets by id, by reference, or by a whole member."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from registry_store.records import find
from tests.support.registry import Registry, heat_pump

LONDON = {"gsp_group": "_C", "area": "LPN"}
EAST = {"gsp_group": "_A", "area": "EPN"}


def register(
    registry: Registry, ref: str, *, sender: str = "acme", point: int | None = None, **members: Any
) -> str:
    """A heat pump of 3.5 kW with its reference as serial number, at a point of its own; its id."""
    number = sum(map(ord, f"{sender}{ref}")) * 7 if point is None else point
    pump = heat_pump(ref, number, refs=[{"ref": ref}], **members)
    receipt = registry.send(sender, "asset.register", pump)
    assert receipt["status"] == "accepted", receipt
    return str(receipt["items"][0]["id"])


def member(named: Any) -> dict[str, Any]:
    if isinstance(named, dict):
        return named
    return {"asset": named if named.startswith("A-") else {"ref": named}}


def create(
    registry: Registry, name: str, members: Sequence[Any], *, sender: str = "acme", **more: Any
) -> dict[str, Any]:
    """The receipt. Members: ids, references, or whole members."""
    data = {"type": "spg", "name": name, "members": [member(each) for each in members], **more}
    return registry.send(sender, "market_unit.create", data)


def compose(
    registry: Registry, unit: Any, members: Sequence[Any], *, sender: str = "acme", **more: Any
) -> dict[str, Any]:
    data = {"market_unit": unit, "members": [member(each) for each in members], **more}
    return registry.send(sender, "market_unit.compose", data)


def unit_of(receipt: dict[str, Any]) -> str:
    assert receipt["status"] == "accepted", receipt
    return str(receipt["items"][0]["id"])


def recorded(registry: Registry, id: str, **times: datetime) -> dict[str, Any]:
    with registry.database.engine.connect() as connection:
        found = find(connection, id, **times)
    assert found is not None
    return found.canonical


def active_members(registry: Registry) -> list[tuple[str, str]]:
    """(unit, asset) of the memberships that have not ended, as the constraint sees them."""
    return [
        (unit, asset)
        for unit, asset in registry.query(
            "SELECT u.id, a.id FROM market_unit_member m JOIN record u ON u.row = m.unit "
            "JOIN record a ON a.row = m.asset WHERE m.valid_to IS NULL OR m.valid_to > now() "
            "ORDER BY m.unit, m.asset"
        )
    ]
