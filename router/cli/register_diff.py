"""`hub batch diff`: two editions of a register compared in meaning, without servers."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from rich.console import Console
from rich.table import Table

from contracts.messages import Envelope
from router.bootstrap import language
from router.cli.media_types import media_type_of
from router.collector import settle_collector
from router.register_diff import STATUSES, RegisterDiff, diff

SAME, DIFFERENT, UNUSABLE = 0, 1, 2
#: Differences that are shown to a person; --json has them all.
_LISTED = 40


def batch_diff(
    old: Annotated[Path, typer.Argument(help="The older edition.", exists=True, dir_okay=False)],
    new: Annotated[Path, typer.Argument(help="The newer edition.", exists=True, dir_okay=False)],
    format: Annotated[
        str | None, typer.Option(help="Of both: csv, ecr, xlsx ...; else told from each file.")
    ] = None,
    profile: Annotated[
        str | None, typer.Option(help="Mapping profile of both tables, such as ecr.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object, every difference in it.")
    ] = False,
) -> None:
    """What did change between two editions of a register, in meaning and not in spelling?

    Matches the rows of both by the assets that they are about (by their keys, else by the sender's own
    references), and decides each pair by the rules of the running hub. Counts are of assets: `material`,
    `changed` (something is different, nothing of weight), `unchanged`, `new`, `missing` (in OLD alone;
    the hub would report and keep it), and of rows: `refused`, `repeated` (an asset stated again).

    Exit status: 0 nothing changed, came or is gone; 1 something did; 2 a file cannot be used.

    Example: hub batch diff register-march.csv register-april.csv --format ecr --json
    """
    today = datetime.now(UTC)
    before = _envelope(old, format, profile, today - timedelta(days=1))
    after = _envelope(new, format, profile, today)
    spoken = language()
    settle_collector()
    result = diff(before, after, spoken)
    if as_json:
        typer.echo(orjson.dumps(result.as_json(), option=orjson.OPT_INDENT_2).decode())
    else:
        _print(result)
    if result.problems:
        raise typer.Exit(UNUSABLE)
    counts = result.counts
    is_same = not any(counts[each] for each in ("material", "changed", "new", "missing"))
    raise typer.Exit(SAME if is_same else DIFFERENT)


def _envelope(file: Path, format: str | None, profile: str | None, stated: datetime) -> Envelope:
    body = file.read_bytes()
    return Envelope(
        message_id="",
        sender="diff",
        media_type=media_type_of(file, body, format, profile),
        body=body,
        received_at=datetime.now(UTC),
        statement_date=stated.date(),
        door="validate",
    )


def _print(result: RegisterDiff) -> None:
    console = Console(soft_wrap=True, highlight=False)
    for name, reasons in result.problems.items():
        for reason in reasons:
            console.print(f"{name}: {reason.rule.key} {reason.place} {reason.text}", markup=False)
    listed = [item for item in result.items if item.status not in ("unchanged", "refused")]
    for item in listed[:_LISTED]:
        places = " -> ".join(place for place in (item.old_place, item.new_place) if place)
        console.print(f"{item.status}: {places} ({item.key or 'no key'})", markup=False)
        for each in item.differences:
            weight = ", material" if each.material else ""
            line = f"   {each.path}: {_shown(each.before)} -> {_shown(each.after)}{weight}"
            console.print(line, markup=False)
    if len(listed) > _LISTED:
        console.print(f"... and {len(listed) - _LISTED} more; --json has them all")
    table = Table(*STATUSES, box=None)
    table.add_row(*(str(result.counts[status]) for status in STATUSES))
    console.print(table)


def _shown(value: Any) -> str:
    return "nothing" if value is None else str(value)
