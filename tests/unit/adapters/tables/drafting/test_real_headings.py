"""Drafts of the register as its publishers spell it, held against what its own profile takes each column for.

With the words of the shipped profile and without them: the second is what a layout gets that nobody has seen.
"""

import json
from typing import Any

import pytest

from adapters.tables.drafting.choosing import choose
from adapters.tables.drafting.observed import Observed, columns_of
from adapters.tables.drafting.slots import slots_in
from adapters.tables.drafting.targets import targets_of
from adapters.tables.drafting.vocabulary import Vocabulary
from adapters.tables.folding import fold
from adapters.tables.headings import HeadingIndex
from adapters.tables.profile import Profile
from adapters.tables.sheets_in import csv_sheets
from contracts.messages import Limits
from contracts.reasons import Reason
from router.mapping_trials import headings_of_anything
from tests.unit.adapters.reading import ecr, real_data
from tests.unit.adapters.tables.drafting.drafting import CATEGORIES, SHIPPED

REGISTER = "ecr/ukpn_ecr_2022-04.csv"
WAYS = [(way, unit) for way in ("export", "import") for unit in ("kw", "kva")]
#: Column of the shipped profile -> the member that a column stands for; None: for nothing that an item carries.
MEANT: dict[str, str | None] = {
    **dict.fromkeys(("export_mpan", "import_mpan"), "/accounting_point/id"),
    **{name: name for name in ("eastings", "northings")},
    **{f"maximum_{way}_{unit}": f"/attributes/site_{way}_limit_{unit}" for way, unit in WAYS},
    **{f"{way}_change_{unit}": None for way, unit in WAYS},
    "longitude": "/attributes/longitude",
    "latitude": "/attributes/latitude",
    "storage_capacity": "/attributes/energy_capacity_kwh",
    "site_id": "/refs/0/ref",
}
#: Of what the profile leaves out on purpose, what a draft may well propose.
ALLOWED = {fold("Customer Name"): "/attributes/customer_name"}


def meant(profile: Profile, headings: list[str]) -> dict[str, str | None]:
    """Heading -> the member that it stands for, of those that the shipped profile knows."""
    layout = HeadingIndex(profile).layout(headings, 1)
    known = {m.heading: MEANT.get(m.column.name, m.column.to) for m in layout.matches}
    dropped = {heading: None for heading in headings if fold(heading) in profile.dropped}
    return {**dropped, **known}


def proposed(columns: tuple[Observed, ...], known: list[Profile]) -> dict[str, str]:
    """Heading -> the member that a draft takes it for."""
    targets = targets_of(CATEGORIES, known)
    own = frozenset(fold(phrase) for target in targets for phrase in target.phrases)
    _, slots = slots_in(columns, own)
    chosen, _ = choose(columns, slots, targets, Vocabulary(known))
    return {heading: each.fit.target.pointer for each in chosen for heading in each.headings}


def wrong(headings: list[str], rows: list[Any], known: list[Profile]) -> tuple[list[str], int]:
    """(headings that are taken for something else than they stand for, how many were looked at)."""
    expected = meant(ecr(), headings)
    found = proposed(columns_of(headings, rows), known)
    return [
        f"{heading}: {found.get(heading)} for {pointer}"
        for heading, pointer in expected.items()
        if found.get(heading) not in (pointer, ALLOWED.get(fold(heading)))
        or (found.get(heading) is None and pointer is not None)
    ], len(expected)


@pytest.mark.parametrize(("known", "least"), [(SHIPPED, 0.98), ([], 0.9)], ids=["with", "without"])
def test_columns_of_the_real_register_are_told(known: list[Profile], least: float) -> None:
    sheets = csv_sheets(real_data(REGISTER).read_bytes(), headings_of_anything, Limits())
    assert not isinstance(sheets, Reason)
    rows = [cells for _, cells in sheets[0].rows if not isinstance(cells, Reason)]
    mistakes, count = wrong([h.strip() for h in sheets[0].headings], rows, known)
    assert count >= 57
    assert (count - len(mistakes)) / count >= least, mistakes


@pytest.mark.parametrize(("known", "least"), [(SHIPPED, 0.98), ([], 0.88)], ids=["with", "without"])
def test_headings_alone_are_told_as_every_publisher_spells_them(
    known: list[Profile], least: float
) -> None:
    published: dict[str, list[str]] = json.loads(real_data("ecr/header_variants.json").read_bytes())
    looked_at = right = 0
    for headings in published.values():
        mistakes, count = wrong([heading.strip() for heading in headings], [], known)
        looked_at, right = looked_at + count, right + count - len(mistakes)
    assert looked_at > 300
    assert right / looked_at >= least
