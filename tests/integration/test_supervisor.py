"""The supervisor over small real processes: kept running, stopped in order, found again after a crash."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import psycopg
import pytest

from router.processes import ProcessIdentity
from router.servers import ServerHost
from router.settings import Settings, environment_file
from router.supervision import HubReport, ProcessReport, read_report, report_file, write_report
from router.supervisor import left_behind, stop_left_behind

ROOT = Path(__file__).parents[2]
SCRIPT = Path(__file__).with_name("small_hub.py")
FOREVER = f"{sys.executable} -c 'import time; time.sleep(600)'"
CRASHING = f"{sys.executable} -c 'import sys; sys.exit(3)'"
DEAF = (
    f"{sys.executable} -c 'import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    f' print("deaf", flush=True); time.sleep(600)\''
)
# Servers that are given are not started, and these processes ask nothing of them.
GIVEN = {
    "HUB_DATABASE_URL": "postgresql://hub@127.0.0.1:1/none",
    "HUB_OWNER_DATABASE_URL": "postgresql://owner@127.0.0.1:1/none",
    "HUB_BROKER_URL": "amqp://127.0.0.1:1",
    "HUB_BROKER_MANAGEMENT_URL": "http://127.0.0.1:1",
}


class SmallHub:
    """A home, and the supervisors that a test starts in it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.settings = Settings(home=home)
        self._supervisors: list[subprocess.Popen[str]] = []

    def start(self, *processes: str, **variables: str) -> "subprocess.Popen[str]":
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "HUB_HOME": str(self.home),
        }
        supervisor = subprocess.Popen(
            [sys.executable, SCRIPT, *processes],
            env=environment | GIVEN | variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._supervisors.append(supervisor)
        return supervisor

    def report(self) -> HubReport | None:
        return read_report(report_file(self.settings.run_folder))

    def healthy(self, of: "subprocess.Popen[str]") -> HubReport:
        return self.once(lambda seen: seen.healthy() and seen.supervisor.pid == of.pid)

    def once(self, condition: Callable[[HubReport], bool], *, seconds: float = 30) -> HubReport:
        """The first report that meets the condition."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if (seen := self.report()) and condition(seen):
                return seen
            time.sleep(0.02)
        raise AssertionError(f"not within {seconds} s; last: {self.report()}")

    def end(self) -> None:
        for supervisor in self._supervisors:
            supervisor.terminate()
            supervisor.communicate(timeout=60)
        stop_left_behind(self.settings, lambda _line: None)
        ServerHost(self.settings, lambda _line: None).discard()


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[SmallHub]:
    small = SmallHub(tmp_path)
    yield small
    small.end()


def part(report: HubReport, name: str) -> ProcessReport:
    return next(part for part in report.parts() if part.name == name)


def killed(process: ProcessReport) -> None:
    assert process.identity
    process.identity.send(signal.SIGKILL)
    assert process.identity.ended_within(10)


def stopped(supervisor: "subprocess.Popen[str]") -> str:
    """What the supervisor said, after it was asked to stop and did so in good order."""
    supervisor.terminate()
    said, _ = supervisor.communicate(timeout=60)
    assert supervisor.returncode == 0, said
    return said


def test_it_starts_all_processes_and_stops_them_without_a_trace(hub: SmallHub) -> None:
    supervisor = hub.start(f"one={FOREVER}", f"two={FOREVER}")
    up = hub.healthy(supervisor)
    assert [process.name for process in up.processes] == ["one", "two"]
    stopped(supervisor)
    assert not any(process.identity.alive() for process in up.processes if process.identity)
    assert hub.report() is None
    assert not environment_file(hub.home).exists()
    assert left_behind(hub.settings) == []


def test_a_killed_process_is_started_again_and_its_neighbour_left_alone(hub: SmallHub) -> None:
    supervisor = hub.start(f"one={FOREVER}", f"two={FOREVER}")
    first = hub.healthy(supervisor)
    killed(part(first, "one"))
    again = hub.once(lambda seen: seen.healthy() and part(seen, "one").restarts == 1)
    assert part(again, "one").pid != part(first, "one").pid
    assert part(again, "one").last_exit == "SIGKILL"
    assert part(again, "two") == part(first, "two")
    assert "one ended (SIGKILL)" in stopped(supervisor)


def test_a_process_that_ends_again_and_again_is_said_aloud(hub: SmallHub) -> None:
    supervisor = hub.start(f"well={FOREVER}", f"ill={CRASHING}")
    seen = hub.once(lambda seen: part(seen, "ill").state == "failing" if seen.processes else False)
    assert part(seen, "ill").last_exit == "exit 3"
    assert part(seen, "well").healthy()
    assert not seen.healthy()
    said = stopped(supervisor)
    assert "It ended 5 times in a row: see " in said
    assert str(hub.home / "log" / "ill.log") in said


def test_a_process_that_does_not_stop_is_killed(hub: SmallHub) -> None:
    supervisor = hub.start(f"deaf={DEAF}", HUB_STOP_SECONDS="0.5")
    up = hub.healthy(supervisor)
    log = hub.home / "log" / "deaf.log"
    hub.once(lambda _seen: "deaf" in log.read_text())
    assert "deaf did not stop in time and was killed" in stopped(supervisor)
    deaf = part(up, "deaf").identity
    assert deaf
    assert not deaf.alive()


def test_of_two_supervisors_one_wins_and_the_other_changes_nothing(hub: SmallHub) -> None:
    first = hub.start(f"one={FOREVER}")
    up = hub.healthy(first)
    second = hub.start(f"one={FOREVER}")
    said, _ = second.communicate(timeout=30)
    assert second.returncode == 1
    assert "already up" in said
    assert hub.report() == up


def test_after_a_killed_supervisor_the_next_one_starts_afresh(hub: SmallHub) -> None:
    first = hub.start(f"one={FOREVER}")
    orphan = part(hub.healthy(first), "one").identity
    assert orphan
    first.kill()
    first.communicate()
    assert orphan.alive()
    assert left_behind(hub.settings) == ["one"]

    second = hub.start(f"one={FOREVER}")
    up = hub.healthy(second)
    assert not orphan.alive()
    assert part(up, "one").pid != orphan.pid
    assert "stopping one, left behind by an earlier run" in stopped(second)


def test_what_a_crash_of_the_machine_left_in_files_confuses_nobody(hub: SmallHub) -> None:
    """The pids of the old hub belong to others now: here, to the test itself."""
    stale = ProcessIdentity(pid=os.getpid(), started="before the crash")
    process = ProcessReport(name="one", state="running", identity=stale, restarts=0, since="then")
    write_report(
        report_file(hub.settings.run_folder),
        HubReport(state="running", supervisor=stale, processes=(process,)),
    )
    records = hub.settings.run_folder / "processes"
    records.mkdir()
    (records / "one.json").write_text(json.dumps({"pid": stale.pid, "started": stale.started}))
    seen = hub.report()
    assert seen
    assert not seen.up()
    assert left_behind(hub.settings) == []

    supervisor = hub.start(f"one={FOREVER}")
    hub.healthy(supervisor)
    stopped(supervisor)


def test_a_killed_database_comes_back_with_its_data(hub: SmallHub) -> None:
    embedded = {"HUB_DATABASE_URL": "", "HUB_OWNER_DATABASE_URL": ""}
    supervisor = hub.start(f"one={FOREVER}", **embedded)
    up = hub.healthy(supervisor)
    url = Settings(home=hub.home).database_url
    assert url, "a command finds the running hub's database by HUB_HOME alone"
    with psycopg.connect(url.get_secret_value()) as before:
        port = before.info.port
    killed(part(up, "postgresql"))
    again = hub.once(lambda seen: seen.healthy() and part(seen, "postgresql").restarts == 1)
    with psycopg.connect(url.get_secret_value()) as after:
        assert after.info.port == port, "at the same address"
    assert part(again, "one") == part(up, "one"), "the hub's processes outlive it"
    stopped(supervisor)
    assert not psutil.pid_exists(part(again, "postgresql").pid or 0)


def test_the_addresses_hold_what_the_processes_get(hub: SmallHub) -> None:
    supervisor = hub.start(f"one={FOREVER}")
    hub.healthy(supervisor)
    written = environment_file(hub.home)
    assert written.stat().st_mode & 0o077 == 0
    assert urlsplit(json.loads(written.read_text())["processes"]["HUB_DATABASE_URL"]).port == 1
