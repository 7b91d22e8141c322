"""The register as published: the facts of RECORDS.md section 6, and the headings of every publisher."""

import csv
import io
import json
from collections import Counter
from dataclasses import replace
from functools import lru_cache

import pytest

from adapters.tables.folding import fold
from contracts.messages import Decoded
from tests.unit.adapters.reading import csv_text, decode, real_data

ECR = "text/csv; profile=ecr"


@lru_cache(maxsize=1)
def body() -> bytes:
    return real_data("ecr/ukpn_ecr_2022-04.csv").read_bytes()


@lru_cache(maxsize=1)
def published() -> Decoded:
    return decode(body(), ECR)


@lru_cache(maxsize=1)
def table() -> list[list[str]]:
    return list(csv.reader(io.StringIO(body().decode("utf-8-sig"), newline="")))


def variants(name: str) -> list[str]:
    lists: dict[str, list[str]] = json.loads(real_data("ecr/header_variants.json").read_bytes())
    return lists[name]


def test_every_filled_slot_is_answered() -> None:
    places = [item.place for item in published().items]
    assert len(places) == len(set(places)) == 1024
    assert len({place.partition(",")[0] for place in places}) == 989
    assert sum(place.endswith("slot 2") for place in places) == 35
    assert published().reasons == ()


def test_counts_by_rule_are_those_of_the_facts() -> None:
    reasons = [reason for item in published().items for reason in item.reasons]
    assert Counter(f"{reason.rule.key} {reason.severity.value}" for reason in reasons) == {
        "ECR-01 error": 85,
        "ASSET-01 error": 3,
        "ECR-02 error": 4,
        "ECR-03 error": 35,
        "ECR-04 error": 12,
        "ECR-05 warning": 46,
        "TAB-03 warning": 6,
    }
    refused = [
        item for item in published().items if any(reason.is_error for reason in item.reasons)
    ]
    assert len(refused) == 138
    assert all(
        reason.place.startswith(item.place) for item in published().items for reason in item.reasons
    )


def test_connected_and_planned_rows_are_those_of_the_facts() -> None:
    firsts = [item for item in published().items if item.place.endswith("slot 1")]
    status = Counter(item.payload["attributes"]["connection_status"] for item in firsts)
    assert status == {"connected": 622, "accepted": 367}
    with_point = Counter(
        item.payload["attributes"]["connection_status"]
        for item in firsts
        if "accounting_point" in item.payload
    )
    assert with_point == {"connected": 534, "accepted": 11}


def test_no_customer_is_named() -> None:
    names = {row[2] for row in table()[1:] if len(row[2]) > 12 and row[2] != row[3]}
    carried = {
        value
        for item in published().items
        for name, value in item.payload["attributes"].items()
        if name not in ("site_name", "address_line_1", "address_line_2")
    }
    assert not names & carried


def with_headings(headings: dict[str, str]) -> bytes:
    """The published file with other headings; columns that the other publisher lacks are left out."""
    first, *rows = table()
    kept = [index for index, heading in enumerate(first) if heading in headings]
    cells = [[row[index] for index in kept] for row in rows]
    return csv_text([[headings[first[index]] for index in kept], *cells]).encode()


#: Lists of 57 columns in the order of the template, and where ours stands in them.
IN_ORDER = ["NGED CKAN datastore (AUG 2026)", "NPG XLSX/ODS headers", "SSEN"]
BY_NAME = ["UKPN ODS API field names >=1MW", "UKPN ODS API field names <1MW"]


@pytest.mark.parametrize("publisher", IN_ORDER)
def test_the_headings_of_other_publishers_give_the_same_items(publisher: str) -> None:
    headings = dict(zip(table()[0][:57], variants(publisher)[:57], strict=True))
    extra = [name for name in variants(publisher)[57:] if name in ("lon", "lat")]
    headings |= dict(zip(table()[0][57:], extra, strict=False))
    assert same_items(decode(with_headings(headings), ECR))


@pytest.mark.parametrize("publisher", BY_NAME)
def test_field_names_of_an_interface_give_the_same_items(publisher: str) -> None:
    names = {fold(name): name for name in variants(publisher)}
    headings = {}
    for heading in table()[0]:
        short = fold(
            heading.replace("Already Connected - ", "").replace("Accepted to Connect - ", "")
        )
        found = names.get(fold(heading)) or names.get(short)
        if found is not None:
            headings[heading] = found
    missing = {fold(heading) for heading in table()[0]} - {fold(heading) for heading in headings}
    assert len(missing) <= 2, missing
    assert same_items(decode(with_headings(headings), ECR))


def test_an_elided_list_gives_the_same_items() -> None:
    names = variants("SPEN ODS API >=1MW")
    at = names.index("... 2 ...")
    slots = [
        name.replace("_1", "_{n}").replace("cogeneration", "cogeneration_{n}")
        for name in names[at - 6 : at]
    ]
    template = [
        slot.replace("{n}", str(n)).replace("address_line", "address_line")
        for n in (2, 3)
        for slot in slots
    ]
    headings = dict(
        zip(table()[0][:57], [*names[:at], *template, *names[at + 2 :]][:57], strict=True)
    )
    assert same_items(decode(with_headings(headings), ECR))


def test_a_register_without_mpans_refuses_what_is_connected_and_reads_kilowatts() -> None:
    ours = {
        "Town/ City": "town_city",
        "Licence Area": "licence_area",
        "Energy Source 1": "energy_source_1",
        "Energy Conversion Technology 1": "energy_conversion_technology_1",
        "Energy Source & Energy Conversion Technology 1 - Registered Capacity (MW)": (
            "energy_source_energy_conversion_technology_1_registered_capacity_kw"
        ),
        "Connection Status": "connection_status",
        "Customer Site": "site_id",
    }
    assert set(ours.values()) <= set(
        variants("SPEN 50kW-1MW (kW units, 1 km coordinates, no MPAN)")
    )
    items = decode(with_headings(ours), ECR).items
    connected = [
        item for item in items if item.payload["attributes"]["connection_status"] == "connected"
    ]
    assert all("ECR-01" in [reason.rule.key for reason in item.reasons] for item in connected)
    assert items[0].payload["attributes"]["export_capacity_kw"] == 6


def same_items(decoded: Decoded) -> bool:
    """Same payloads and reasons as the published file; places name other headings, and are not compared."""
    assert not [reason for reason in decoded.reasons if reason.is_error], decoded.reasons
    for ours, theirs in zip(published().items, decoded.items, strict=True):
        assert theirs.payload == ours.payload
        assert [replace(r, place="") for r in theirs.reasons] == [
            replace(r, place="") for r in ours.reasons
        ]
    return True
