"""`hub up`, `down`, `status`, `migrate`: the hub's life on one machine."""

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Annotated

import typer
from rich.console import Console
from sqlalchemy.engine import make_url

from router import launch
from router.cli.hub_status import HubStatus, as_json, observe, show
from router.processes import appending, tail
from router.servers import ServerHost, ServerUnavailable
from router.settings import Settings, unknown_variables
from router.supervision import now, read_report, report_file
from router.supervisor import (
    AlreadyUp,
    Supervisor,
    left_behind,
    stop_left_behind,
    stop_on_signals,
)

WATCH_SECONDS = 0.2
# What `down` allows beyond the processes' own time: broker and database get 60 s each.
SERVERS_STOP_SECONDS = 130.0

out = Console(highlight=False, soft_wrap=True)


def register(app: typer.Typer) -> None:
    """Adds the commands of this module to the application."""
    for command in (up, down, status, migrate):
        app.command()(command)


def up(
    workers: Annotated[int | None, typer.Option(min=1, help="Processes of `hub work`.")] = None,
    detach: Annotated[bool, typer.Option("--detach", help="Return when the hub is ready.")] = False,
) -> None:
    """Start the servers that are not given by URL, and all of the hub's processes."""
    settings = Settings()
    for name in unknown_variables():
        _say(f"{name} is no setting of the hub, and ignored")
    seen = observe(settings)
    if seen.report is not None:
        _already_up(seen)
    elif detach:
        _up_detached(settings, workers or settings.workers)
    else:
        _up_here(settings, workers or settings.workers)


def down() -> None:
    """Stop the hub: its processes, the broker, the database. Data stay."""
    settings = Settings()
    began = time.monotonic()
    report = read_report(report_file(settings.run_folder))
    was_up = report is not None and report.up()
    if report is not None and was_up:
        out.print("stopping the hub ...")
        report.supervisor.send(signal.SIGTERM)
        if not report.supervisor.ended_within(settings.stop_seconds + SERVERS_STOP_SECONDS):
            _say("the supervisor does not stop, and is killed")
            report.supervisor.send(signal.SIGKILL)
            report.supervisor.ended_within(5)
    if remaining := left_behind(settings):
        out.print(f"stopping what an earlier run left behind: {', '.join(remaining)}")
        stop_left_behind(settings, _say)
        ServerHost(settings, _say).stop()
    if was_up or remaining:
        out.print(f"down after {time.monotonic() - began:.1f} s; data stay in {settings.home}")
    else:
        out.print("the hub is not up")


def status(
    as_json_text: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Show each process and address. Exit 0 only when all is up, healthy and ready."""
    seen = observe(Settings())
    if as_json_text:
        typer.echo(json.dumps(as_json(seen), indent=2))
    else:
        show(seen, out)
    raise typer.Exit(0 if seen.overall == "up" else 1)


def migrate() -> None:
    """Bring the tables up to date: `up` does so itself, a deployment without it runs this first."""
    from registry_store import migrations  # noqa: PLC0415 - slow, and rarely needed

    settings = Settings()
    if settings.owner_database_url is None or settings.database_url is None:
        raise typer.BadParameter("set HUB_OWNER_DATABASE_URL and HUB_DATABASE_URL")
    runtime_role = make_url(settings.database_url.get_secret_value()).username
    if not runtime_role:
        raise typer.BadParameter("HUB_DATABASE_URL names no role")
    try:
        migrations.upgrade(
            settings.owner_database_url.get_secret_value(), runtime_role=runtime_role
        )
    except migrations.ExtensionMissing as error:
        _say(str(error))
        raise typer.Exit(1) from error
    out.print(f"the tables are up to date for {runtime_role}")


def _up_here(settings: Settings, workers: int) -> None:
    supervisor = Supervisor(
        settings,
        plans=launch.plans(workers, drop_folder=settings.drop_folder is not None),
        prepare=partial(launch.prepare, settings),
        say=_say,
    )
    stop_on_signals(supervisor)
    threading.Thread(target=_announce, args=(settings,), daemon=True).start()
    _say(f"starting in {settings.home}")
    try:
        supervisor.run()
    except AlreadyUp:
        _already_up(observe(settings))
    except ServerUnavailable as error:
        _say(str(error))
        raise typer.Exit(1) from error
    else:
        _say("down")


def _up_detached(settings: Settings, workers: int) -> None:
    log = settings.log_folder / "hub.log"
    with appending(log) as output:
        supervisor = subprocess.Popen(
            [sys.executable, "-P", "-m", "router.cli", "up", f"--workers={workers}"],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    out.print(f"starting in {settings.home}, log in {log}")
    seen = _await_ready(settings, lives=lambda: supervisor.poll() is None)
    if supervisor.poll() is not None and seen.report is None:
        out.print(f"the hub did not come up:\n{tail(log)}")
        raise typer.Exit(1)
    show(seen, out)
    raise typer.Exit(0 if seen.overall == "up" else 1)


def _await_ready(settings: Settings, *, lives: Callable[[], bool]) -> HubStatus:
    """The status when all is up; or something keeps failing, or the supervisor ended, or time is over.

    The time counts from the start of the processes: servers have bounds of their own.
    """
    deadline: float | None = None
    while True:
        seen = observe(settings)
        if seen.overall == "up" or seen.failing() or not lives():
            return seen
        if deadline is None and seen.overall == "degraded":
            deadline = time.monotonic() + settings.start_seconds
        if deadline is not None and time.monotonic() > deadline:
            return seen
        time.sleep(WATCH_SECONDS)


def _announce(settings: Settings) -> None:
    """Prints the addresses once all is up, or once it should be, with what is not."""
    show(_await_ready(settings, lives=lambda: True), out)


def _already_up(seen: HubStatus) -> None:
    word = "starting" if seen.overall == "starting" else "up"
    out.print("the hub is stopping" if seen.overall == "stopping" else f"the hub is already {word}")
    show(seen, out)
    if seen.overall == "stopping":
        raise typer.Exit(1)


def _say(line: str) -> None:
    typer.echo(f"{now()} {line}", err=True)
