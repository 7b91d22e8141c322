"""What a user interface needs to ask for an asset of a category: its fields, as JSON.

`fields` are in the order in which they are asked, each with the JSON Pointer of the payload of
asset.register that it fills. A `widget` is one of `text`, `number`, `checkbox`, `select`, `date`,
`datetime` and `list`, whose own fields stand in `fields`.
"""

from collections.abc import Mapping
from typing import Any

from contracts.categories import Attribute, Category
from contracts.item_members import SHAPES, Member

#: Groups of fields by what an attribute is: its mark as an identity, its ordinal, or a member of the item.
_GROUPS = {
    "identity": "What identifies the asset",
    "common": "Connection, site and operation",
    "specific": "{title}",
    "registration": "Registration",
}
#: Ordinals below belong to attributes that categories share.
_SPECIFIC = 100
_WIDGET_OF_TYPE = {"string": "text", "number": "number", "integer": "number", "boolean": "checkbox"}
_WIDGET_OF_MEMBER = {"date": "date", "time": "datetime", "integer": "number", "number": "number"}
#: Keyword of a schema -> the same for a field.
_BOUNDS = {
    "minimum": "minimum",
    "maximum": "maximum",
    "maxLength": "longest",
    "pattern": "pattern",
    "minItems": "fewest",
    "maxItems": "most",
}


def form(category: Category) -> dict[str, Any]:
    """The description of the form."""
    fields = [_attribute_field(attribute, category) for attribute in category.attributes]
    order = list(_GROUPS)
    fields.sort(key=lambda field: order.index(field["group"]))
    fields += [
        _member_field(member) for member in SHAPES["asset.register"].scalars if _is_asked(member)
    ]
    used = {field["group"] for field in fields}
    return {
        "category": category.name,
        "version": category.version,
        "title": category.title,
        "description": category.document["description"],
        "groups": [
            {"name": name, "label": label.format(title=category.title)}
            for name, label in _GROUPS.items()
            if name in used
        ],
        "fields": fields,
    }


def _attribute_field(attribute: Attribute, category: Category) -> dict[str, Any]:
    field = _value_field(
        f"/attributes/{attribute.name}", attribute.schema, attribute.title, attribute.unit
    )
    field["help"] = attribute.description
    field["required"] = attribute.name in category.required
    field["group"] = _group_of(attribute)
    field["visibility"] = attribute.visibility
    return field


def _group_of(attribute: Attribute) -> str:
    if attribute.identity:
        return "identity"
    return "common" if attribute.ordinal < _SPECIFIC else "specific"


def _value_field(
    pointer: str, schema: Mapping[str, Any], label: str, unit: str | None
) -> dict[str, Any]:
    field: dict[str, Any] = {"pointer": pointer, "label": label, "widget": _widget(schema)}
    if unit is not None:
        field["unit"] = unit
    field |= {name: schema[keyword] for keyword, name in _BOUNDS.items() if keyword in schema}
    if "fraction_digits" in schema or schema["type"] == "integer":
        field["fraction_digits"] = schema.get("fraction_digits", 0)
    if "enum" in schema:
        field["options"] = [{"value": each, "label": _words(each)} for each in schema["enum"]]
    if schema["type"] == "array":
        field["fields"] = _element_fields(schema["items"], label)
    return field


def _element_fields(element: Mapping[str, Any], label: str) -> list[dict[str, Any]]:
    """The fields of one element; their pointers are below it (none for a list of scalars)."""
    if element["type"] != "object":
        return [_value_field("", element, label, None) | {"required": True}]
    return [
        _value_field(f"/{name}", member, member["title"], member.get("unit"))
        | {"required": name in element["required"]}
        for name, member in element["properties"].items()
    ]


def _widget(schema: Mapping[str, Any]) -> str:
    if schema["type"] == "array":
        return "list"
    if "enum" in schema:
        return "select"
    return "date" if schema.get("format") == "date" else _WIDGET_OF_TYPE[schema["type"]]


def _is_asked(member: Member) -> bool:
    """The category is known, and what registers alone state is not asked of people."""
    return not member.pointer.startswith(("/category", "/source/"))


def _member_field(member: Member) -> dict[str, Any]:
    return {
        "pointer": member.pointer,
        "label": member.heading,
        "widget": _WIDGET_OF_MEMBER.get(member.kind, "text"),
        "required": False,
        "group": "registration",
    }


def _words(value: str) -> str:
    text = value.replace("_", " ")
    return text[:1].upper() + text[1:]
