"""Records whose fields are a fixed list of named values: those of receipts, bundles and notifications."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from adapters.flat_file.kinds import reader, written


class Field(NamedTuple):
    """A value by its name; `kind` as in the table of item members. Field 2 of a record is the first."""

    name: str
    kind: str = "line"


def write(code: str, fields: Sequence[Field], values: Mapping[str, Any]) -> str:
    """The record, with every field; what is absent or empty text is an empty field.

    Raises ValueError for a value that has no field, or cannot stand in one.
    """
    if unknown := values.keys() - {field.name for field in fields}:
        raise ValueError(f"{code} has no field for {', '.join(sorted(unknown))}")
    texts = (_text(values.get(field.name), field.kind) for field in fields)
    return f"{code}|{'|'.join(texts)}|"


def _text(value: Any, kind: str) -> str:
    return "" if value is None or value == "" else written(value, kind)


def read(fields: Sequence[Field], record: str) -> dict[str, Any]:
    """The values that are given. The record ends in |."""
    texts = record[:-1].split("|")[1:]
    return {
        field.name: reader(field.kind)(text)
        for field, text in zip(fields, texts, strict=False)
        if text
    }
