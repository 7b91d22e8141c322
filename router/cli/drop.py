"""`hub drop`: the process that takes files from the drop folder."""

import signal
import threading

import typer

from router.bootstrap import database
from router.cli.batch_door import bounds
from router.drop_folder.running import DropFolder
from router.logs import configure_logging
from router.settings import Settings

_CONNECTIONS = 6


def register(app: typer.Typer) -> None:
    app.command("drop")(drop)


def drop() -> None:
    """Take what partners put into HUB_DROP_FOLDER/PARTNER/in, send it as batches, and lay the answers into done/ or
    failed/.

    Any number may run. Stops on SIGTERM. `hub up` runs one where HUB_DROP_FOLDER is set (docs/batches.md).
    """
    settings = Settings()
    if settings.drop_folder is None:
        typer.echo("no drop folder: set HUB_DROP_FOLDER", err=True)
        raise typer.Exit(2)
    configure_logging(settings.log_level, process="drop")
    store, stop = database(settings, pool_size=_CONNECTIONS), threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    try:
        DropFolder(settings.drop_folder, store, bounds(settings)).run(stop)
    finally:
        store.close()
