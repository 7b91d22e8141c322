"""Rows as payloads of asset.register: numbers as numbers, where they can be read as such."""

from collections.abc import Callable, Mapping
from typing import Any

from adapters.lexical import read_boolean, read_number, read_string
from bench.portfolio.assets import MIXED
from bench.portfolio.pools import Texts

_READERS: Mapping[str, Callable[[str], Any]] = {"number": read_number, "boolean": read_boolean}
_REF = "/refs/0/ref"


class Payloads:
    """Makes payloads of rows with these columns. `kinds`: of columns, by their pointers."""

    def __init__(self, category: str, columns: Texts, kinds: Mapping[str, str]) -> None:
        self.kinds = kinds
        self._category = {} if category == MIXED else {"category": category}
        self._steps = [
            (*column[1:].rpartition("/")[::2], _READERS.get(kinds[column], read_string))
            for column in columns
        ]
        self._ref = columns.index(_REF)

    def of(self, row: Texts) -> dict[str, Any]:
        payload: dict[str, Any] = {**self._category}
        for at, (text, (section, name, read)) in enumerate(zip(row, self._steps, strict=True)):
            if not text:
                continue
            if at == self._ref:
                payload["refs"] = [{"ref": text}]
            elif section:
                payload.setdefault(section, {})[name] = read(text)
            else:
                payload[name] = read(text)
        return payload
