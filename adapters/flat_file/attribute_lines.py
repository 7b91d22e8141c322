"""The attribute records (FA2) of a category, as those are told who write them: derived from its schema."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from contracts.categories import Attribute, Category


class AttributeLine(NamedTuple):
    """One FA2 record as a sender is told of it. `name` of a list has `n` where the element's number stands."""

    ordinal: int
    name: str
    title: str
    type: str
    unit: str | None
    allowed: str
    is_mandatory: bool


def attribute_lines(category: Category) -> tuple[AttributeLine, ...]:
    """Every FA2 record that an asset of the category may have, in the order of the ordinals."""
    return tuple(
        line for attribute in category.attributes for line in _lines_of(attribute, category)
    )


def _lines_of(attribute: Attribute, category: Category) -> Iterable[AttributeLine]:
    is_mandatory = attribute.name in category.required
    if attribute.type != "array":
        yield _line(attribute, attribute.name, attribute.schema, is_mandatory=is_mandatory)
        return
    items = attribute.schema["items"]
    if items["type"] != "object":
        yield _line(attribute, f"{attribute.name}/n", items, is_mandatory=is_mandatory)
        return
    for member, part in items["properties"].items():
        needed = is_mandatory and member in items["required"]
        yield _line(attribute, f"{attribute.name}/n/{member}", part, is_mandatory=needed)


def _line(
    attribute: Attribute, name: str, schema: Mapping[str, Any], *, is_mandatory: bool
) -> AttributeLine:
    title = schema.get("title", attribute.title)
    if schema is not attribute.schema and "title" in schema:
        title = f"{attribute.title}: {title}"
    return AttributeLine(
        attribute.ordinal,
        name,
        title,
        schema["type"],
        schema.get("unit"),
        allowed(schema),
        is_mandatory,
    )


def allowed(schema: Mapping[str, Any]) -> str:
    """The values of a scalar, in words."""
    kind = schema["type"]
    if "enum" in schema:
        return ", ".join(map(str, schema["enum"]))
    if kind == "boolean":
        return "true, false"
    if kind in ("number", "integer"):
        places = schema.get("fraction_digits", 0)
        more = f", at most {places} decimals" if places else ", whole"
        return f"{schema['minimum']} to {schema['maximum']}{more}"
    if schema.get("format") == "date":
        return "YYYY-MM-DD"
    if "pattern" in schema:
        return f"{schema['pattern']}, at most {schema['maxLength']} characters"
    return f"{schema.get('minLength', 1)} to {schema['maxLength']} characters"
