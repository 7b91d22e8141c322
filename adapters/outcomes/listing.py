"""Outcomes alone, whatever the format of the file: as CSV, a line for each item, as JSON Lines, as one JSON array."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from adapters.outcomes.answers import answer_of
from adapters.tables.spreadsheet_text import escaped
from contracts.canonical import canonical_json

COLUMNS = ("item", "place", "status", "id", "version", "codes", "texts")
_BLOCK_ROWS = 500


def listed_row(outcome: Mapping[str, Any]) -> tuple[Any, ...]:
    """Under `COLUMNS`; the item's number as such, else texts."""
    return outcome["item"], outcome["place"], *answer_of([outcome])


def csv_listing(outcomes: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    """UTF-8, comma, lines ended by CR LF (RFC 4180)."""
    yield _lines([COLUMNS])
    rows = map(listed_row, outcomes)
    while block := list(islice(rows, _BLOCK_ROWS)):
        yield _lines([(row[0], *map(escaped, row[1:])) for row in block])


def jsonl_listing(outcomes: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    """Each outcome as it stands in a receipt, canonical JSON (RFC 8785)."""
    lines = (canonical_json(outcome) + b"\n" for outcome in outcomes)
    while block := list(islice(lines, _BLOCK_ROWS)):
        yield b"".join(block)


def json_listing(outcomes: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    """The lines of JSON Lines as the elements of one array."""
    before = b"[\n"
    for block in jsonl_listing(outcomes):
        yield before + block[:-1].replace(b"\n", b",\n")
        before = b",\n"
    yield b"[]\n" if before == b"[\n" else b"\n]\n"


def _lines(rows: Iterable[Iterable[Any]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode("utf-8", "replace")
