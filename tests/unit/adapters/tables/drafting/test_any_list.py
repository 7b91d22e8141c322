"""Whatever a table holds: a draft passes the checks of publication, and is the same each time."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.tables.headings import HeadingIndex
from adapters.tables.profile import profile_from_document
from adapters.tables.sheets_in import csv_sheets
from contracts.messages import Limits
from contracts.reasons import Reason, has_errors
from tests.unit.adapters.tables.drafting.drafting import LANGUAGE, drafted, written

WORDS = (
    "Capacity", "Power", "MW", "(MW)", "(kW)", "kVA", "Export", "Import", "MPAN", "Energy Source", "1", "2", "3", "{n}",
    "{unit}", "Technology", "Storage", "(MWh)", "Date", "Connected", "Status", "Postcode", "Eastings", "Northings",
    "Latitude", "Site", "ID",
    "Reference", "Serial", "No.", "é", "_", "Country", "Category", "Customer", "Name",
)  # fmt: skip
CELLS = (
    "", "0", "1.5", "5 MW", "1,234", "1200000001006", "12000000010060", "SW1A 1AA", "Solar", "Wind onshore", "battery",
    "Heat pump", "yes", "No", "2024-01-02", "03/04/2023", "n/a", "none", "England", "Connected", "LFP", "_C",
    "London Power Networks (LPN)", "22W20181005PU--J", "x" * 250, "|", "Photovoltaic", "{", "é",
)  # fmt: skip
PHRASES = (
    "Energy Source 1", "Energy Source 2", "Energy Source", "Energy Conversion Technology 1", "Energy Conversion Technology 2",
    "Capacity 1 (MW)", "Capacity 2 (MW)", "Capacity 2 (kW)", "Capacity (MW)", "Capacity (kW)", "Capacity [kW]", "Eastings",
    "Northings", "Latitude", "Longitude", "Export MPAN", "Import MPAN", "Asset ID", "Serial no.",
    "Maximum Export Capacity (MW)",
    "Maximum Export Capacity (MVA)", "Status", "Category", "Licence area", "GSP group", "Make", "Model", "Installed on",
)  # fmt: skip
HEADINGS = st.lists(
    st.one_of(
        st.sampled_from(PHRASES),
        st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join),
    ),
    min_size=1,
    max_size=14,
)


@st.composite
def tables(draw: st.DrawFn) -> bytes:
    headings = draw(HEADINGS)
    row = st.lists(st.sampled_from(CELLS), min_size=len(headings), max_size=len(headings))
    rows = draw(st.lists(row, min_size=1, max_size=6))
    return written(
        [f"The {heading}" for heading in headings], [["5", *cells[1:]] for cells in rows]
    )


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    body=tables(),
    category=st.sampled_from([None, "battery_storage", "heat_pump", "ev_charge_point"]),
)
def test_a_draft_passes_the_checks_of_publication_and_reads_its_own_file(
    body: bytes, category: str | None
) -> None:
    proposal = drafted(body, category)
    if proposal.document is None:
        assert category is None
        return
    assert LANGUAGE.profiles.check(proposal.document) == ()
    assert drafted(body, category).as_json() == proposal.as_json()
    index = HeadingIndex(profile_from_document(proposal.document))
    sheets = csv_sheets(body, index.count, Limits())
    assert not isinstance(sheets, Reason)
    layout = index.layout(sheets[0].headings, sheets[0].heading_row)
    twice = any("needs one of its own" in note for note in proposal.notes)
    assert twice or not has_errors(layout.reasons), layout.reasons
