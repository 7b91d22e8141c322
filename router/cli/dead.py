"""`hub dead list`, `show`, `redrive`: what could not be processed, looked at and tried again."""

import asyncio
from typing import Annotated, Any

import orjson
import typer
from rich.console import Console
from rich.table import Table

from registry_store.dead_letters import DeadLetter, dead_letter, dead_letters
from router.bootstrap import database
from router.broker.connection import BROKER_FAULTS
from router.redrive import NotRedrivable, redrive_letter
from router.settings import Settings


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="Dead letters.", no_args_is_help=True)
    group.command("list")(show_all)
    group.command("show")(show)
    group.command("redrive")(redrive)
    app.add_typer(group, name="dead")


_Json = Annotated[bool, typer.Option("--json", help="One JSON object.")]
_Row = Annotated[int, typer.Argument(help="The row that `hub dead list` gives.")]


def show_all(
    waiting: Annotated[bool, typer.Option(help="Leave out what was redriven.")] = False,
    limit: Annotated[int, typer.Option(min=1)] = 100,
    as_json: _Json = False,
) -> None:
    """List dead letters, the newest first."""
    store = database(Settings(), pool_size=1)
    with store.reading() as connection:
        letters = dead_letters(connection, waiting_only=waiting, limit=limit)
    store.close()
    if as_json:
        typer.echo(
            orjson.dumps({"dead_letters": [_summary(letter) for letter in letters]}).decode()
        )
        return
    columns = ("row", "died at", "lane", "sender", "message id", "cause", "redriven")
    table = Table(*columns, box=None, pad_edge=False)
    for letter in letters:
        table.add_row(
            str(letter.row),
            f"{letter.died_at:%Y-%m-%d %H:%M:%S}",
            letter.lane,
            letter.sender or "-",
            letter.message_id or "-",
            letter.cause,
            "yes" if letter.redriven_at else "no",
        )
    Console(soft_wrap=True).print(table)


def show(row: _Row, as_json: _Json = False) -> None:
    """Print one dead letter: why it died, and its body."""
    store = database(Settings(), pool_size=1)
    with store.reading() as connection:
        letter = dead_letter(connection, row)
    store.close()
    if letter is None:
        typer.echo(f"there is no dead letter {row}", err=True)
        raise typer.Exit(1)
    text = letter.body.decode("utf-8", "replace")
    if as_json:
        whole = _summary(letter) | {
            "headers": letter.headers,
            "detail": letter.detail,
            "body": text,
        }
        typer.echo(orjson.dumps(whole).decode())
        return
    for name, value in _summary(letter).items():
        typer.echo(f"{name:12}  {'-' if value is None else value}")
    typer.echo(f"\n{letter.detail}\n\n{text}")


def redrive(row: _Row, as_json: _Json = False) -> None:
    """Send a dead letter through its lane again, under its sender and message id."""
    settings = Settings()
    store = database(settings, pool_size=1)
    try:
        asyncio.run(redrive_letter(settings, store, row))
    except NotRedrivable as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    except BROKER_FAULTS as error:
        typer.echo(f"the broker does not answer: {error}", err=True)
        raise typer.Exit(1) from error
    finally:
        store.close()
    done = orjson.dumps({"row": row, "redriven": True}).decode()
    typer.echo(done if as_json else f"{row} is on its lane again")


def _summary(letter: DeadLetter) -> dict[str, Any]:
    return {
        "row": letter.row,
        "lane": letter.lane,
        "sender": letter.sender,
        "message_id": letter.message_id,
        "media_type": letter.media_type,
        "bytes": len(letter.body),
        "cause": letter.cause,
        "died_at": letter.died_at.isoformat(),
        "redriven_at": letter.redriven_at and letter.redriven_at.isoformat(),
    }
