"""`hub split`: the process that cuts batches and sees them to their end."""

import os
import signal
import threading

import typer

from router.batches.starting import make_publisher, make_splitter
from router.bootstrap import database, language
from router.logs import configure_logging
from router.settings import Settings
from router.worker.running import BULK_NICENESS

_CONNECTIONS = 4


def register(app: typer.Typer) -> None:
    app.command("split")(split)


def split() -> None:
    """Cut batches into chunks, hand them to the bulk workers, answer them when all is decided.

    Any number may run; one leads. Stops on SIGTERM. `hub up` runs one.
    """
    settings = Settings()
    configure_logging(settings.log_level, process="split")
    os.nice(BULK_NICENESS)
    store, publisher = database(settings, pool_size=_CONNECTIONS), make_publisher(settings)
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    try:
        make_splitter(settings, store, language(), publisher).run(stop)
    finally:
        publisher.close()
        store.close()
