"""Members' values as the text of a field, and back: by the kind that the table of item members gives.

A text that cannot be read as its kind is handed on as it is, so that the rules refuse it as they do in JSON.
"""

import re
from collections.abc import Callable
from typing import Any

from adapters import lexical
from contracts.canonical import canonical_json

#: What no field can hold.
_UNFIT = re.compile(r"[|\x00-\x1f\x7f]")
_NUMBERS = frozenset({"number", "integer"})
Reader = Callable[[str], Any]


def reader(kind: str) -> Reader:
    return lexical.READERS.get(kind, lexical.read_string)


def fitting(text: str) -> str:
    """The text, if a field can hold it. Raises ValueError: it is empty, or holds | or a control character."""
    if not text or _UNFIT.search(text):
        what = f"{text[:40]!r}" if text else "an empty text"
        raise ValueError(f"{what} cannot stand in a field of a flat file")
    return text


def written(value: Any, kind: str) -> str:
    """The value as text that `reader(kind)` reads back. Raises ValueError where there is none."""
    if kind == "json":
        # JSON's own escape: | occurs in JSON within strings alone.
        return fitting(canonical_json(value).decode().replace("|", "\\u007c"))
    is_bool = isinstance(value, bool)
    if kind in _NUMBERS:
        fits = not is_bool and not isinstance(value, str | dict | list) and value is not None
    else:
        fits = is_bool if kind == "boolean" else isinstance(value, str)
    if not fits:
        raise ValueError(f"{str(value)[:40]!r} is not of the kind {kind}")
    return fitting(lexical.write(value))
