"""The capacity register as a network company sends it every month: the published file, and what changes in it.

Source: RECORDS.md section 6; the file is UK Power Networks' register of April 2022 as published.
"""

import csv
import io
import json
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from typer.testing import CliRunner

from contracts.messages import Envelope
from router.cli import build_app
from tests.support.registry import Registry, mpan
from tests.unit.adapters.reading import real_data

APRIL, MAY = date(2022, 4, 30), date(2022, 5, 31)
JUNE, JULY = date(2022, 6, 30), date(2022, 7, 31)
FILE = "ecr/ukpn_ecr_2022-04.csv"
CAPACITY = "Energy Source & Energy Conversion Technology 1 - Registered Capacity (MW)"
Row = dict[str, str]


@pytest.fixture
def network_company(database: Any) -> Iterator[Registry]:
    """A registry in which `ukpn` operates the three networks of the file; its log is audited at the end."""
    registry = Registry(database.url)
    areas = {"network_areas": ["EPN", "LPN", "SPN"], "gsp_groups": ["_A", "_C", "_J"]}
    registry.add_partner("ukpn", "system_operator", areas=areas)
    yield registry
    report = registry.audit()
    assert report.is_clean, report.findings
    registry.close()


def published() -> bytes:
    return real_data(FILE).read_bytes()


def edited(place: str, edit: Callable[[Row], None]) -> bytes:
    """The file as published, but for the row of this place (`row 17, slot 1`)."""
    rows = list(csv.DictReader(io.StringIO(published().decode("utf-8-sig"), newline="")))
    edit(rows[int(place.split(",", maxsplit=1)[0].removeprefix("row ")) - 2])
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, fieldnames=list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def send(registry: Registry, body: bytes, stated: date) -> dict[str, Any]:
    """The receipt of the file as one message, as it came through the door."""
    return registry.receipt_of(
        Envelope(
            message_id="", sender="ukpn", media_type="text/csv; profile=ecr", body=body,
            received_at=datetime.now(UTC), statement_date=stated,
        )
    )  # fmt: skip


def statuses(receipt: dict[str, Any]) -> Counter[str]:
    return Counter(item["status"] for item in receipt["items"])


def at(receipt: dict[str, Any], place: str) -> dict[str, Any]:
    (item,) = (item for item in receipt["items"] if item["place"] == place)
    return item


def head(registry: Registry) -> int:
    position: int = registry.query("SELECT coalesce(max(position), 0) FROM change")[0][0]
    return position


def asset(registry: Registry, id: str) -> dict[str, Any]:
    rows = registry.query(
        "SELECT v.content FROM record r JOIN record_version v ON v.record = r.row AND v.version = r.version "
        "WHERE r.id = %s",
        id,
    )
    content: dict[str, Any] = json.loads(rows[0][0])
    return content


def capacity(megawatts: str) -> Callable[[Row], None]:
    return lambda row: row.update({CAPACITY: megawatts})


def test_every_filled_slot_is_registered_or_refused_with_its_rule(
    network_company: Registry,
) -> None:
    receipt = send(network_company, published(), APRIL)
    assert receipt["status"] == "partially_accepted"
    assert statuses(receipt) == {"accepted": 886, "rejected": 138}
    found = Counter(
        (reason["rule"], reason["severity"])
        for item in receipt["items"]
        for reason in item["reasons"]
    )
    assert found == {
        ("ECR-01", "error"): 85,
        ("ASSET-01", "error"): 3,
        ("ECR-02", "error"): 4,
        ("ECR-03", "error"): 35,
        ("ECR-04", "error"): 12,
        ("ECR-05", "warning"): 46,
        ("TAB-03", "warning"): 6,
        ("SCH-ASSERT", "warning"): 3,
    }
    recorded = network_company.query(
        "SELECT status, count(*) FROM record WHERE kind = 'asset' GROUP BY 1"
    )
    assert dict(recorded) == {"planned": 358, "pending_validation": 528}


def test_the_same_file_again_gives_the_first_receipt_and_no_change(
    network_company: Registry,
) -> None:
    first = send(network_company, published(), APRIL)
    before = head(network_company)
    assert send(network_company, published(), APRIL) == first
    assert head(network_company) == before


def test_one_capacity_edited_under_a_later_date_is_one_material_change(
    network_company: Registry,
) -> None:
    send(network_company, published(), APRIL)
    before = head(network_company)
    receipt = send(network_company, edited("row 2, slot 1", capacity("7.5")), MAY)
    assert statuses(receipt) == {"accepted": 1, "unchanged": 885, "rejected": 138}
    item = at(receipt, "row 2, slot 1")
    assert (item["event"], item["material"], item["version"]) == ("asset.updated", True, 2)
    assert asset(network_company, item["id"])["attributes"]["export_capacity_kw"] == 7500
    assert head(network_company) == before + 1


def test_an_older_statement_of_the_line_is_superseded_and_changes_nothing(
    network_company: Registry,
) -> None:
    send(network_company, published(), MAY)
    before = head(network_company)
    receipt = send(network_company, edited("row 2, slot 1", capacity("8.5")), APRIL)
    item = at(receipt, "row 2, slot 1")
    assert item["status"] == "superseded"
    assert [reason["rule"] for reason in item["reasons"]] == ["REC-02"]
    assert statuses(receipt) == {"superseded": 886, "rejected": 138}
    assert head(network_company) == before


def test_the_first_file_again_after_a_change_runs_again_and_its_old_line_is_superseded(
    network_company: Registry,
) -> None:
    first = send(network_company, published(), APRIL)
    changed = send(network_company, edited("row 2, slot 1", capacity("7.5")), MAY)
    before = head(network_company)
    again = send(network_company, published(), APRIL)
    assert again["receipt_id"] != first["receipt_id"]
    assert again["message_id"] == first["message_id"]
    item = at(again, "row 2, slot 1")
    assert (item["status"], item["version"]) == ("superseded", 2)
    assert item["id"] == at(changed, "row 2, slot 1")["id"]
    assert head(network_company) == before


def test_a_planned_line_that_gains_its_meter_stays_one_asset(network_company: Registry) -> None:
    place = "row 7, slot 1"
    planned = at(send(network_company, published(), APRIL), place)
    before = asset(network_company, planned["id"])
    assert before["status"] == "planned"
    assert {key["scheme"] for key in before["keys"]} == {"source", "planned_site"}

    meter = {"Export MPAN / MSID": mpan(77, 10), "Connection Status": "Connected"}
    connected = at(send(network_company, edited(place, lambda row: row.update(meter)), MAY), place)

    assert (connected["id"], connected["version"]) == (planned["id"], 2)
    after = asset(network_company, planned["id"])
    assert after["status"] == "pending_validation"
    assert after["accounting_point"] == {"scheme": "mpan", "id": mpan(77, 10)}
    assert {"source", "point"} <= {key["scheme"] for key in after["keys"]}
    assert any(mpan(77, 10) in key["value"] for key in after["keys"] if key["scheme"] == "source")


def test_a_line_that_was_planned_is_not_registered_again_by_the_older_file(
    network_company: Registry,
) -> None:
    place = "row 7, slot 1"
    send(network_company, published(), APRIL)
    meter = {"Export MPAN / MSID": mpan(77, 10), "Connection Status": "Connected"}
    connected = at(send(network_company, edited(place, lambda row: row.update(meter)), MAY), place)
    before = head(network_company)
    late = at(send(network_company, published(), APRIL), place)
    assert (late["status"], late["id"]) == ("superseded", connected["id"])
    assert head(network_company) == before


def test_a_newer_file_with_the_meter_and_the_planned_line_again_brings_a_second_plant(
    network_company: Registry,
) -> None:
    place = "row 7, slot 1"
    planned = at(send(network_company, published(), APRIL), place)
    meter = {"Export MPAN / MSID": mpan(77, 10), "Connection Status": "Connected"}
    send(network_company, edited(place, lambda row: row.update(meter)), MAY)

    second = at(send(network_company, published(), JUNE), place)

    assert (second["status"], second["event"]) == ("accepted", "asset.registered")
    assert second["id"] != planned["id"]
    first, other = asset(network_company, planned["id"]), asset(network_company, second["id"])
    assert first["accounting_point"]["id"] == mpan(77, 10)
    (given_up,) = [key for key in other["keys"] if key["scheme"] == "source"]
    assert given_up not in first["keys"]
    again = at(send(network_company, published(), JULY), place)
    assert (again["status"], again["id"]) == ("unchanged", second["id"])


def validated(*options: str) -> tuple[int, dict[str, Any]]:
    """Exit status and JSON of `hub validate` on the file."""
    source = real_data(FILE)
    arguments = ["validate", str(source), "--json", "--statement-date", "2022-04-30", *options]
    result = CliRunner().invoke(build_app(), arguments)
    return result.exit_code, json.loads(result.stdout)


def test_validate_answers_every_filled_slot_without_servers() -> None:
    status, body = validated("--format", "ecr")
    assert status == 1
    assert (body["items"], body["accepted"], body["rejected"]) == (1024, 886, 138)
    results = body["results"]
    assert len({result["place"] for result in results}) == len(results) == 1024
    assert all(result["reasons"] for result in results if result["status"] == "rejected")
    reasons = [reason for result in results for reason in result["reasons"]]
    assert body["by_rule"] == Counter(reason["rule"] for reason in reasons)
    assert body["by_code"] == Counter(reason["code"] for reason in reasons)
    assert body["warnings"] == sum(reason["severity"] == "warning" for reason in reasons)
    assert all(reason["place"].startswith("row ") for reason in reasons)


def test_validate_and_the_running_hub_agree_on_every_slot(network_company: Registry) -> None:
    receipt = send(network_company, published(), APRIL)
    _, body = validated("--format", "ecr")
    said = {result["place"]: result["status"] for result in body["results"]}
    assert said == {item["place"]: item["status"] for item in receipt["items"]}
