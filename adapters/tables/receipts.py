"""A receipt as a table: one line per reason, one line for an item that has none."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from adapters.tables.spreadsheet_text import FORMULA_STARTS

COLUMNS = (
    "item", "place", "status", "command", "id", "version",
    "code", "rule", "severity", "reason_place", "text",
)  # fmt: skip


def receipt_values(receipt: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
    """Lines without the heading. Reasons of the whole message stand first, with an empty item, then what
    was detected in the file (`note`), then the items.
    """
    whole = {"place": "", "status": receipt["status"], "reasons": receipt.get("reasons", ())}
    if whole["reasons"] or not receipt["items"]:
        yield from _lines(whole)
    notes = [{"severity": "note", "text": note} for note in receipt.get("notes", ())]
    if notes:
        yield from _lines({"reasons": notes})
    for item in receipt["items"]:
        yield from _lines(item)


def _lines(item: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
    start = tuple(item.get(name) for name in COLUMNS[:6])
    names = ("code", "rule", "severity", "place", "text")
    reasons: Sequence[Mapping[str, Any]] = item["reasons"] or ({},)
    for reason in reasons:
        yield *start, *(reason.get(name) for name in names)


def csv_receipt(receipt: Mapping[str, Any]) -> bytes:
    """UTF-8, comma, lines ended by CR LF (RFC 4180)."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows([_safe(value) for value in line] for line in receipt_values(receipt))
    return text.getvalue().encode("utf-8", "replace")


def _safe(value: Any) -> str:
    """As text that no spreadsheet evaluates: an apostrophe before what looks like a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
