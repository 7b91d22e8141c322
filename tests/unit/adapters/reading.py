"""What the tests of adapters share: envelopes, the profiles of the repository, small tables."""

import csv
import io
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from adapters import adapter_for, adapters
from adapters.tables.profile import Profile, profile_from_document
from contracts.messages import Decoded, Envelope, Item, Limits

ROOT = Path(__file__).parents[3]
PROFILES = ROOT / "schemas" / "json" / "profiles"
STATED = date(2022, 4, 30)


def real_data(name: str) -> Path:
    """A file of the data that nobody of the project wrote; the test is skipped where it is absent."""
    folder = Path(os.environ.get("HUB_TEST_DATA", ROOT.parent / "shared" / "data"))
    path = folder / name
    if not path.exists():
        pytest.skip(f"no {name}; HUB_TEST_DATA may name the folder")
    return path


@lru_cache(maxsize=1)
def ecr() -> Profile:
    return profile_from_document(json.loads((PROFILES / "ecr" / "1.0.json").read_bytes()))


def decode(
    body: bytes | str,
    media_type: str,
    *,
    profiles: Iterable[Profile] = (),
    limits: Limits | None = None,
    statement_date: date | None = STATED,
    event_type: str | None = None,
) -> Decoded:
    """The answer of the adapter for the media type."""
    envelope = Envelope(
        message_id="",
        sender="acme",
        media_type=media_type,
        body=body if isinstance(body, bytes) else body.encode(),
        received_at=datetime(2026, 11, 24, 9, 30, tzinfo=UTC),
        statement_date=statement_date,
        event_type=event_type,
    )
    adapter = adapter_for(adapters(profiles or [ecr()]), media_type)
    assert adapter is not None
    return adapter.decode(envelope, limits or Limits())


def csv_text(rows: Sequence[Sequence[str]], separator: str = ",") -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=separator).writerows(rows)
    return text.getvalue()


#: A connected solar farm and what it lacks of the register's columns; MPANs are made up.
PLANT = {
    "Export MPAN / MSID": "1099999999990",
    "Customer Name": "Example Solar Ltd",
    "Customer Site": "Mill Farm",
    "Address Line 1": "Mill Lane",
    "Town/ City": "Exampleton",
    "County": "Norfolk",
    "Postcode": "NR10 5DP",
    "Country": "England",
    "Location (X-coordinate): Eastings (where data is held)": "626600",
    "Location (y-coordinate): Northings (where data is held)": "324300",
    "Grid Supply Point": "NORWICH MAIN 132kV",
    "Bulk Supply Point": "THORPE GRID 132/33kV",
    "Primary": "SCOTTOW PRIMARY 33kV",
    "Point of Connection (POC) Voltage (kV)": "33kV",
    "Licence Area": "Eastern Power Networks (EPN)",
    "Energy Source 1": "Solar",
    "Energy Conversion Technology 1": "Photovoltaic",
    "CHP Cogeneration (Yes/No)": "No",
    "Storage Capacity 1 (MWh)": "",
    "Energy Source & Energy Conversion Technology 1 - Registered Capacity (MW)": "5.0",
    "Energy Source 2": "",
    "Energy Conversion Technology 2": "",
    "Storage Capacity 2 (MWh)": "",
    "Energy Source & Energy Conversion Technology 2 - Registered Capacity (MW)": "",
    "Flexible Connection (Yes/No)": "No",
    "Connection Status": "Connected",
    "Maximum Export Capacity (MW)": "4.5",
    "Maximum Import Capacity (MW)": "0.1",
    "Date Connected": "2016-10-01",
    "Change to Maximum Export Capacity (MW)": "",
    "Change to Maximum Import Capacity (MW)": "",
    "Date Accepted": "",
    "Target Energisation Date": "",
    "Longitude": "",
    "Latitude": "",
}
CAPACITY_1 = "Energy Source & Energy Conversion Technology 1 - Registered Capacity (MW)"
CAPACITY_2 = "Energy Source & Energy Conversion Technology 2 - Registered Capacity (MW)"
VOLTAGE = "Point of Connection (POC) Voltage (kV)"
EASTINGS = "Location (X-coordinate): Eastings (where data is held)"
PLANNED = {
    "Export MPAN / MSID": "Data not available",
    "Connection Status": "Accepted to Connect",
    "Date Connected": "",
    "Maximum Export Capacity (MW)": "",
    "Change to Maximum Export Capacity (MW)": "4.5",
    "Date Accepted": "2021-06-30",
}


def register(*changes: Mapping[str, str], separator: str = ",") -> str:
    """A capacity register with one row per argument: the plant, with these cells changed."""
    rows = [{**PLANT, **change} for change in changes]
    headings = list(dict.fromkeys(heading for row in rows for heading in row))
    cells = [[row.get(heading, "") for heading in headings] for row in rows]
    return csv_text([headings, *cells], separator)


def read_register(*changes: Mapping[str, str]) -> tuple[Item, ...]:
    decoded = decode(register(*changes), "text/csv; profile=ecr")
    assert not decoded.reasons, decoded.reasons
    return decoded.items


def rules(item: Item) -> list[str]:
    return sorted(f"{reason.rule.key} {reason.severity.value}" for reason in item.reasons)


def attributes(item: Item) -> Mapping[str, Any]:
    attributes: Mapping[str, Any] = item.payload["attributes"]
    return attributes
