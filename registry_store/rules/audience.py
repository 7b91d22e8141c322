"""Who may see a record, as far as the record decides it."""

from collections.abc import Mapping
from typing import Any

from contracts.changes import Audience


def audience_of(kind: str, id: str, content: Mapping[str, Any]) -> Audience:
    if kind == "organisation":
        return Audience(kind=kind, organisations=(id,))
    network = content.get("network", {})
    fsp = content.get("fsp")
    owner = content.get("owner", {}).get("organisation")
    organisations = {fsp or content["registered_by"], owner} - {None}
    return Audience(
        kind=kind,
        organisations=tuple(sorted(organisations)),
        network_area=network.get("area"),
        gsp_group=network.get("gsp_group"),
        category=content["category"],
        hidden=content["status"] == "suspended",
    )
