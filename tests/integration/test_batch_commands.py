"""`hub send` of files and `hub batch`, as somebody types them, on real servers."""

import asyncio
import contextlib
import signal
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import orjson
import pytest

from router.servers.ports import remembered_port
from tests.support.batching import Batching, lines, pumps
from tests.support.command_line import CommandLine
from tests.support.doors import doors, until
from tests.support.serving import answers, server_process, serving

#: Blank lines are no rows: a file of several parts that is decided at once.
PADDING = b"\n" * (5 * 1024 * 1024)


@pytest.fixture
def hub(tmp_path, database, broker_vhost):
    with doors(tmp_path, database, broker_vhost) as opened:
        opened.admit("acme")
        yield Batching(opened)


@contextlib.asynccontextmanager
async def by_http(hub: Batching) -> AsyncIterator[CommandLine]:
    """The command line as the partner acme has it."""
    async with serving(hub.hub) as client:
        port = str(client.base_url.port)
        yield CommandLine(hub, HUB_HTTP_PORT=port, HUB_PARTNER_SECRET=hub.hub.secrets["acme"])


def portfolio(folder: Path, count: int = 30, padding: bytes = b"", wrong: int = 0) -> str:
    items = pumps(count)
    for item in items[:wrong]:
        item["attributes"]["import_capacity_kw"] = -1
    file = folder / "pumps.jsonl"
    file.write_bytes(padding + lines(items))
    return str(file)


async def test_a_file_is_sent_followed_and_answered_for_a_person(hub: Batching, tmp_path):
    async with hub.running():
        status, out, error = await CommandLine(hub)(
            "send", portfolio(tmp_path, wrong=2), "--as", "acme"
        )
    assert status == 1, error
    assert "30 rows: 28 accepted, 2 rejected" in out
    assert "SCH-RANGE    2" in out
    assert "line 1: rejected" in out


@pytest.mark.parametrize("way", ["operator", "partner"])
async def test_the_outcome_file_is_written_when_the_batch_is_done(hub: Batching, tmp_path, way):
    answers, refused = tmp_path / "answers.jsonl", tmp_path / "refused.csv"
    async with by_http(hub) as partner, hub.running():
        command = partner if way == "partner" else CommandLine(hub)
        said = await command.json(
            "send", portfolio(tmp_path, wrong=2), "--as", "acme", "--outcomes", str(answers)
        )
        await command.json(
            "batch", "outcomes", said["batch"], "--as", "acme", "--rejected", "--out", str(refused)
        )
    rows = [orjson.loads(line) for line in answers.read_bytes().splitlines()]
    assert [row["status"] for row in rows] == ["rejected"] * 2 + ["accepted"] * 28
    assert len(refused.read_text().splitlines()) == 2


async def test_a_partner_sends_its_file_by_http_compressed_on_the_way(hub: Batching, tmp_path):
    async with by_http(hub) as command, hub.running():
        said = await command.json(
            "send", portfolio(tmp_path, padding=PADDING), "--as", "acme", "--compress", "zstd",
            "--existing", "update",
        )  # fmt: skip
        again = await command.json(
            "send", portfolio(tmp_path, padding=PADDING), "--as", "acme", "--compress", "zstd",
            "--existing", "update",
        )  # fmt: skip
    assert said["receipt"]["counts"]["accepted"] == 30
    assert again["receipt"] == said["receipt"]
    ((header, size),) = hub.rows("SELECT header, size_bytes FROM batch")
    assert header["content_encoding"] == "zstd"
    assert header["policy"]["existing"] == "update"
    assert size < 1_000_000


@pytest.mark.parametrize("way", ["operator", "partner"])
async def test_a_sending_that_was_killed_goes_on_where_it_was(hub: Batching, tmp_path, way):
    file = portfolio(tmp_path, padding=PADDING)
    async with by_http(hub) as partner:
        command = partner if way == "partner" else CommandLine(hub)
        command.environment["HUB_KILL_AT"] = "send.after_part:1"
        status, _, _ = await command("send", file, "--as", "acme")
        assert status == -signal.SIGKILL
        ((first, stored),) = hub.rows("SELECT number, xmin::text FROM batch_part")
        del command.environment["HUB_KILL_AT"]
        async with hub.running():
            said = await command.json("send", file, "--as", "acme")
    assert said["receipt"]["counts"]["accepted"] == 30
    assert hub.rows("SELECT xmin::text FROM batch_part WHERE number = %s", first) == [(stored,)]
    assert hub.rows("SELECT count(*) FROM batch") == [(1,)]


async def test_a_server_that_is_killed_while_a_file_comes_is_waited_for(hub: Batching, tmp_path):
    port = remembered_port(tmp_path / "port.json", "http")
    secret = hub.hub.secrets["acme"]
    command = CommandLine(hub, HUB_HTTP_PORT=str(port), HUB_PARTNER_SECRET=secret)
    async with hub.running():
        with server_process(hub.hub, port, HUB_KILL_AT="upload.after_part:1") as server:
            await until(lambda: answers(f"http://127.0.0.1:{port}"))
            sending = asyncio.create_task(
                command.json("send", portfolio(tmp_path, padding=PADDING), "--as", "acme")
            )
            assert await asyncio.to_thread(server.wait, 60) == -signal.SIGKILL
        with server_process(hub.hub, port):
            said = await sending
    assert said["receipt"]["counts"]["accepted"] == 30
    assert hub.rows("SELECT count(*) FROM batch") == [(1,)]


async def test_ctrl_c_says_what_stays_behind(hub: Batching, tmp_path):
    # What a shell runs in the background ignores interrupts, and so would all that it starts.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    process = CommandLine(hub).started("send", portfolio(tmp_path), "--as", "acme")
    signal.signal(signal.SIGINT, before)
    await until(lambda: hub.rows("SELECT 1 FROM batch WHERE is_whole"))

    def interrupted() -> str:
        """What it said. Pressed again, as people do: an interrupt in the midst of a finalizer is lost on Python."""
        for _ in range(6):
            process.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                return str(process.communicate(timeout=5)[1])
        raise AssertionError("it goes on whatever is pressed")

    error = await asyncio.to_thread(interrupted)
    ((id,),) = hub.rows("SELECT id FROM batch")
    assert process.returncode == 130
    assert f"hub batch follow {id}" in error


async def test_batches_are_looked_after(hub: Batching, tmp_path):
    command = CommandLine(hub)
    sent = await command.json("send", portfolio(tmp_path), "--as", "acme", "--wait", "0")
    id = sent["batch"]
    assert (await command.json("batch", "pause", id))["wish"] == "pause"
    assert (await command.json("batch", "show", id))["file_name"] == "pumps.jsonl"
    async with hub.running():
        await until(lambda: hub.progress(id).status == "paused")
        assert (await command.json("batch", "resume", id))["wish"] == "run"
        followed = await command.json("batch", "follow", id)
    assert followed["receipt"]["counts"]["accepted"] == 30
    assert (await command.json("batch", "receipt", id)) == followed["receipt"]
    listed = (await command.json("batch", "list", "--as", "acme"))["batches"]
    assert [(each["id"], each["status"]) for each in listed] == [(id, "done")]
    assert (await command("batch", "cancel", id))[0] == 2
    assert (await command("batch", "show", "B-0"))[0] == 2


async def test_an_upload_is_given_up(hub: Batching, tmp_path):
    id = hub.announce("acme", b"never sent")
    command = CommandLine(hub)
    assert (await command.json("batch", "cancel", id))["status"] == "cancelled"
    status, out, _ = await command("batch", "follow", id)
    assert status == 2
    assert "cancelled" in out


async def test_a_file_of_no_use_is_answered_as_a_whole(hub: Batching, tmp_path):
    (tmp_path / "picture.xml").write_bytes(b"not XML" + PADDING)
    async with hub.running():
        status, out, error = await CommandLine(hub)(
            "send", str(tmp_path / "picture.xml"), "--as", "acme", "--batch"
        )
    assert status == 2, error
    assert "is failed" in out
    assert "MSG-02" in out


async def test_what_cannot_be_sent_is_said(hub: Batching, tmp_path):
    command = CommandLine(hub)
    unknown = await command("send", portfolio(tmp_path), "--as", "nobody")
    assert unknown[0] == 2
    assert "there is no partner nobody" in unknown[2]
    message = await command("send", portfolio(tmp_path), "--as", "acme", "--no-batch", "--dry-run")
    assert message[0] == 2
    assert "batches alone" in message[2]
