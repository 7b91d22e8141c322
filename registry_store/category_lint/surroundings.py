"""What a document is judged beside: the profile, the shared definitions, the categories there are."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import jsonschema_rs

from contracts.categories import Category
from registry_store.category_profile import Profile


@dataclass(frozen=True)
class Surroundings:
    """`meta`: the meta-schema of the profile. `common`: shared documents by their `$id`. `categories`:
    every version that is published.
    """

    meta: Mapping[str, Any]
    common: Mapping[str, Mapping[str, Any]]
    profile: Profile
    categories: tuple[Category, ...] = ()

    @classmethod
    def of(
        cls,
        meta: Mapping[str, Any],
        common: Iterable[Mapping[str, Any]],
        categories: Iterable[Category],
    ) -> "Surroundings":
        by_id = {document["$id"]: document for document in common}
        return cls(meta, by_id, Profile(meta), tuple(categories))

    def shared(self, reference: str) -> Mapping[str, Any]:
        """The shared definition that a `$ref` names; empty where there is none."""
        source, _, name = reference.partition("#/$defs/")
        definition: Mapping[str, Any] = self.common.get(source, {}).get("$defs", {}).get(name, {})
        return definition

    def definition(self, name: str) -> jsonschema_rs.Validator:
        """A validator of one definition of the profile, such as `pattern`."""
        schema = {
            "$schema": self.meta["$schema"],
            "$ref": f"#/$defs/{name}",
            "$defs": self.meta["$defs"],
        }
        return jsonschema_rs.validator_for(schema, validate_formats=True, offline=True)
