"""A category that no file of the hub has: what a steward would write, and how it is changed."""

from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from registry_store.category_reading import CategoryReader, category_reader
from registry_store.records import find
from tests.support.registry import Registry, event

SCHEMAS = Path(__file__).parents[2] / "schemas" / "json"
TIDAL_LAGOON = Path(__file__).parents[2] / "examples" / "categories" / "tidal_lagoon.json"


def new_reader(*reserved: str) -> CategoryReader:
    return category_reader(SCHEMAS, reserved=reserved)


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


class Stewards:
    """Two stewards and their reviewer, over a registry; commands are on tidal_lagoon 1.0 unless they say other."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self.now: datetime | None = None
        for slug in ("author", "other", "reviewer"):
            registry.add_partner(slug, "steward")
        registry.add_partner("acme", "fsp")
        registry.pipeline.close()
        registry.pipeline = registry.new_pipeline(now=lambda: self.now or datetime.now(UTC))

    def send(self, sender: str, command: str, data: dict[str, Any]) -> dict[str, Any]:
        return self.registry.send(sender, command, data)

    def send_raw(self, sender: str, data: bytes) -> dict[str, Any]:
        """A draft whose data are these bytes."""
        sent = event(sender, "category.draft", {}, self.registry.new_message_id())
        return self.registry.receipt_of(replace(sent, body=sent.body.replace(b"{}", data)))

    def draft(
        self,
        version: str | None,
        sender: str = "author",
        category: str = "tidal_lagoon",
        **changed: Any,
    ) -> dict[str, Any]:
        document = tidal_lagoon(version, **changed) | {"category": category}
        if version is not None:
            document["$id"] = f"urn:fmar:category:{category}:{version.replace('.', ':')}"
        return self.send(sender, "category.draft", {"document": document})

    def say(self, step: str, sender: str = "author", **members: Any) -> dict[str, Any]:
        data = {"category": "tidal_lagoon", "category_version": "1.0", **members}
        return self.send(sender, f"category.{step}", data)

    def approved(self, version: str, category: str = "tidal_lagoon", **changed: Any) -> None:
        """A version that only waits to be published."""
        address = {"category": category, "category_version": version}
        for receipt in (
            self.draft(version, category=category, **changed),
            self.say("submit", **address),
            self.say("approve", sender="reviewer", **address),
        ):
            assert receipt["status"] == "accepted", receipt

    def published(self, version: str, **changed: Any) -> dict[str, Any]:
        """The receipt of the publication of a version of tidal_lagoon, in force from now on."""
        self.approved(version, **changed)
        receipt = self.say("publish", category_version=version)
        assert receipt["status"] == "accepted", receipt
        return receipt

    def approved_other(self, name: str, attribute: str, *, ordinal: int) -> None:
        """Another category that uses the attribute's name with another ordinal."""
        self.approved("1.0", name, **{attribute: {"ordinal": ordinal}})

    def record(self, receipt: dict[str, Any]) -> dict[str, Any]:
        (item,) = receipt["items"]
        assert item["status"] == "accepted", item
        with self.registry.database.engine.connect() as connection:
            found = find(connection, item["id"])
        assert found is not None
        return found.canonical
