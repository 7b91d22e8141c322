"""`hub clock`: the process for which time passes."""

import signal
import threading

import typer

from router.bootstrap import database, hub_key, language, pipeline
from router.clock import (
    Checkpoints,
    Clock,
    Scheduled,
    extend_change_log,
    forget_silent_uploads,
)
from router.logs import configure_logging
from router.patience import until_there
from router.settings import Settings
from router.unit_dates import MemberDates


def register(app: typer.Typer) -> None:
    app.command("clock")(clock)


def clock() -> None:
    """Decide scheduled commands at their hour, let the dates of market units' members come, sign the log,
    keep its partitions ready, forget uploads that nobody goes on with.

    Any number may run; one leads. Stops on SIGTERM. `hub up` runs one.
    """
    settings = Settings()
    configure_logging(settings.log_level, process="clock")
    store, spoken = database(settings, pool_size=2), language()
    own_pipeline = until_there(lambda: pipeline(settings, store, spoken))
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    duties = (
        ("extend_change_log", extend_change_log),
        ("checkpoint", Checkpoints(hub_key(settings))),
        ("scheduled", Scheduled(own_pipeline, spoken)),
        ("member_dates", MemberDates(spoken, hub_key(settings))),
        ("forget_uploads", forget_silent_uploads),
    )
    Clock(store, duties).run(stop)
