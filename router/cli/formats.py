"""`hub formats`: which command goes in which format."""

from typing import Annotated

import orjson
import typer
from rich.console import Console
from rich.table import Table

from adapters.totality import rows, totality
from router.bootstrap import language, profiles


def register(app: typer.Typer) -> None:
    app.command("formats")(formats)


def formats(
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON array, an object a format.")
    ] = False,
) -> None:
    """Print which command goes in which format; what is not in the table is refused by name.

    Example: hub formats
    """
    columns = totality(language().adapters, profiles())
    if as_json:
        typer.echo(orjson.dumps([each.as_json() for each in columns]).decode())
        return
    table = Table("command", *(each.name for each in columns), box=None)
    for command in rows():
        table.add_row(command, *(each.of(command).value for each in columns))
    console = Console(soft_wrap=True, highlight=False)
    console.print(table)
    for each in columns:
        console.print(f"{each.name}: {', '.join(each.media_types)}", markup=False)
