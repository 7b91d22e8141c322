"""CONSENT-01, which no category of version 1.0 asks for: shown on one that would."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from contracts.categories import Catalogue
from contracts.commands import parse_command
from contracts.visibility import Principal
from registry_store.rules.asset_statement import state_asset, statement_reasons
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
    asking = Catalogue((replace(category, requires_consent=asks),))
    setting = replace(LANGUAGE.setting(NOW, bytes(32)), catalogue=asking)
    context = Context(setting, "acme", "m-1", "", "", Principal("O-0000-0000-0000-0"))
    command = parse_command("asset.register", heat_pump(**members))
    found = statement_reasons(state_asset(command, context), State())
    assert [reason.rule.key for reason in found] == expected
