"""A receipt as a table: one line per reason, one line for an item that has none."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

COLUMNS = (
    "item", "place", "status", "command", "id", "version",
    "code", "rule", "severity", "reason_place", "text",
)  # fmt: skip
#: What a spreadsheet would take for a formula. Source: OWASP, "CSV Injection".
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def receipt_lines(receipt: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """Lines without the heading; reasons of the whole message stand first, with an empty item."""
    whole = {"place": "", "status": receipt["status"], "reasons": receipt.get("reasons", ())}
    if whole["reasons"] or not receipt["items"]:
        yield from _lines(whole)
    for item in receipt["items"]:
        yield from _lines(item)


def _lines(item: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    start = tuple(_safe(item.get(name)) for name in COLUMNS[:6])
    names = ("code", "rule", "severity", "place", "text")
    reasons: Sequence[Mapping[str, Any]] = item["reasons"] or ({},)
    for reason in reasons:
        yield *start, *(_safe(reason.get(name)) for name in names)


def _safe(value: Any) -> str:
    """As text that no spreadsheet evaluates: an apostrophe before what looks like a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def csv_receipt(receipt: Mapping[str, Any]) -> bytes:
    """UTF-8, comma, lines ended by CR LF (RFC 4180)."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows(receipt_lines(receipt))
    return text.getvalue().encode("utf-8", "replace")
