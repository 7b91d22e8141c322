"""What a category document must keep to: the closed profile, and what a schema cannot say.

The profile is stated by the meta-schema (`schemas/json/meta/`). The rules beyond it: names refer to
what exists, names that must differ do, a document only narrows what it shares, and an ordinal keeps
its meaning in every category and version.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

import jsonschema_rs

from contracts.categories import Assertion, Attribute, Category
from contracts.reasons import Reason, Rule, escape_pointer

_MOST_REASONS = 100
_LONGEST_TEXT = 400


class CategoryDocumentError(ValueError):
    """A document is not a category in the closed profile; `reasons` say why, their paths within it."""

    def __init__(self, document: str, reasons: Iterable[Reason]) -> None:
        self.reasons = tuple(reasons)
        found = "; ".join(f"{reason.path}: {reason.text}" for reason in self.reasons)
        super().__init__(f"{document} {found}")


class Profile:
    """The closed profile, as its meta-schema states it."""

    def __init__(self, meta: Mapping[str, Any]) -> None:
        shared = {"$schema": meta["$schema"], "$ref": "#/$defs/common", "$defs": meta["$defs"]}
        self._category = _validator(dict(meta))
        self._common = _validator(shared)

    def category_reasons(self, document: Mapping[str, Any]) -> tuple[Reason, ...]:
        """Where a category document leaves the profile (CAT-09), up to a bound."""
        return tuple(_reasons(self._category, document))

    def check_common(self, document: Mapping[str, Any]) -> None:
        """Raises CategoryDocumentError for a document of shared definitions outside of the profile."""
        reasons = tuple(_reasons(self._common, document))
        if reasons:
            raise CategoryDocumentError(str(document.get("$id")), reasons)


def is_wider(shared: Mapping[str, Any], beside: Mapping[str, Any]) -> bool:
    """What stands beside a `$ref` applies in addition to it, so it can only narrow it."""
    try:
        return (
            not set(beside.get("enum", ())) <= set(shared.get("enum", ()))
            or (
                "minimum" in beside and not beside["minimum"] >= shared.get("minimum", float("inf"))
            )
            or (
                "maximum" in beside
                and not beside["maximum"] <= shared.get("maximum", float("-inf"))
            )
        )
    except TypeError:
        return False  # no numbers, no options: the profile says so


def name_reasons(category: Category) -> Iterator[Reason]:
    """Names refer to attributes that exist; ordinals, XML names and headings are used once (CAT-11)."""
    expected = f"urn:fmar:category:{category.name}:{category.version.replace('.', ':')}"
    if category.document["$id"] != expected:
        text = (
            f"this is the $id of another version: {category.name} {category.version} has {expected}"
        )
        yield Reason(Rule.CAT_11, text, "/$id")
    spoken_of = [("/required", category.required)] + [
        (f"/assertions/{place}", each.names) for place, each in enumerate(category.assertions)
    ]
    for path, names in spoken_of:
        unknown = sorted({name for name in names if category.attribute(name) is None})
        if unknown:
            yield Reason(Rule.CAT_11, f"there is no attribute {', '.join(unknown)}", path)
    for keyword in ("ordinal", "xml_name", "heading"):
        first: dict[Any, str] = {}
        for attribute in category.attributes:
            other = first.setdefault(getattr(attribute, keyword), attribute.name)
            if other != attribute.name:
                text = f"one {keyword} for two attributes: {other} has it too"
                yield Reason(Rule.CAT_11, text, f"/properties/{attribute.name}/{keyword}")


def assertion_reasons(category: Category) -> Iterator[Reason]:
    """An assertion compares what can be compared, under conditions that can come true (CAT-11)."""
    for place, assertion in enumerate(category.assertions):
        if any(category.attribute(name) is None for name in assertion.names):
            continue
        pair = [_comparable(category, name) for name in assertion.at_most]
        if pair and (None in pair or pair[0] != pair[1]):
            text = f"{assertion.name} compares unlike values"
            yield Reason(Rule.CAT_11, text, f"/assertions/{place}/at_most")
        if not _can_apply(category, assertion):
            text = f"{assertion.name} can never apply"
            yield Reason(Rule.CAT_11, text, f"/assertions/{place}/when")


class Ordinals:
    """What each ordinal means: one name, XML name and type in every category and version, for ever."""

    def __init__(self, categories: Iterable[Category] = ()) -> None:
        self._meanings: dict[int, tuple[str, str, str]] = {}
        self._ordinals: dict[str, int] = {}
        for category in categories:
            self.add(category)

    def add(self, category: Category) -> None:
        for attribute in category.attributes:
            self._meanings.setdefault(attribute.ordinal, _meaning(attribute))
            self._ordinals.setdefault(attribute.name, attribute.ordinal)

    def reasons(self, category: Category) -> Iterator[Reason]:
        """CAT-12 for each attribute that uses an ordinal, or is used, otherwise than elsewhere."""
        for attribute in category.attributes:
            known = self._meanings.get(attribute.ordinal, _meaning(attribute))
            ordinal = self._ordinals.get(attribute.name, attribute.ordinal)
            if known != _meaning(attribute):
                name, xml_name, type = known
                text = (
                    f"{attribute.name}: ordinal {attribute.ordinal} means {name} elsewhere "
                    f"(in XML {xml_name}, {type}), for ever"
                )
            elif ordinal != attribute.ordinal:
                text = f"{attribute.name}: ordinal {ordinal} is its own, for ever"
            else:
                continue
            yield Reason(Rule.CAT_12, text, f"/properties/{attribute.name}/ordinal")


def check_ordinals(categories: Iterable[Category]) -> None:
    """Raises CategoryDocumentError where two versions use an ordinal for different things."""
    ordinals = Ordinals()
    for category in categories:
        reasons = tuple(ordinals.reasons(category))
        if reasons:
            raise CategoryDocumentError(f"{category.name} {category.version}", reasons)
        ordinals.add(category)


def _meaning(attribute: Attribute) -> tuple[str, str, str]:
    return attribute.name, attribute.xml_name, attribute.type


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


def _reasons(validator: jsonschema_rs.Validator, document: Mapping[str, Any]) -> Iterator[Reason]:
    for error in islice(validator.iter_errors(document), _MOST_REASONS):
        place = "".join(f"/{escape_pointer(str(step))}" for step in error.instance_path)
        yield Reason(Rule.CAT_09, _shortened(error.message), place)


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_TEXT else f"{text[:_LONGEST_TEXT]}..."
