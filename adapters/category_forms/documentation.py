"""The page of a category version in Markdown: its attributes, what they must agree on, its examples."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

import orjson

from contracts.categories import Assertion, Attribute, Category

_COLUMNS = (
    "No.", "Attribute", "Heading", "Type", "Unit", "Bounds", "Values", "Seen by", "Material", "XML name", "What it is",
)  # fmt: skip
_MANDATORY = "**mandatory**"
#: Where a list stands in the table, its members follow it.
_INNER = "↳ "


def documentation(category: Category) -> str:
    """The page. Cells hold what the schema says, in the order of the ordinals."""
    return "\n".join(_page(category)) + "\n"


def _page(category: Category) -> Iterator[str]:
    document = category.document
    yield f"# {category.title} (`{category.name}` {category.version})"
    yield ""
    yield f"{document['description']}"
    yield ""
    yield f"Effective from {category.effective_from.isoformat().replace('+00:00', 'Z')}" + (
        f" until {category.retired_from.isoformat().replace('+00:00', 'Z')}."
        if category.retired_from
        else "."
    )
    yield f"An asset is found by its keys: {', '.join(f'`{key}`' for key in category.keys)}."
    if category.requires_consent:
        yield "A registration names the owner's consent (`CONSENT-01`)."
    yield ""
    yield "## Attributes"
    yield ""
    yield _row(_COLUMNS)
    yield _row(["---"] * len(_COLUMNS))
    for attribute in category.attributes:
        yield from map(_row, _attribute_rows(attribute, category))
    yield from _agreement(category.assertions)
    yield from _examples(document["examples"])


def _attribute_rows(attribute: Attribute, category: Category) -> Iterator[Sequence[str]]:
    schema = attribute.schema
    mandatory = f" {_MANDATORY}" if attribute.name in category.required else ""
    flags = [attribute.visibility, *(["personal"] if attribute.personal else [])]
    yield (
        str(attribute.ordinal),
        f"`{attribute.name}`{mandatory}",
        attribute.heading,
        _type(schema),
        attribute.unit or "",
        bounds(schema),
        _values(schema),
        ", ".join(flags),
        _material(attribute),
        f"`{attribute.xml_name}`",
        attribute.description + (" Fixed once set." if attribute.identity else ""),
    )
    yield from _member_rows(schema.get("items", {}))


def _member_rows(element: Mapping[str, Any]) -> Iterator[Sequence[str]]:
    for name, member in element.get("properties", {}).items():
        mandatory = f" {_MANDATORY}" if name in element["required"] else ""
        yield (
            "",
            f"{_INNER}`{name}`{mandatory}",
            member["title"],
            _type(member),
            member.get("unit", ""),
            bounds(member),
            _values(member),
            "",
            "",
            f"`{member['xml_name']}`",
            "",
        )


def _type(schema: Mapping[str, Any]) -> str:
    if schema["type"] == "array":
        inner = schema["items"]["type"]
        return f"list of {inner}s"
    if "enum" in schema:
        return "one of"
    return str(schema.get("format", schema["type"]))


def bounds(schema: Mapping[str, Any]) -> str:
    """What limits a value, in few words: both ends are allowed."""
    parts: list[str] = []
    if "minimum" in schema:
        parts.append(f"{_plain(schema['minimum'])} to {_plain(schema['maximum'])}")
    if schema.get("fraction_digits"):
        parts.append(f"{schema['fraction_digits']} decimals")
    if "maxItems" in schema:
        parts.append(f"{schema['minItems']} to {schema['maxItems']} elements")
    if "maxLength" in schema:
        parts.append(f"{schema.get('minLength', 1)} to {schema['maxLength']} characters")
    if "pattern" in schema:
        parts.append(f"`{schema['pattern']}`")
    return ", ".join(parts)


def _plain(number: Any) -> str:
    return format(Decimal(str(number)), "f")


def _values(schema: Mapping[str, Any]) -> str:
    return ", ".join(f"`{value}`" for value in schema.get("enum", ()))


def _material(attribute: Attribute) -> str:
    material = attribute.material
    return material if isinstance(material, str) else f"from {_plain(material)} %"


def _row(cells: Sequence[str]) -> str:
    """One line of a table; a bar would end its cell."""
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def _agreement(assertions: Sequence[Assertion]) -> Iterator[str]:
    if not assertions:
        return
    yield ""
    yield "## What must agree (`SCH-ASSERT`)"
    yield ""
    for assertion in assertions:
        names = ", ".join(f"`{name}`" for name in dict.fromkeys(assertion.names))
        severity = "" if assertion.severity.value == "error" else f" ({assertion.severity.value})"
        yield f"- {assertion.sentence}{severity}: {names}"


def _examples(examples: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield ""
    yield "## Examples of attributes"
    for example in examples:
        yield ""
        yield "```json"
        yield orjson.dumps(example, option=orjson.OPT_INDENT_2).decode()
        yield "```"
