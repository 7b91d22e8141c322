"""The published capacity register by every door for files: the same answers, and answered at once when it is sent again.

Source: RECORDS.md section 6; the file is UK Power Networks' register of April 2022 as published.
"""

import csv
import io
from collections.abc import Awaitable, Callable
from pathlib import Path

import orjson
import pytest

from registry_store.batches.uploading import Bounds
from router.drop_folder.running import DropFolder, Settling
from router.onboarding import Onboarding, Profile
from tests.support.batching import Batching
from tests.support.command_line import CommandLine
from tests.support.doors import doors, until
from tests.support.serving import serving
from tests.unit.adapters.reading import real_data

FILE = "ecr/ukpn_ecr_2022-04.csv"
STATED = "2022-04-30"
COUNTS = {"accepted": 886, "rejected": 138}

#: Sends the register, and gives its receipt and its outcome file.
Door = Callable[[Batching, Path], Awaitable[tuple[dict, bytes]]]


@pytest.fixture
def hub(tmp_path, database, broker_vhost):
    with doors(tmp_path, database, broker_vhost) as opened:
        onboarding = Onboarding(opened.settings, opened.database, lambda: opened.registry.pipeline)
        areas = {"network_areas": ("EPN", "LPN", "SPN"), "gsp_groups": ("_A", "_C", "_J")}
        company = Profile(("system_operator",), "Example network company", **areas)
        opened.secrets["ukpn"] = onboarding.add("ukpn", organisation=None, profile=company).secret
        yield Batching(opened)


async def by_http(hub: Batching, folder: Path) -> tuple[dict, bytes]:
    headers = {"content-type": "text/csv; profile=ecr", "fmar-statement-date": STATED}
    async with serving(hub.hub, partner="ukpn") as client:
        sent = await client.post(
            "/v1/batches", content=real_data(FILE).read_bytes(), headers=headers
        )
        address = sent.headers["location"]
        await hub.ended(sent.json()["id"], 60)
        receipt = await client.get(f"{address}/receipt", headers={"accept": "application/json"})
        return receipt.json(), (await client.get(f"{address}/outcomes")).content


async def by_command(hub: Batching, folder: Path) -> tuple[dict, bytes]:
    answers = folder / "answers.csv"
    said = await CommandLine(hub).json(
        "send", str(real_data(FILE)), "--as", "ukpn", "--format", "ecr", "--statement-date", STATED,
        "--compress", "gzip", "--outcomes", str(answers),
    )  # fmt: skip
    return said["receipt"], answers.read_bytes()


async def by_drop_folder(hub: Batching, folder: Path) -> tuple[dict, bytes]:
    incoming, done = folder / "drop" / "ukpn" / "in", folder / "drop" / "ukpn" / "done"
    incoming.mkdir(parents=True)
    (incoming / "ecr.csv.json").write_bytes(orjson.dumps({"statement_date": STATED}))
    (incoming / "ecr.csv").write_bytes(real_data(FILE).read_bytes())
    dropped = DropFolder(folder / "drop", hub.database, Bounds(), Settling(seconds=0))

    def is_answered() -> bool:
        dropped.look()
        return (done / "ecr.csv").exists()

    await until(is_answered, 60)
    receipt = orjson.loads((done / "ecr.csv.receipt.json").read_bytes())
    return receipt, (done / "ecr.csv.outcomes.csv").read_bytes()


@pytest.mark.parametrize("door", [by_http, by_command, by_drop_folder])
async def test_the_register_is_answered_row_by_row_by_every_door(
    hub: Batching, tmp_path: Path, door: Door
):
    async with hub.running(batch_chunk_rows=500):
        receipt, outcomes = await door(hub, tmp_path)
    assert {name: receipt["counts"][name] for name in COUNTS} == COUNTS
    assert receipt["status"] == "partially_accepted"
    sent = list(csv.reader(io.StringIO(real_data(FILE).read_text("utf-8-sig"), newline="")))
    answered = list(csv.reader(io.StringIO(outcomes.decode("utf-8-sig"), newline="")))
    assert [row[: len(sent[0])] for row in answered] == sent
    assert len(hub.records()) == COUNTS["accepted"]


async def test_the_same_file_again_is_answered_by_its_first_receipt(hub: Batching, tmp_path: Path):
    async with hub.running(batch_chunk_rows=500):
        first, _ = await by_command(hub, tmp_path)
        again, _ = await by_command(hub, tmp_path)
    assert again == first
    assert hub.rows("SELECT count(*) FROM batch") == [(1,)]
