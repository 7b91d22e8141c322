"""A partner's own table layout, and files of it."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

from tests.support.registry import mpan

MESSAGE = Path(__file__).parents[2] / "examples" / "json" / "mapping_profile.publish.json"
_DOCUMENT: dict[str, Any] = json.loads(MESSAGE.read_bytes())["data"]["document"]


def batteries(version: str = "1.0", **changed: Any) -> dict[str, Any]:
    """The profile of the example, with other members."""
    return {**deepcopy(_DOCUMENT), "version": version, **changed}


def battery_file(*sites: str, power: str = "Rated power (MW)") -> bytes:
    """A row for each site: 0.05 MW (or kW)."""
    rows = [f"Import MPAN,Site ref,Battery maker,S/N,{power},Status,Contact name"]
    rows += [
        f"{mpan(number)},{site},ACME,SN-{site},0.05,live,A. Person"
        for number, site in enumerate(sites, 1)
    ]
    return "\n".join(rows).encode()
