"""What makes a category version the one that it is: hashes over its document in canonical form (RFC 8785).

The date from which a version may be used belongs to its life cycle and not to its identity: it is left out.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

from contracts.canonical import canonical_json

_OF_THE_LIFE_CYCLE = frozenset({"effective_from"})
#: What tells one version from the next whatever they say, and what is for people to read.
_OF_THE_VERSION = frozenset({"$id", "version"})
_FOR_PEOPLE = frozenset({"title", "description"})
_SHOWN = frozenset({"examples", "counter_examples"})


def frozen(document: Mapping[str, Any]) -> dict[str, Any]:
    """The part of a document that is frozen when it leaves draft."""
    return _without(document, _OF_THE_LIFE_CYCLE)


def identity_hash(document: Mapping[str, Any]) -> str:
    """SHA-256 over the canonical form, in hexadecimal: of a published version, its address for ever."""
    return _hash(frozen(document))


def contract_hash(document: Mapping[str, Any]) -> str:
    """The same over what is agreed with partners: without number, labels, descriptions and examples.

    Two versions with one contract hash differ in their documentation only. Units, identity, materiality,
    visibility, personal data, XML names, headings and ordinals are part of the contract. `document` is
    self-contained: references are resolved.
    """
    contract = _without(frozen(document), _OF_THE_VERSION | _FOR_PEOPLE | _SHOWN)
    attributes = document["properties"]
    return _hash({**contract, "properties": {n: _agreed(part) for n, part in attributes.items()}})


def _agreed(attribute: Mapping[str, Any]) -> dict[str, Any]:
    agreed = _without(attribute, _FOR_PEOPLE)
    members = attribute.get("items", {}).get("properties")
    if members is not None:
        named = {name: _without(part, _FOR_PEOPLE) for name, part in members.items()}
        agreed["items"] = {**attribute["items"], "properties": named}
    return agreed


def _without(members: Mapping[str, Any], names: frozenset[str]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if name not in names}


def _hash(value: Any) -> str:
    return hashlib.sha256(canonical_json(value)).hexdigest()
