"""Columns of a Parquet file as cells: texts, exact numbers, days and times as tables write them.

A number of floating point is read through the shortest decimal text that gives it back. A time with a zone
is UTC; without one it is as it stands.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from adapters.tables.cells import Exact, Unread, too_long
from adapters.tables.parquet.library import library
from contracts.reasons import Rule

#: An array of a column -> its cells; texts may have so many characters.
Read = Callable[[Any, int], list[Any]]
#: Of the texts of one column in a batch.
_MANY_BYTES = 1024 * 1024
#: `12:30:00.500000` without the zeros that only the unit of the column makes.
_FRACTION = r"(?:\.|(\.[0-9]*[1-9]))0+$"


def reader_of(type: Any) -> Read | None:
    """How the cells of a type of column are read; None for what no cell can be (lists, records, bytes)."""
    types = library().arrow.types
    if types.is_dictionary(type):
        inner = reader_of(type.value_type)
        return inner if inner in (None, _texts) else _plain_first(inner)
    found: tuple[tuple[Callable[[Any], bool], Read], ...] = (
        (types.is_string, _texts),
        (types.is_large_string, _texts),
        (types.is_string_view, _texts),
        (types.is_integer, _integers),
        (types.is_floating, _decimals),
        (types.is_decimal, _decimals),
        (types.is_boolean, _words),
        (types.is_date, _words),
        (types.is_time, _times),
        (types.is_timestamp, _moments),
        (types.is_null, _nothing),
    )
    return next((read for is_type, read in found if is_type(type)), None)


def _plain_first(read: Read | None) -> Read:
    assert read is not None
    return lambda array, longest: read(array.dictionary_decode(), longest)


def _texts(array: Any, longest: int) -> list[Any]:
    """Each distinct text once where they are long: many cells may share it."""
    is_dictionary = library().arrow.types.is_dictionary(array.type)
    if not is_dictionary and array.nbytes > _MANY_BYTES:
        array, is_dictionary = array.dictionary_encode(), True
    if not is_dictionary:
        return [_cell(text, longest) for text in _decoded(array)]
    used = array.indices.unique()
    texts = zip(used.to_pylist(), _decoded(array.dictionary.take(used)), strict=True)
    cells = {index: _cell(text, longest) for index, text in texts}
    return [cells[index] for index in array.indices.to_pylist()]


def _cell(text: "str | Unread | None", longest: int) -> "str | Unread":
    if text is None:
        return ""
    if isinstance(text, Unread) or len(text) <= longest:
        return text
    return too_long(len(text), longest)


def _decoded(texts: Any) -> list[Any]:
    try:
        found: list[Any] = texts.to_pylist()
    except UnicodeDecodeError:
        return [_text(value) for value in texts.cast("binary").to_pylist()]
    return found


def _text(value: bytes | None) -> str | Unread | None:
    try:
        return value if value is None else value.decode()
    except UnicodeDecodeError:
        return Unread(Rule.TAB_03, "the text is not UTF-8")


def _integers(array: Any, _: int) -> list[Any]:
    return ["" if text is None else Exact(text) for text in _strings(array)]


def _decimals(array: Any, _: int) -> list[Any]:
    return ["" if text is None else Exact(_plain(text)) for text in _strings(array)]


def _plain(text: str) -> str:
    """Without exponent, and without zeros at its end that only the type of the column makes."""
    if "e" in text or "E" in text:
        text = format(Decimal(text), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _words(array: Any, _: int) -> list[Any]:
    return ["" if text is None else text for text in _strings(array)]


def _times(array: Any, longest: int) -> list[Any]:
    compute = library().compute
    texts = compute.cast(array, "string")
    return _words(compute.replace_substring_regex(texts, _FRACTION, r"\1"), longest)


def _moments(array: Any, longest: int) -> list[Any]:
    if array.type.tz is None:
        return _times(array, longest)
    utc = library().compute.cast(array, library().arrow.timestamp(array.type.unit))
    return [text and f"{text.replace(' ', 'T')}Z" for text in _times(utc, longest)]


def _nothing(array: Any, _: int) -> list[Any]:
    return [""] * len(array)


def _strings(array: Any) -> list[str | None]:
    texts: list[str | None] = library().compute.cast(array, "string").to_pylist()
    return texts
