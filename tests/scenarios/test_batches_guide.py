"""The commands of docs/batches.md, run as they stand there."""

import asyncio
import os
import re
import subprocess
from pathlib import Path

import orjson
import pytest

from tests.support.batching import Batching
from tests.support.doors import doors
from tests.support.serving import serving

ROOT = Path(__file__).parents[2]


@pytest.fixture
def hub(tmp_path, database, broker_vhost):
    with doors(tmp_path, database, broker_vhost) as opened:
        opened.admit("acme")
        yield Batching(opened)


def script() -> str:
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / "docs" / "batches.md").read_text(), re.DOTALL)
    assert len(blocks) >= 3
    return "set -euo pipefail\n" + "\n".join(blocks)


async def test_the_guide_sends_follows_and_resumes(hub: Batching, tmp_path: Path):
    folder = tmp_path / "partner"
    folder.mkdir()
    example = ROOT / "examples" / "jsonl" / "portfolio.mixed.jsonl"
    (folder / "portfolio.jsonl").write_bytes(example.read_bytes())
    async with serving(hub.hub) as client, hub.running():
        url = str(client.base_url).rstrip("/")
        environment = {"PATH": os.environ["PATH"], "HUB": url, "SECRET": hub.hub.secrets["acme"]}
        done = await asyncio.to_thread(
            subprocess.run, ["bash", "-c", script()],
            cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=90,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        second = await hub.ended(orjson.loads((folder / "whole.json").read_bytes())["id"])

    def said(name: str):
        return orjson.loads((folder / name).read_bytes())

    assert said("progress.json")["status"] == "done"
    assert said("receipt.json")["counts"]["rows"] == 4
    assert said("receipt.json")["counts"]["rejected"] == 3
    assert "event: end" in (folder / "events.txt").read_text()
    assert len((folder / "to-mend.jsonl").read_bytes().splitlines()) == 3
    assert [part["number"] for part in said("parts.json")["parts"]] == [1]
    assert [each["id"] for each in said("batches.json")["batches"]] == [said("batch.json")["id"]]
    assert second.unchanged == 1, "the same portfolio under another id changes nothing"
