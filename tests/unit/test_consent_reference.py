"""CONSENT-01, which no category of version 1.0 asks for: shown on one that would."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from contracts.commands import parse_command
from contracts.visibility import Principal
from registry_store.rules.asset_statement import statement_reasons
from registry_store.rules.decision import Context
from registry_store.rules.state import State
from router.bootstrap import language
from tests.support.registry import heat_pump

LANGUAGE = language()
NOW = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.mark.parametrize(
    ("asks", "members", "expected"),
    [(True, {}, ["CONSENT-01"]), (True, {"consent_reference": "C-1"}, []), (False, {}, [])],
)
def test_a_category_may_ask_for_the_consent_of_the_owner(asks, members, expected):
    category = LANGUAGE.catalogue.effective("heat_pump", NOW)
    assert category is not None
    asking = replace(category, requires_consent=asks)
    context = Context(
        LANGUAGE.setting(NOW, bytes(32)), "acme", "m-1", "", "", Principal("O-0000-0000-0000-0")
    )
    command = parse_command("asset.register", heat_pump(**members))
    found = statement_reasons(command, asking, State(), context)
    assert [reason.rule.key for reason in found] == expected
