"""Who may see a record, as far as the record decides it."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from contracts.changes import Audience, Record

#: States of a category version that anyone may read.
PUBLIC_STATES = ("published", "deprecated", "retired")


def audience_now(record: Record) -> Audience:
    return record.audience or audience_of(record.kind, record.id, record.content)


def unit_audience(
    content: Mapping[str, Any], places: tuple[tuple[str | None, str | None], ...]
) -> Audience:
    """Of a market unit: its FSP's, and the operators' in whose areas its members are."""
    return Audience(kind="market_unit", organisations=(content["fsp"],), places=places)


def audience_of(kind: str, id: str, content: Mapping[str, Any]) -> Audience:
    """Of an organisation, an asset, a category version or a mapping profile. That of a market unit does not
    follow from its content alone.
    """
    if kind == "organisation":
        return Audience(kind=kind, organisations=(id,))
    if kind == "load":
        return Audience(kind=kind, organisations=(content["registered_by"],), hidden=True)
    if kind == "category_version":
        is_public = content["status"] in PUBLIC_STATES
        return Audience(kind=kind, category=content["category"], hidden=not is_public)
    if kind == "mapping_profile":
        return Audience(kind=kind, organisations=(content["owner"],), hidden=True)
    network = content.get("network", {})
    fsp = content.get("fsp")
    owner = content.get("owner", {}).get("organisation")
    return _of_asset(
        fsp or content["registered_by"],
        owner,
        network.get("area"),
        network.get("gsp_group"),
        content["category"],
        content["status"],
    )


@lru_cache(maxsize=16_384)
def _of_asset(
    holder: str, owner: str | None, area: str | None, group: str | None, category: str, status: str
) -> Audience:
    """Many assets have the same."""
    return Audience(
        kind="asset",
        organisations=tuple(sorted({holder, owner or holder})),
        network_area=area,
        gsp_group=group,
        category=category,
        hidden=status == "suspended",
    )
