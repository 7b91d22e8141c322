"""`hub validate`: a file answered item by item, without any server."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.console import Console
from rich.table import Table

from adapters.hub_json import BATCH
from adapters.media_types import essence
from contracts.messages import Envelope
from router.bootstrap import language
from router.cli.media_types import media_type_of
from router.collector import settle_collector
from router.offline import Validation, validate

#: Rejected items that are listed for a person; --json has them all.
_LISTED = 40
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
            help="json, json-batch, xml, flat, csv, ecr or xlsx; else told from the file."
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
) -> None:
    """Check FILE as the hub would, item by item, without any server.

    Prints for each item whether it is accepted, or every reason why not, with its place. What only the
    registry knows (whether a record exists, whose it is) is assumed in your favour.

    Exit status: 0 all accepted, 1 some rejected, 2 the file cannot be used.

    Example: hub validate examples/csv/capacity-register.mixed.csv --format ecr --json
    """
    body = file.read_bytes()
    stated = (
        statement_date.date()
        if statement_date
        else datetime.fromtimestamp(file.stat().st_mtime, UTC).date()
    )
    media_type = media_type_of(file, body, format, profile)
    envelope = Envelope(
        # A batch has no id of its own: the transport gives it, and here there is none.
        message_id="validation" if essence(media_type) == BATCH else "",
        sender="validate",
        media_type=media_type,
        body=body,
        received_at=datetime.now(UTC),
        statement_date=stated,
        door="validate",
    )
    spoken = language()
    settle_collector()
    result = validate(envelope, spoken)
    if receipt is not None:
        receipt.write_bytes(result.encoded_receipt())
    if as_json:
        typer.echo(orjson.dumps(result.as_json(), option=orjson.OPT_INDENT_2).decode())
    else:
        _print(file, result)
    if not result.is_usable or not result.outcomes:
        raise typer.Exit(UNUSABLE)
    raise typer.Exit(
        SOME_REJECTED if any(o.status == "rejected" for o in result.outcomes) else ACCEPTED
    )


def _print(file: Path, result: Validation) -> None:
    console = Console(soft_wrap=True, highlight=False)
    summary = result.as_json()
    for note in summary["notes"]:
        console.print(f"[dim]{note}[/dim]")
    for reason in result.reasons:
        console.print(f"[red]{reason.rule.key}[/red] {reason.place} {reason.text}", markup=True)
    rejected = [outcome for outcome in result.outcomes if outcome.status == "rejected"]
    for outcome in rejected[:_LISTED]:
        console.print(f"[bold]{outcome.place}[/bold] rejected", highlight=False)
        for reason in outcome.reasons:
            colour = "red" if reason.is_error else "yellow"
            console.print(f"   [{colour}]{reason.rule.key}[/{colour}] {reason.place}: ", end="")
            console.print(reason.text, markup=False)
    if len(rejected) > _LISTED:
        console.print(f"... and {len(rejected) - _LISTED} more; --json has them all")
    table = Table("rule", "times", "what must hold", box=None)
    reasons = (
        *result.reasons,
        *(reason for outcome in result.outcomes for reason in outcome.reasons),
    )
    rules = {reason.rule.key: reason.rule for reason in reasons}
    for key, times in summary["by_rule"].items():
        table.add_row(key, str(times), rules[key].sentence)
    if summary["by_rule"]:
        console.print(table)
    console.print(
        f"{file.name}: {summary['items']} items, {summary['accepted']} accepted, {summary['rejected']} rejected, "
        f"{summary['warnings']} warnings"
    )
