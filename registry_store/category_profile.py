"""What a category document must keep to: the closed profile, and what a schema cannot say.

The profile is stated by the meta-schema (`schemas/json/meta/`). The rules beyond it: names refer to
what exists, names that must differ do, a document only narrows what it shares, and an ordinal keeps
its meaning in every category and version.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import jsonschema_rs

from contracts.categories import Assertion, Attribute, Category


class CategoryDocumentError(ValueError):
    """A document is not a category in the closed profile."""


class Profile:
    """The closed profile, as its meta-schema states it."""

    def __init__(self, meta: Mapping[str, Any]) -> None:
        shared = {"$schema": meta["$schema"], "$ref": "#/$defs/common", "$defs": meta["$defs"]}
        self._category = _validator(dict(meta))
        self._common = _validator(shared)

    def check_category(self, document: Mapping[str, Any]) -> None:
        """Raises CategoryDocumentError for a category document outside of the profile."""
        _check(self._category, document)

    def check_common(self, document: Mapping[str, Any]) -> None:
        """Likewise for a document of shared definitions."""
        _check(self._common, document)


def check_narrower(
    document: str, name: str, shared: Mapping[str, Any], beside: Mapping[str, Any]
) -> None:
    """What stands beside a `$ref` applies in addition to it, so it can only narrow it."""
    is_wider = (
        not set(beside.get("enum", ())) <= set(shared.get("enum", ()))
        or ("minimum" in beside and not beside["minimum"] >= shared.get("minimum", float("inf")))
        or ("maximum" in beside and not beside["maximum"] <= shared.get("maximum", float("-inf")))
    )
    if is_wider:
        raise CategoryDocumentError(f"{document} widens {name} beyond the shared definition")


def check_names(category: Category) -> None:
    """Names refer to attributes that exist; ordinals, XML names and headings are used once."""
    where = f"{category.name} {category.version}"
    expected = f"urn:fmar:category:{category.name}:{category.version.replace('.', ':')}"
    if category.document["$id"] != expected:
        raise CategoryDocumentError(f"{where} has the $id of another: {category.document['$id']}")
    spoken_of = [*category.required, *(n for each in category.assertions for n in each.names)]
    unknown = sorted({name for name in spoken_of if category.attribute(name) is None})
    if unknown:
        raise CategoryDocumentError(f"{where} has no attribute {', '.join(unknown)}")
    for keyword in ("ordinal", "xml_name", "heading"):
        values = [getattr(attribute, keyword) for attribute in category.attributes]
        if len(set(values)) != len(values):
            raise CategoryDocumentError(f"{where} uses one {keyword} for two attributes")


def check_assertions(category: Category) -> None:
    """An assertion compares what can be compared, under conditions that can come true."""
    for assertion in category.assertions:
        pair = [_comparable(category, name) for name in assertion.at_most]
        if pair and (None in pair or pair[0] != pair[1]):
            raise CategoryDocumentError(f"{category.name}: {assertion.name} compares unlike values")
        if not _can_apply(category, assertion):
            raise CategoryDocumentError(f"{category.name}: {assertion.name} can never apply")


def check_ordinals(categories: Iterable[Category]) -> None:
    """An ordinal means one name, XML name and type in every category and version, for ever."""
    meanings: dict[int, tuple[str, str, str]] = {}
    ordinals: dict[str, int] = {}
    for category in categories:
        for attribute in category.attributes:
            meaning = (attribute.name, attribute.xml_name, attribute.type)
            known = meanings.setdefault(attribute.ordinal, meaning)
            ordinal = ordinals.setdefault(attribute.name, attribute.ordinal)
            if known != meaning or ordinal != attribute.ordinal:
                where = f"{category.name} {category.version}, {attribute.name}"
                raise CategoryDocumentError(
                    f"{where}: ordinal {attribute.ordinal} is not what it means elsewhere"
                )


def _comparable(category: Category, name: str) -> str | None:
    attribute = category.attribute(name)
    assert attribute is not None
    if attribute.type in ("number", "integer"):
        return "number"
    return attribute.schema.get("format")


def _can_apply(category: Category, assertion: Assertion) -> bool:
    return all(
        value in _values(attribute)
        for name, values in assertion.when.items()
        if (attribute := category.attribute(name)) is not None
        for value in values
    )


def _values(attribute: Attribute) -> tuple[Any, ...]:
    return (True, False) if attribute.type == "boolean" else attribute.options


def _validator(schema: dict[str, Any]) -> jsonschema_rs.Validator:
    return jsonschema_rs.validator_for(schema, validate_formats=True, offline=True)


def _check(validator: jsonschema_rs.Validator, document: Mapping[str, Any]) -> None:
    error = next(iter(validator.iter_errors(document)), None)
    if error is not None:
        place = "".join(f"/{step}" for step in error.instance_path)
        name = document.get("$id", "a document without $id")
        raise CategoryDocumentError(f"{name} leaves the closed profile at {place}: {error.message}")
