"""Two editions of a register compared in meaning: spelling, order and dialect make no difference."""

import csv
import io
import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from contracts.messages import Envelope
from router.bootstrap import Language, language
from router.cli import build_app
from router.register_diff import RegisterDiff, diff
from tests.support.registry import mpan
from tests.unit.adapters.reading import real_data

FILE = "ecr/ukpn_ecr_2022-04.csv"
CAPACITY = "Energy Source & Energy Conversion Technology 1 - Registered Capacity (MW)"
VOLTAGE = "Point of Connection (POC)_Voltage (kV)"
SPELT_OTHERWISE = (
    "Energy Source 1",
    "Energy Conversion Technology 1",
    "Connection Status",
    "Postcode",
)
HEAT_PUMPS = (
    "Accounting point scheme,Accounting point,GSP group,Make,Model,Serial number,"
    "Import capacity (kW),Thermal capacity (kW),Heat source,Connection status"
)
Rows = list[dict[str, str]]


@cache
def spoken() -> Language:
    return language()


def envelope(body: bytes, profile: str, day: int) -> Envelope:
    return Envelope(
        message_id="", sender="diff", media_type=f"text/csv; profile={profile}", body=body,
        received_at=datetime.now(UTC), statement_date=date(2022, 5, day),
    )  # fmt: skip


def compared(old: bytes, new: bytes, profile: str = "ecr") -> RegisterDiff:
    return diff(envelope(old, profile, 1), envelope(new, profile, 2), spoken())


def edition(edit: Callable[[Rows], Rows], separator: str = ",") -> bytes:
    text = real_data(FILE).read_text("utf-8-sig")
    rows = edit(list(csv.DictReader(io.StringIO(text, newline=""))))
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, fieldnames=list(rows[0]), delimiter=separator)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def published() -> bytes:
    return real_data(FILE).read_bytes()


def spelt_otherwise(rows: Rows) -> Rows:
    for row in rows:
        for name in SPELT_OTHERWISE:
            row[name] = row[name].upper() + " "
        row[VOLTAGE] = row[VOLTAGE].lower().replace("kv", " kV")
    return rows[::-1]


def test_spelling_order_and_separator_change_nothing() -> None:
    result = compared(published(), edition(spelt_otherwise, ";"))
    assert {name: count for name, count in result.counts.items() if count} == {
        "unchanged": 886,
        "refused": 138,
    }
    assert result.refused_before == 138


def test_a_capacity_a_new_plant_and_a_line_that_is_gone_are_told_with_their_places() -> None:
    def edit(rows: Rows) -> Rows:
        rows[0][CAPACITY] = str(float(rows[0][CAPACITY]) + 1)
        return [rows[0], *rows[2:]]

    result = compared(published(), edition(edit))
    assert result.counts["material"] == result.counts["missing"] == 1
    assert result.counts["unchanged"] == 884
    (material,) = (item for item in result.items if item.status == "material")
    (difference,) = material.differences
    assert (material.old_place, material.new_place) == ("row 2, slot 1", "row 2, slot 1")
    assert (difference.path, difference.material) == ("/attributes/export_capacity_kw", True)
    assert difference.after - difference.before == 1_000
    back = compared(edition(edit), published())
    assert (back.counts["new"], back.counts["missing"]) == (1, 0)


def heat_pumps(*rows: str) -> bytes:
    return "\n".join([HEAT_PUMPS, *rows]).encode()


def test_rows_without_serial_number_are_matched_by_the_only_asset_of_their_point() -> None:
    old = heat_pumps(*(f"mpan,{mpan(n)},_C,ACME,H{n},,{n}.5,8,air,connected" for n in (1, 2, 3)))
    new = heat_pumps(
        f"mpan,{mpan(3)},_C,ACME,H3,,3.5,8,air,connected",
        f"mpan,{mpan(1)},_C,ACME,H1,,9.5,8,air,connected",
        f"mpan,{mpan(4)},_C,ACME,H4,,4,8,air,connected",
    )
    result = compared(old, new, "heat_pump")
    assert [(item.status, item.old_place, item.new_place) for item in result.items] == [
        ("unchanged", "row 4", "row 2"),
        ("material", "row 2", "row 3"),
        ("new", None, "row 4"),
        ("missing", "row 3", None),
    ]


def test_two_devices_at_one_point_are_never_taken_for_each_other() -> None:
    old = heat_pumps(f"mpan,{mpan(1)},_C,ACME,H1,,1.5,8,air,connected")
    new = heat_pumps(
        f"mpan,{mpan(1)},_C,ACME,H1,,1.5,8,air,connected",
        f"mpan,{mpan(1)},_C,OTHER,H2,,2.5,8,air,connected",
    )
    assert compared(old, new, "heat_pump").counts["new"] == 2


def test_an_asset_stated_twice_in_the_newer_edition_counts_once() -> None:
    row = f"mpan,{mpan(1)},_C,ACME,H1,SN-1,1.5,8,air,connected"
    result = compared(heat_pumps(row), heat_pumps(row, row), "heat_pump")
    assert (result.counts["unchanged"], result.counts["repeated"]) == (1, 1)


def test_the_command_says_by_its_exit_status_whether_anything_differs(tmp_path: Path) -> None:
    old, new = tmp_path / "old.csv", tmp_path / "new.csv"
    old.write_bytes(heat_pumps(f"mpan,{mpan(1)},_C,ACME,H1,SN-1,1.5,8,air,connected"))
    new.write_bytes(heat_pumps(f"mpan,{mpan(1)},_C,ACME,H1,SN-1,7.5,8,air,connected"))

    def run(*files: Path) -> tuple[int, dict[str, Any]]:
        arguments = ["batch", "diff", *map(str, files), "--profile", "heat_pump", "--json"]
        ended = CliRunner().invoke(build_app(), arguments)
        return ended.exit_code, json.loads(ended.stdout)

    assert run(old, old)[0] == 0
    status, told = run(old, new)
    assert (status, told["material"], told["changed"]) == (1, 1, 0)
    new.write_bytes(b"\x00")
    status, told = run(old, new)
    assert status == 2
    assert set(told["problems"]) == {"new"}


@pytest.mark.parametrize("name", ["market_unit.create.csv"])
def test_what_is_no_register_is_refused_by_name(name: str) -> None:
    body = (Path("examples/csv") / name).read_bytes()
    result = compared(body, body, "market_unit")
    assert {reason.rule.key for reasons in result.problems.values() for reason in reasons} == {
        "MSG-10"
    }
