"""What a batch's policy makes of the registrations in it."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from contracts.batches import Policy
from contracts.messages import Item
from router.pipeline.excerpts import as_wanted, source_of

RECEIVED = datetime(2026, 11, 24, 23, 59, tzinfo=UTC)
SOURCE = {"system": "file:acme", "revision": "2026-11-01"}


def wanted(policy: Policy, command: str = "asset.register", **payload: Any) -> dict[str, Any]:
    return dict(as_wanted(Item(1, "row 2", command, payload), policy, SOURCE).payload)


@pytest.mark.parametrize("existing", ["refuse", "update"])
def test_a_policy_overrules_what_a_row_states(existing: Any):
    for stated in ({}, {"on_existing": "refuse"}, {"on_existing": "update"}):
        assert wanted(Policy(existing=existing), **stated)["on_existing"] == existing


def test_as_stated_leaves_a_row_alone():
    assert wanted(Policy(), on_existing="update") == {"on_existing": "update"}


def test_an_update_has_the_file_as_its_source_unless_it_names_one():
    own = {"system": "ecr:ukpn", "revision": "2026-10-01"}
    assert wanted(Policy(existing="update"))["source"] == SOURCE
    assert wanted(Policy(existing="update"), source=own)["source"] == own
    assert "source" not in wanted(Policy(existing="refuse"))


def test_other_commands_stay_as_they_are():
    assert wanted(Policy(existing="update"), "asset.update", asset="A") == {"asset": "A"}


def test_a_file_without_a_date_speaks_of_the_day_on_which_it_came():
    assert source_of("acme", date(2026, 11, 1), RECEIVED) == SOURCE
    assert source_of("acme", None, RECEIVED)["revision"] == "2026-11-24"
