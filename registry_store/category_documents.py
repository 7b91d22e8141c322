"""Reads the category documents of a folder into a `Catalogue`.

A document that leaves the closed profile, contradicts its neighbours or was altered after it was
published stops the start of the hub, with a sentence that names it: nothing is guessed or repaired.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson

from contracts.categories import Assertion, Attribute, Catalogue, Category
from contracts.reasons import Reason, Rule, Severity, escape_pointer
from registry_store.category_manifest import check, published_files, read_manifest
from registry_store.category_profile import (
    CategoryDocumentError,
    Profile,
    assertion_reasons,
    check_ordinals,
    is_wider,
    name_reasons,
)

META = "meta/category-1.0.json"


def load_catalogue(folder: Path) -> Catalogue:
    """All category versions below `folder` (the hub's `schemas/json`), checked and resolved.

    Raises ManifestError or CategoryDocumentError.
    """
    files = dict(published_files(folder))
    manifest = read_manifest(folder)
    check(files, manifest)
    documents = {path: orjson.loads(content) for path, content in files.items()}
    profile = Profile(documents[META])
    common = {d["$id"]: d for path, d in documents.items() if path.startswith("common/")}
    for document in common.values():
        profile.check_common(document)
    categories = []
    for path, document in documents.items():
        if path.startswith("categories/"):
            retired_from = _moment(manifest[path].get("retired_from"))
            category = category_from_document(document, common, profile, retired_from)
            if path != f"categories/{category.name}/{category.version}.json":
                found = f"{path} holds {category.name} {category.version}"
                raise CategoryDocumentError(found, ())
            categories.append(category)
    check_ordinals(categories)
    return Catalogue(categories)


def category_from_document(
    document: Mapping[str, Any],
    common: Mapping[str, Mapping[str, Any]],
    profile: Profile,
    retired_from: datetime | None = None,
) -> Category:
    """One category version. `common` holds the shared documents by their `$id`.

    Raises CategoryDocumentError for what the profile does not allow.
    """
    read = read_category(document, common, profile, retired_from)
    if isinstance(read, Category):
        return read
    raise CategoryDocumentError(
        f"{document.get('$id', 'a document without $id')} leaves the profile at", read
    )


def read_category(
    document: Mapping[str, Any],
    common: Mapping[str, Mapping[str, Any]],
    profile: Profile,
    retired_from: datetime | None = None,
) -> Category | tuple[Reason, ...]:
    """As `category_from_document`, but what the profile does not allow comes as reasons (CAT-09 to CAT-11)."""
    references = tuple(_reference_reasons(document, common))
    told = {reason.path for reason in references}
    outside = (each for each in profile.category_reasons(document) if each.path not in told)
    if reasons := (*outside, *references):
        return reasons
    resolved = resolve(document, common)
    if reasons := profile.category_reasons(resolved):
        return reasons
    category = Category(
        name=resolved["category"],
        version=resolved["version"],
        title=resolved["title"],
        effective_from=datetime.fromisoformat(resolved["effective_from"]),
        attributes=_attributes(resolved["properties"]),
        keys=tuple(resolved["keys"]),
        document=resolved,
        requires_consent=resolved["requires_consent"],
        retired_from=retired_from,
        required=frozenset(resolved["required"]),
        assertions=tuple(_assertion(members) for members in resolved["assertions"]),
    )
    return (*name_reasons(category), *assertion_reasons(category)) or category


def resolve(document: Mapping[str, Any], common: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The document with every `$ref` replaced by what it names, narrowed by what is beside it."""

    def definition(part: Mapping[str, Any]) -> dict[str, Any]:
        if "$ref" not in part:
            return dict(part)
        beside = {keyword: value for keyword, value in part.items() if keyword != "$ref"}
        return {**(_shared(part, common) or {}), **beside}

    return {
        **document,
        "properties": {name: definition(part) for name, part in document["properties"].items()},
        "assertions": [definition(part) for part in document["assertions"]],
    }


def _reference_reasons(
    document: Mapping[str, Any], common: Mapping[str, Mapping[str, Any]]
) -> Iterator[Reason]:
    """CAT-10 for each reference that names nothing, or that widens what it names."""
    properties, assertions = document.get("properties"), document.get("assertions")
    parts: list[tuple[str, str, Any]] = []
    if isinstance(properties, Mapping):
        parts += [(f"/properties/{escape_pointer(n)}", n, part) for n, part in properties.items()]
    if isinstance(assertions, list):
        parts += [(f"/assertions/{n}", "", part) for n, part in enumerate(assertions)]
    for path, name, part in parts:
        if not isinstance(part, Mapping) or not isinstance(part.get("$ref"), str):
            continue
        shared = _shared(part, common)
        if shared is None:
            yield Reason(
                Rule.CAT_10, f"there is no {part['$ref']}; nothing is fetched", f"{path}/$ref"
            )
        elif name and is_wider(shared, part):
            yield Reason(Rule.CAT_10, f"widens {name} beyond the shared definition", path)


def _shared(
    part: Mapping[str, Any], common: Mapping[str, Mapping[str, Any]]
) -> Mapping[str, Any] | None:
    source, _, name = part["$ref"].partition("#/$defs/")
    found: Mapping[str, Any] | None = common.get(source, {}).get("$defs", {}).get(name)
    return found


def _attributes(properties: Mapping[str, Mapping[str, Any]]) -> tuple[Attribute, ...]:
    attributes = [
        Attribute(
            name=name,
            ordinal=schema["ordinal"],
            type=schema["type"],
            title=schema["title"],
            description=schema["description"],
            xml_name=schema["xml_name"],
            heading=schema["heading"],
            visibility=schema["visibility"],
            material=_material(schema["material"]),
            unit=schema.get("unit"),
            fraction_digits=schema.get("fraction_digits"),
            personal=schema.get("personal", False),
            identity=schema.get("identity", False),
            schema=schema,
        )
        for name, schema in properties.items()
    ]
    return tuple(sorted(attributes, key=lambda attribute: attribute.ordinal))


def _material(stated: str | Mapping[str, Any]) -> str | Decimal:
    return stated if isinstance(stated, str) else Decimal(str(stated["relative_percent"]))


def _assertion(members: Mapping[str, Any]) -> Assertion:
    return Assertion(
        name=members["name"],
        sentence=members["sentence"],
        severity=Severity(members.get("severity", "error")),
        when={name: tuple(values) for name, values in members.get("when", {}).items()},
        require=tuple(members.get("require", ())),
        forbid=tuple(members.get("forbid", ())),
        together=tuple(members.get("together", ())),
        at_most=tuple(members.get("at_most", ())),
    )


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
