"""Reads the category documents of a folder into a `Catalogue`.

A document that leaves the closed profile, contradicts its neighbours or was altered after it was
published stops the start of the hub, with a sentence that names it: nothing is guessed or repaired.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema_rs
import orjson

from contracts.categories import Assertion, Attribute, Catalogue, Category
from contracts.reasons import Severity
from registry_store.category_manifest import check, published_files, read_manifest

META = "meta/category-1.0.json"


class CategoryDocumentError(ValueError):
    """A document is not a category in the closed profile."""


def load_catalogue(folder: Path) -> Catalogue:
    """All category versions below `folder` (the `schemas/json` of the hub), checked and resolved."""
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
            category = category_from_document(
                document, common, profile=profile, retired_from=_moment(manifest[path].get("retired_from"))
            )
            if path != f"categories/{category.name}/{category.version}.json":
                raise CategoryDocumentError(f"{path} holds {category.name} {category.version}")
            categories.append(category)
    check_ordinals(categories)
    return Catalogue(categories)


class Profile:
    """The closed profile, as its meta-schema states it."""

    def __init__(self, meta: Mapping[str, Any]) -> None:
        shared = {"$schema": meta["$schema"], "$ref": "#/$defs/common", "$defs": meta["$defs"]}
        self._category = jsonschema_rs.validator_for(dict(meta), validate_formats=True, offline=True)
        self._common = jsonschema_rs.validator_for(shared, validate_formats=True, offline=True)

    def check_category(self, document: Mapping[str, Any]) -> None:
        self._check(self._category, document)

    def check_common(self, document: Mapping[str, Any]) -> None:
        self._check(self._common, document)

    @staticmethod
    def _check(validator: jsonschema_rs.Draft202012Validator, document: Mapping[str, Any]) -> None:
        error = next(iter(validator.iter_errors(document)), None)
        if error is not None:
            place = "/".join(str(step) for step in error.instance_path)
            name = document.get("$id", "a document without $id")
            raise CategoryDocumentError(f"{name} leaves the closed profile at /{place}: {error.message}")


def category_from_document(
    document: Mapping[str, Any],
    common: Mapping[str, Mapping[str, Any]],
    *,
    profile: Profile,
    retired_from: datetime | None = None,
) -> Category:
    """One category version. `common` holds the shared documents by their `$id`.

    Raises CategoryDocumentError for what the profile does not allow.
    """
    profile.check_category(document)
    resolved = resolve(document, common)
    profile.check_category(resolved)
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
    _check_names(category)
    return category


def resolve(document: Mapping[str, Any], common: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The document with every `$ref` replaced by what it names, narrowed by what stands beside it."""

    def definition(reference: Mapping[str, Any]) -> dict[str, Any]:
        if "$ref" not in reference:
            return dict(reference)
        source, _, name = reference["$ref"].partition("#/$defs/")
        shared = common.get(source, {}).get("$defs", {}).get(name)
        if shared is None:
            raise CategoryDocumentError(f"{document['$id']} refers to {reference['$ref']}, which does not exist")
        beside = {keyword: value for keyword, value in reference.items() if keyword != "$ref"}
        _check_narrower(document["$id"], name, shared, beside)
        return {**shared, **beside}

    return {
        **document,
        "properties": {name: definition(part) for name, part in document["properties"].items()},
        "assertions": [definition(part) for part in document["assertions"]],
    }


def _check_narrower(document: str, name: str, shared: Mapping[str, Any], beside: Mapping[str, Any]) -> None:
    """What stands beside a `$ref` applies in addition to it, so it can only narrow it."""
    wider = (
        not set(beside.get("enum", ())) <= set(shared.get("enum", ()))
        or ("minimum" in beside and beside["minimum"] < shared["minimum"])
        or ("maximum" in beside and beside["maximum"] > shared["maximum"])
    )
    if wider:
        raise CategoryDocumentError(f"{document} widens {name} beyond the shared definition")


def check_ordinals(categories: Iterable[Category]) -> None:
    """An ordinal means one name, XML name and type in every category and version, for ever."""
    holders: dict[int, tuple[str, str, str]] = {}
    ordinals: dict[str, int] = {}
    for category in categories:
        for attribute in category.attributes:
            meaning = (attribute.name, attribute.xml_name, attribute.type)
            known = holders.setdefault(attribute.ordinal, meaning)
            if known != meaning or ordinals.setdefault(attribute.name, attribute.ordinal) != attribute.ordinal:
                raise CategoryDocumentError(
                    f"{category.name} {category.version}: ordinal {attribute.ordinal} is {meaning}, but was {known}"
                )


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


def _check_names(category: Category) -> None:
    """What the meta-schema cannot say: names that refer to each other, and names that must differ."""
    where = f"{category.name} {category.version}"
    major, minor = category.version.split(".")
    if category.document["$id"] != f"urn:fmar:category:{category.name}:{major}:{minor}":
        raise CategoryDocumentError(f"{where} has the $id of another: {category.document['$id']}")
    spoken_of = [*category.required, *(name for each in category.assertions for name in each.names)]
    unknown = sorted({name for name in spoken_of if category.attribute(name) is None})
    if unknown:
        raise CategoryDocumentError(f"{where} speaks of attributes that it does not define: {', '.join(unknown)}")
    for keyword in ("ordinal", "xml_name", "heading"):
        values = [getattr(attribute, keyword) for attribute in category.attributes]
        if len(set(values)) != len(values):
            raise CategoryDocumentError(f"{where} uses one {keyword} for two attributes")


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
