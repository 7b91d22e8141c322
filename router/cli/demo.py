"""`hub demo`: the whole hub on examples, in a place of its own, each step checked."""

import signal
import sys
import time
from pathlib import Path
from typing import Annotated

import httpx
import orjson
import typer
from rich.console import Console

from router.demo.account import Account, DemoFailed
from router.demo.printing import show
from router.demo.running import demo_hub
from router.demo.story import play
from router.servers import ServerUnavailable
from router.settings import Settings

#: Wide enough for the account also where nobody looks (a log, a pipe).
_WIDTH = 150


def register(app: typer.Typer) -> None:
    app.command("demo")(demo)


def demo(
    as_json: Annotated[
        bool, typer.Option("--json", help="The whole account as one JSON object.")
    ] = False,
) -> None:
    """Run the whole hub on examples, and show what happens.

    Sets up servers and a hub of its own (or takes servers by HUB_DATABASE_URL, HUB_BROKER_URL and
    HUB_BROKER_MANAGEMENT_URL), lets partners send through real doors, and checks each step. Leaves
    nothing behind. Exit status: 0 if all is as it should be, else 1, with the cause and the logs' place.
    """
    signal.signal(signal.SIGTERM, _end)
    account, began, home = Account(), time.monotonic(), Settings().home
    before = set(home.glob("demo-*"))
    try:
        with demo_hub(home, _say) as hub:
            account.seconds["start"] = round(time.monotonic() - began, 2)
            play(hub, account, _say)
            stopping = time.monotonic()
            _say("stopping the hub")
        account.seconds["stop"] = round(time.monotonic() - stopping, 2)
    except (DemoFailed, ServerUnavailable, httpx.HTTPError, OSError) as error:
        _give_up(error, kept=set(home.glob("demo-*")) - before, as_json=as_json)
        raise typer.Exit(1) from error
    if as_json:
        typer.echo(orjson.dumps(account.as_json(), option=orjson.OPT_INDENT_2).decode())
    else:
        show(
            account,
            Console(soft_wrap=True, highlight=False, width=None if sys.stdout.isatty() else _WIDTH),
        )


def _give_up(error: Exception, *, kept: set[Path], as_json: bool) -> None:
    step = error.step if isinstance(error, DemoFailed) else type(error).__name__
    cause = error.cause if isinstance(error, DemoFailed) else str(error)
    logs = [str(folder / "log") for folder in sorted(kept)]
    if as_json:
        typer.echo(orjson.dumps({"ok": False, "step": step, "cause": cause, "logs": logs}).decode())
    typer.echo(f"not as it should be: {step}\n  {cause}", err=True)
    for folder in logs:
        typer.echo(f"  logs: {folder}", err=True)


def _say(line: str) -> None:
    typer.echo(f"demo: {line}", err=True)


def _end(_number: int, _frame: object) -> None:
    raise SystemExit(1)
