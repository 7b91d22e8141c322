"""`hub drop` on real servers: files are answered beside themselves, and a kill leaves nothing twice and nothing lost."""

import asyncio
import contextlib
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from tests.support.batching import Batching, lines, pumps
from tests.support.command_line import CommandLine
from tests.support.doors import doors, until

#: Blank lines are no rows: a file of several parts that is decided at once.
PADDING = b"\n" * (5 * 1024 * 1024)
POINTS = (
    "drop.before_take",
    "drop.after_take",
    "drop.after_open",
    "upload.after_part",
    "upload.after_part:2",
    "upload.after_whole",
    "drop.after_sent",
    "drop.after_render",
    "drop.after_move",
    "drop.after_move:2",
    "drop.after_move:3",
)


@pytest.fixture
def hub(tmp_path, database, broker_vhost):
    with doors(tmp_path, database, broker_vhost) as opened:
        opened.admit("acme")
        yield Batching(opened)


@pytest.fixture
def folder(tmp_path) -> Path:
    return tmp_path / "drop"


@contextlib.contextmanager
def dropping(hub: Batching, folder: Path, **variables: str) -> Iterator["subprocess.Popen[str]"]:
    process = CommandLine(hub, HUB_DROP_FOLDER=str(folder), **variables).started("drop")
    try:
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=30)


def drop(folder: Path, name: str, body: bytes) -> None:
    """As a careful copying program does: under another name until it is whole."""
    incoming = folder / "acme" / "in"
    incoming.mkdir(parents=True, exist_ok=True)
    (incoming / f"{name}.part").write_bytes(body)
    (incoming / f"{name}.part").rename(incoming / name)


def names(folder: Path, below: str) -> list[str]:
    found = folder / "acme" / below
    return sorted(file.name for file in found.iterdir()) if found.exists() else []


async def test_files_are_answered_beside_themselves(hub: Batching, folder: Path):
    items = pumps(20)
    items[4]["attributes"]["import_capacity_kw"] = -1
    drop(folder, "pumps.jsonl", lines(items))
    drop(folder, "pictures.png", b"\x89PNG")
    async with hub.running():
        with dropping(hub, folder):
            await until(lambda: names(folder, "done") and names(folder, "failed"), 60)
            await until(lambda: not names(folder, ".taken"))
    done = folder / "acme" / "done"
    receipt = orjson.loads((done / "pumps.jsonl.receipt.json").read_bytes())
    outcomes = (done / "pumps.jsonl.outcomes.jsonl").read_bytes().splitlines()
    assert receipt["counts"]["accepted"] == 19
    assert [orjson.loads(line)["status"] for line in outcomes].index("rejected") == 4
    assert (done / "pumps.jsonl").read_bytes() == lines(items)
    assert names(folder, "failed") == ["pictures.png", "pictures.png.receipt.json"]
    assert names(folder, "in") == []


@pytest.mark.parametrize("point", POINTS)
async def test_a_kill_leaves_nothing_twice_and_nothing_lost(
    hub: Batching, folder: Path, point: str
):
    drop(folder, "pumps.jsonl.json", b'{"policy": {"existing": "update"}}')
    drop(folder, "pumps.jsonl", PADDING + lines(pumps(12)))
    async with hub.running():
        with dropping(hub, folder, HUB_KILL_AT=point) as process:
            assert await asyncio.to_thread(process.wait, 60) == -signal.SIGKILL
        with dropping(hub, folder):
            await until(lambda: "pumps.jsonl" in names(folder, "done"), 60)
            await until(lambda: not names(folder, ".taken"))
    assert names(folder, "done") == [
        "pumps.jsonl", "pumps.jsonl.json", "pumps.jsonl.outcomes.jsonl", "pumps.jsonl.receipt.json",
    ]  # fmt: skip
    assert names(folder, "in") == []
    assert hub.rows("SELECT count(*), count(DISTINCT id) FROM batch") == [(1, 1)]
    assert len(hub.records()) == 12
    ((header,),) = hub.rows("SELECT header FROM batch")
    assert header["policy"]["existing"] == "update"


async def test_two_processes_share_a_folder(hub: Batching, folder: Path):
    for number in range(6):
        drop(folder, f"pumps-{number}.jsonl", lines(pumps(3, first=1 + number * 3)))
    async with hub.running():
        with dropping(hub, folder), dropping(hub, folder):
            await until(lambda: len(names(folder, "done")) == 18, 60)
    assert hub.rows("SELECT count(*) FROM batch") == [(6,)]
    assert len(hub.records()) == 18
