"""`hub validate`: a file answered item by item, without any server."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.console import Console
from rich.table import Table

from adapters import adapter_for
from adapters.cutting import Cutter
from adapters.hub_json import BATCH
from adapters.media_types import essence
from contracts.messages import Envelope
from router.batch_doors.source import encoding_of, head_of
from router.cli.media_types import media_type_of
from router.cli.validate_file import Large, answered
from router.collector import settle_collector
from router.language import language
from router.offline import validate
from router.offline_tally import Tally, rule_of

#: Files up to this size are read at once, as one message: that needs no further process.
_AT_ONCE_BYTES = 1024 * 1024
ACCEPTED, SOME_REJECTED, UNUSABLE = 0, 1, 2


def register(app: typer.Typer) -> None:
    app.command("validate")(validate_file)


def validate_file(
    file: Annotated[
        Path, typer.Argument(help="The message or file to check.", exists=True, dir_okay=False)
    ],
    format: Annotated[
        str | None,
        typer.Option(
            help="json, json-batch, jsonl, xml, flat, csv, ecr, xlsx or parquet; else told from the file."
        ),
    ] = None,
    profile: Annotated[
        str | None, typer.Option(help="Mapping profile of a table, such as ecr.")
    ] = None,
    statement_date: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"],
            help="What the file says held at this date; else the date of the file.",
        ),
    ] = None,
    receipt: Annotated[
        Path | None, typer.Option(help="Write the receipt here, in the format of the file.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object, every item in it.")
    ] = False,
    summary: Annotated[
        bool, typer.Option("--summary", help="The counts alone; with --json without the items.")
    ] = False,
) -> None:
    """Check FILE as the hub would, item by item, without any server.

    Prints for each item whether it is accepted, or every reason why not, with its place. What only the
    registry knows (whether a record exists, whose it is) is assumed in your favour. Files of any size, gzip and
    zstd too; large ones are read by as many processes as there are cores.

    Exit status: 0 all accepted, 1 some rejected, 2 the file cannot be used.

    Example: hub validate examples/csv/capacity-register.mixed.csv --format ecr --json
    """
    encoding, name = encoding_of(file.name)
    with file.open("rb") as opened:
        media_type = media_type_of(Path(name), head_of(opened, encoding), format, profile)
    envelope = Envelope(
        # A batch has no id of its own: the transport gives it, and here there is none.
        message_id="validation" if essence(media_type) == BATCH else "",
        sender="validate",
        media_type=media_type,
        body=b"",
        received_at=datetime.now(UTC),
        statement_date=(statement_date or datetime.fromtimestamp(file.stat().st_mtime, UTC)).date(),
        door="validate",
    )
    spoken = language()
    settle_collector()
    cutter = adapter_for(spoken.adapters, media_type)
    is_large = bool(encoding) or file.stat().st_size > _AT_ONCE_BYTES
    if is_large and receipt is None and isinstance(cutter, Cutter):
        tally = answered(
            Large(file, encoding, envelope, cutter), spoken, shows_results=as_json and not summary
        )
        if as_json and summary:
            typer.echo(orjson.dumps(tally.as_json(), option=orjson.OPT_INDENT_2).decode())
    else:
        result = validate(replace(envelope, body=file.read_bytes()), spoken)
        tally = result.tally
        if receipt is not None:
            receipt.write_bytes(result.encoded_receipt())
        if as_json:
            shown = tally.as_json() if summary else result.as_json()
            typer.echo(orjson.dumps(shown, option=orjson.OPT_INDENT_2).decode())
    if not as_json:
        _print(file, tally, lists=not summary)
    if not tally.is_usable:
        raise typer.Exit(UNUSABLE)
    raise typer.Exit(SOME_REJECTED if tally.rejected else ACCEPTED)


def _print(file: Path, tally: Tally, *, lists: bool) -> None:
    console = Console(soft_wrap=True, highlight=False)
    for note in tally.notes:
        console.print(f"[dim]{note}[/dim]")
    for reason in tally.reasons:
        console.print(f"[red]{reason.rule.key}[/red] {reason.place} {reason.text}", markup=True)
    for place, reasons in tally.rejected_items if lists else ():
        console.print(f"[bold]{place}[/bold] rejected", highlight=False)
        for reason in reasons:
            colour = "red" if reason.is_error else "yellow"
            console.print(f"   [{colour}]{reason.rule.key}[/{colour}] {reason.place}: ", end="")
            console.print(reason.text, markup=False)
    if lists and tally.rejected > len(tally.rejected_items):
        more = tally.rejected - len(tally.rejected_items)
        console.print(f"... and {more} more; --json has them all")
    table = Table("rule", "times", "what must hold", box=None)
    for key, times in sorted(tally.by_rule.items()):
        table.add_row(key, str(times), rule_of(key).sentence)
    if tally.by_rule:
        console.print(table)
    console.print(
        f"{file.name}: {tally.items} items, {tally.items - tally.rejected} accepted, {tally.rejected} rejected, "
        f"{tally.warnings} warnings"
    )
