"""A hub of the demo's own: in a folder of its own, started and stopped by the real supervisor."""

import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from registry_store.database import Database
from router import launch
from router.bootstrap import database
from router.cli.hub_status import observe
from router.demo.account import DemoFailed
from router.demo.given import Given
from router.servers import Servers
from router.settings import Settings
from router.supervision import read_report, report_file
from router.supervisor import Prepared, Supervisor

_WORKERS = 2
_WATCH_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class DemoHub:
    """A hub that is up. `settings` are those that its processes have."""

    settings: Settings
    database: Database

    @property
    def http_url(self) -> str:
        return launch.http_url(self.settings.http_host, self.settings.http_port or 0)


@contextmanager
def demo_hub(home: Path, say: Callable[[str], None]) -> Iterator[DemoHub]:
    """Up when the block begins, down when it ends. The folder goes, unless the block raised: then it
    is kept for its logs. Raises DemoFailed, ServerUnavailable.
    """
    home.mkdir(parents=True, exist_ok=True)
    own = Path(tempfile.mkdtemp(prefix="demo-", dir=home))
    own.chmod(0o755)
    try:
        yield from _running(own, say)
    except BaseException:
        if not (own / "log").exists():
            shutil.rmtree(own)
        raise
    shutil.rmtree(own)


def _running(own: Path, say: Callable[[str], None]) -> Iterator[DemoHub]:
    with Given.by_environment(own).prepared() as settings:
        supervisor = Supervisor(
            settings,
            plans=launch.plans(_WORKERS),
            prepare=partial(_prepare, settings),
            say=say,
            throw_away=True,
        )
        failure: list[BaseException] = []
        running = threading.Thread(target=_run, args=(supervisor, failure), name="demo-supervisor")
        running.start()
        try:
            _await_ready(settings, running, failure)
            found = Settings(home=own)  # as any command in another terminal would find the hub
            store = database(found, pool_size=4)
            try:
                yield DemoHub(found, store)
            finally:
                store.close()
        finally:
            supervisor.stop()
            running.join()


def _prepare(settings: Settings, servers: Servers) -> Prepared:
    """As `hub up` prepares it; and webhooks may go to this machine, where the demo's receiver is."""
    prepared = launch.prepare(settings, servers)
    return replace(prepared, variables=prepared.variables | {"HUB_WEBHOOK_PRIVATE_TARGETS": "true"})


def _run(supervisor: Supervisor, failure: list[BaseException]) -> None:
    try:
        supervisor.run()
    except BaseException as error:  # noqa: BLE001 - told to the thread that waits for the hub
        failure.append(error)


def _await_ready(
    settings: Settings, running: threading.Thread, failure: list[BaseException]
) -> None:
    deadline: float | None = None
    while True:
        if failure:
            raise failure[0]
        if not running.is_alive():
            raise DemoFailed("start the hub", "the supervisor ended")
        report = read_report(report_file(settings.run_folder))
        if report is not None and report.state == "running":
            deadline = deadline or time.monotonic() + settings.start_seconds
            seen = observe(settings)
            if seen.overall == "up":
                return
            if time.monotonic() > deadline:
                raise DemoFailed(
                    "start the hub",
                    f"not ready after {settings.start_seconds:g} s: {seen.readiness}",
                )
        time.sleep(_WATCH_SECONDS)
