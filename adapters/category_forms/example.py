"""A registration of an asset of a category, in hub JSON: valid, and like one that a sender would write."""

from collections.abc import Mapping
from typing import Any

import orjson

from contracts.categories import Category

#: In licence area LPN, its check digit right; no supplier has it.
_ACCOUNTING_POINT = {"scheme": "mpan", "id": "1200000000002"}
_NETWORK = {"gsp_group": "_C", "area": "LPN"}
_SENT_AT = "2026-11-24T09:30:00Z"


def example_payload(category: Category, *, number: int = 1) -> dict[str, Any]:
    """The payload of asset.register with the category's example of that number, counted from 1."""
    attributes: Mapping[str, Any] = category.document["examples"][number - 1]
    payload: dict[str, Any] = {
        "category": category.name,
        "category_version": category.version,
        "refs": [{"ref": f"{category.name}-{number}"}],
        "accounting_point": dict(_ACCOUNTING_POINT),
        "network": dict(_NETWORK),
        "attributes": dict(attributes),
    }
    if category.requires_consent:
        payload["consent_reference"] = "C-1"
    return payload


def example_event(category: Category) -> bytes:
    """A CloudEvents event in structured mode, as a sender would send it."""
    event = {
        "specversion": "1.0",
        "id": f"example-{category.name}-{category.version}",
        "source": "/partners/example",
        "type": "fmar.asset.register.v1",
        "time": _SENT_AT,
        "datacontenttype": "application/json",
        "data": example_payload(category),
    }
    return orjson.dumps(event, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
