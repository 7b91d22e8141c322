"""Batches on a terminal: bars while something moves, a summary when it has ended."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TransferSpeedColumn,
)
from rich.table import Column, Table

SHOWN_REFUSALS = 10
_ID_CHARACTERS = 18
_COUNTED = ("accepted", "unchanged", "superseded", "scheduled", "rejected")


class Bars:
    """Bytes on their way, then rows answered. Nothing is drawn where nobody looks."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task = progress.add_task("", total=None, start=False, visible=False)

    def begin(self, what: str, total: int | None) -> None:
        self._progress.reset(self._task, total=total, description=what, visible=True, said="")

    def advance(self, amount: int) -> None:
        self._progress.advance(self._task, amount)

    def show(self, batch: Mapping[str, Any]) -> None:
        """Rows of a batch as `GET /v1/batches/{id}` shows it."""
        self._progress.update(
            self._task, completed=batch["answered"], total=batch.get("rows"), said=said_of(batch)
        )


@contextmanager
def byte_bars(*, quiet: bool) -> Iterator[Bars]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
    )
    with _progress(columns, quiet=quiet) as progress:
        yield Bars(progress)


@contextmanager
def row_bars(*, quiet: bool) -> Iterator[Bars]:
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[said]}"),
    )
    with _progress(columns, quiet=quiet) as progress:
        yield Bars(progress)


def said_of(batch: Mapping[str, Any]) -> str:
    """Rows answered, how many were refused, rate and estimate, in one line."""
    of = f" of {batch['rows']:,}" if batch.get("rows") is not None else ""
    said = f"{batch['answered']:,}{of} rows, {batch['rejected']:,} rejected"
    if rate := batch.get("rows_per_second"):
        said += f", {rate:,.0f} rows/s"
    if expected := batch.get("expected_end"):
        left = datetime.fromisoformat(expected) - datetime.now(UTC)
        said += f", {max(0, round(left.total_seconds()))} s left"
    return said


def print_receipt(receipt: Mapping[str, Any], out: Console) -> None:
    """A summary receipt: counts, rules, and the first refusals."""
    out.print(f"receipt {receipt['receipt_id']}: {receipt['status']}")
    counts = receipt.get("counts", {})
    named = [f"{counts[name]:,} {name}" for name in _COUNTED if counts.get(name)]
    if counts:
        out.print(f"  {counts['rows']:,} rows: {', '.join(named) or 'none'}")
    for reason in receipt.get("reasons", ()):
        out.print(f"  {reason['rule']} {reason['text']}")
    for rule, count in receipt.get("by_rule", {}).items():
        out.print(f"  {rule:<12} {count:,}")
    items = receipt.get("items") or []
    for item in items[:SHOWN_REFUSALS]:
        out.print(
            f"  {item['place'] or item['item']}: {item['status']} {item.get('id', '')}".rstrip()
        )
        for reason in item["reasons"]:
            out.print(f"      {reason['rule']} {reason['place']} {reason['text']}")


def print_batch(batch: Mapping[str, Any], out: Console) -> None:
    """One batch, with what is known of it."""
    for name, value in batch.items():
        if name not in ("first_refusals", "reasons") and value not in (None, ""):
            out.print(f"{name:<18} {value}")
    for reason in batch["reasons"]:
        out.print(f"{reason['rule']} {reason['text']}")
    for item in batch["first_refusals"][:SHOWN_REFUSALS]:
        out.print(f"{item['place'] or item['item']}: rejected")
        for reason in item["reasons"]:
            out.print(f"    {reason['rule']} {reason['place']} {reason['text']}")


def print_batches(batches: list[dict[str, Any]], out: Console) -> None:
    others = ("sender", "file", "status", "rows", "rejected", "received")
    id = Column("batch", no_wrap=True, min_width=_ID_CHARACTERS)
    table = Table(id, *others, box=None, pad_edge=False)
    for each in batches:
        rows = each.get("rows")
        table.add_row(
            each["id"],
            each["sender"],
            each["file_name"] or each["media_type"],
            each["status"],
            f"{each['answered']}{'' if rows is None else f' of {rows}'}",
            str(each["rejected"]),
            each["received_at"][:19].replace("T", " "),
        )
    out.print(table)


def plain(*, to_stderr: bool = False) -> Console:
    """Lines as they are: nothing wrapped, nothing read as markup."""
    return Console(soft_wrap=True, markup=False, highlight=False, emoji=False, stderr=to_stderr)


def _progress(columns: tuple[Any, ...], *, quiet: bool) -> Progress:
    console = Console(stderr=True)
    return Progress(
        *columns, console=console, transient=True, disable=quiet or not console.is_terminal
    )
