"""A category that no file of the hub has: what a steward would write, and how it is changed."""

from copy import deepcopy
from pathlib import Path
from typing import Any

import orjson

from registry_store.category_documents import META
from registry_store.category_profile import Profile
from registry_store.category_reading import CategoryReader

SCHEMAS = Path(__file__).parents[2] / "schemas" / "json"
COMMON = orjson.loads((SCHEMAS / "common/1.0.json").read_bytes())
TIDAL_LAGOON = Path(__file__).parents[2] / "examples" / "categories" / "tidal_lagoon.json"


def new_reader(*reserved: str) -> CategoryReader:
    profile = Profile(orjson.loads((SCHEMAS / META).read_bytes()))
    return CategoryReader(profile, {COMMON["$id"]: COMMON}, frozenset(reserved))


def tidal_lagoon(version: str | None = "1.0", **properties: Any) -> dict[str, Any]:
    """The document of the example, of another version: attributes replaced, or removed where None."""
    document: dict[str, Any] = deepcopy(orjson.loads(TIDAL_LAGOON.read_bytes()))
    document.pop("version", None)
    document.pop("$id", None)
    if version is not None:
        document["version"] = version
        document["$id"] = f"urn:fmar:category:tidal_lagoon:{version.replace('.', ':')}"
    for name, changed in properties.items():
        if changed is None:
            del document["properties"][name]
        else:
            document["properties"][name] = {**document["properties"].get(name, {}), **changed}
    return document
