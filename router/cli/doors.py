"""`hub work` and `hub serve`: the processes behind the doors."""

from typing import Annotated

import typer

from router.http.running import serve as run_server
from router.logs import configure_logging
from router.settings import Settings
from router.worker.running import work as run_worker


def register(app: typer.Typer) -> None:
    app.command("work")(work)
    app.command("serve")(serve)


def work(
    bulk: Annotated[
        bool, typer.Option("--bulk", help="Decide the chunks of batches, instead of messages.")
    ] = False,
) -> None:
    """Take messages from the lanes, decide them, answer them. Stops on SIGTERM. `hub up` runs some."""
    settings = Settings()
    configure_logging(settings.log_level, process="bulk" if bulk else "work")
    run_worker(settings, bulk=bulk)


def serve() -> None:
    """Answer HTTP: messages, receipts, records, subscriptions. Stops on SIGTERM. `hub up` runs one."""
    settings = Settings()
    configure_logging(settings.log_level, process="serve")
    run_server(settings)
