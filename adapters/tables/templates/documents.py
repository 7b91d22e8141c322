"""Mapping profiles of templates, as documents of the schema of profiles. Pure functions of the categories.

`<category>`: assets of one category. `market_unit`: one row per member; rows that follow each other and
say nothing else of the unit join to one item. `items`: everything in one table, the category in a column.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from adapters.tables.templates.columns import Entry, attribute_columns, distinct, shape_columns
from contracts.categories import Attribute, Category
from contracts.item_members import SHAPES, UNIT_MEMBERS

ITEMS, MARKET_UNIT = "items", "market_unit"
#: Commands that partners send as tables; records go out.
ASSET_COMMANDS = ("asset.register", "asset.update")
UNIT_COMMANDS = ("market_unit.create", "market_unit.compose")
COMMANDS = (*ASSET_COMMANDS, *UNIT_COMMANDS)
RECORDS = ("asset.record", "market_unit.record", "organisation.record", "load.record")
#: What a notification says beside the record: columns that are written, and of no use to the hub.
NOTIFICATION: Mapping[str, str] = {
    "subscription": "Subscription",
    "sequence": "Sequence",
    "event": "Event",
    "event_id": "Event id",
    "delivery_id": "Delivery id",
    "material": "Material",
    "replay": "Replay",
    "recorded_at": "Event recorded at",
    "valid_from": "Event valid from",
}
COMMAND_COLUMN, ITEM_COLUMN = "command", "item_number"
#: The layouts that are not of a category; their columns follow from the table of item members.
VERSION = "1.0"


def category_template(category: Category, *, stated_version: bool = False) -> dict[str, Any]:
    """The layout of one category version. `stated_version`: its items say the version, as the file does."""
    attributes = [c for attribute in category.attributes for c in attribute_columns(attribute)]
    commands = (*ASSET_COMMANDS, "asset.record")
    columns = _ordered(shape_columns(SHAPES[command] for command in commands), attributes)
    constants = {"/category": category.name}
    if stated_version:
        constants["/category_version"] = category.version
    title = f"{category.title}, template of version {category.version}"
    return _document(category.name, category.version, title, commands, columns) | {
        "constants": constants
    }


def market_unit_template() -> dict[str, Any]:
    """The layout of market units."""
    commands = (*UNIT_COMMANDS, "market_unit.record")
    columns = shape_columns((SHAPES[command] for command in commands), UNIT_MEMBERS.pointer)
    return _joined(_document(MARKET_UNIT, VERSION, "Market units", commands, columns))


def items_template(categories: Iterable[Category]) -> dict[str, Any]:
    """The layout of everything: a column for each attribute that one of the categories has."""
    commands = (*COMMANDS, *RECORDS)
    attributes = [c for attribute in _merged(categories) for c in attribute_columns(attribute)]
    members = shape_columns((SHAPES[command] for command in commands), UNIT_MEMBERS.pointer)
    title = "Assets of any category, and market units"
    return _joined(_document(ITEMS, VERSION, title, commands, _ordered(members, attributes)))


def _merged(categories: Iterable[Category]) -> Iterator[Attribute]:
    """Attributes by name, in order of their ordinals; an enumeration has the values of all categories."""
    by_name: dict[str, list[Attribute]] = {}
    for category in categories:
        for attribute in category.attributes:
            by_name.setdefault(attribute.name, []).append(attribute)
    for same in sorted(by_name.values(), key=lambda each: each[-1].ordinal):
        options = list(dict.fromkeys(option for each in same for option in each.options))
        last = same[-1]
        schema = {**last.schema, "enum": options} if options else last.schema
        yield Attribute(
            **{name: getattr(last, name) for name in Attribute.__slots__} | {"schema": schema}
        )


def _ordered(members: list[Entry], attributes: list[Entry]) -> list[Entry]:
    """Scalars, then attributes, then what is numbered: the long tail of a table is its rare part."""
    every = [*members, *attributes]
    return [c for c in every if "element" not in c] + [c for c in every if "element" in c]


def _document(
    name: str, version: str, title: str, commands: Iterable[str], columns: Iterable[Entry]
) -> dict[str, Any]:
    commands = tuple(commands)
    command: Entry = {
        "name": COMMAND_COLUMN,
        "kind": "code",
        "codes": "commands",
        "unmapped": "MSG_10",
        "headings": ["Command"],
    }
    every = distinct([command, *columns])
    return {
        "$schema": "../profile.schema.json",
        "name": name,
        "version": version,
        "title": title,
        "command": commands[0],
        "command_column": COMMAND_COLUMN,
        "codes": {"commands": [_code(each) for each in commands]},
        "columns": [
            {key: value for key, value in each.items() if key != "element"} for each in every
        ],
        "dropped": [
            {"headings": [heading], "reason": "it belongs to the notification"}
            for heading in NOTIFICATION.values()
        ],
    }


def _code(command: str) -> dict[str, Any]:
    kind, _, verb = command.partition(".")
    if verb == "record":
        return {"code": command, "sets": {"/kind": kind}}
    return {"code": command, "spellings": [verb]}


def _joined(document: dict[str, Any]) -> dict[str, Any]:
    number = {"name": ITEM_COLUMN, "kind": "line", "headings": ["Item", "Item number"]}
    return document | {
        "columns": [number, *document["columns"]],
        "joined": {"to": UNIT_MEMBERS.pointer, "numbered_by": ITEM_COLUMN},
    }
