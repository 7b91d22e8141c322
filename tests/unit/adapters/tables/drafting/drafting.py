"""What the tests of drafts share: a draft of a small table, by the hub's own categories and profiles."""

import io
from collections.abc import Sequence
from csv import writer
from datetime import UTC, datetime
from typing import Any

from adapters.tables.drafting.proposal import Asked, Proposal, propose
from adapters.tables.sheets_in import csv_sheets
from contracts.messages import Limits
from contracts.reasons import Reason
from router.bootstrap import language, profiles
from router.mapping_trials import headings_of_anything

LANGUAGE = language()
NOW = datetime(2026, 11, 1, tzinfo=UTC)
CATEGORIES = [
    category
    for name in LANGUAGE.catalogue.names()
    if (category := LANGUAGE.catalogue.effective(name, NOW)) is not None
]
SHIPPED = profiles()


def written(headings: Sequence[str], rows: Sequence[Sequence[str]], separator: str = ",") -> bytes:
    text = io.StringIO()
    writer(text, delimiter=separator).writerows([headings, *rows])
    return text.getvalue().encode()


def drafted(body: bytes, category: str | None = None, *, file_name: str = "list.csv") -> Proposal:
    sheets = csv_sheets(body, headings_of_anything, Limits())
    assert not isinstance(sheets, Reason), sheets
    chosen = next((each for each in CATEGORIES if each.name == category), None)
    return propose(sheets, Asked("acme-list", file_name, chosen), CATEGORIES, SHIPPED)


def columns(proposal: Proposal) -> dict[str, str]:
    """Heading -> member."""
    return {each["heading"]: each["to"] for each in proposal.as_json()["columns"]}


def document(proposal: Proposal) -> dict[str, Any]:
    assert proposal.document is not None, proposal.guess
    return proposal.document
