import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from router.processes import ProcessIdentity, RecordedProcess, rotate, write_atomically

FOREVER = [sys.executable, "-c", "import time; time.sleep(600)"]
IGNORE_TERM = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN)"
DEAF = [sys.executable, "-c", f"{IGNORE_TERM}; print('deaf', flush=True); time.sleep(600)"]


def started(tmp_path: Path, command: list[str]) -> tuple[RecordedProcess, ProcessIdentity]:
    process = RecordedProcess(tmp_path / "process.json")
    process.start(command, environment=os.environ, log=tmp_path / "log", folder=tmp_path)
    identity = process.identity()
    assert identity
    return process, identity


def test_a_process_is_found_again_by_its_record(tmp_path: Path) -> None:
    process, identity = started(tmp_path, FOREVER)
    assert RecordedProcess(process.file).identity() == identity
    assert process.stop(signal.SIGTERM, seconds=10)
    assert not identity.alive()
    assert process.identity() is None


def test_another_process_with_the_same_pid_is_not_taken_for_it() -> None:
    identity = ProcessIdentity.of(os.getpid())
    assert identity
    assert identity.alive()
    assert not replace(identity, started="another time").alive()


def test_a_process_that_ended_unreaped_counts_as_ended() -> None:
    child = subprocess.Popen(FOREVER)
    identity = ProcessIdentity.of(child.pid)
    assert identity
    child.kill()
    assert identity.ended_within(10)
    assert ProcessIdentity.of(child.pid) is None


def test_a_process_that_does_not_listen_is_killed(tmp_path: Path) -> None:
    process, identity = started(tmp_path, DEAF)
    while not (tmp_path / "log").read_text():
        assert identity.alive()
    assert not process.stop(signal.SIGTERM, seconds=0.3)
    assert not identity.alive()


def test_a_file_is_replaced_whole_and_private(tmp_path: Path) -> None:
    file = tmp_path / "folder" / "file"
    write_atomically(file, "one")
    write_atomically(file, "two")
    assert file.read_text() == "two"
    assert file.stat().st_mode & 0o777 == 0o600
    assert list(file.parent.iterdir()) == [file]


def test_a_large_log_is_moved_aside(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with log.open("w") as output:
        output.truncate(20_000_001)
    rotate(log)
    assert not log.exists()
    assert log.with_name("log.1").exists()
