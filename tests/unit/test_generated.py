"""What the strategies of tests/support/generated.py make is what the hub accepts."""

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.commands import parse_command
from contracts.messages import Envelope
from router.offline import validate
from tests.support import generated
from tests.support.registry import LANGUAGE

CATEGORIES = sorted(LANGUAGE.catalogue, key=lambda category: category.name)


def outcome(command: str, payload: Any) -> Any:
    event = {
        "specversion": "1.0",
        "id": "g-1",
        "source": generated.SENDER,
        "type": f"fmar.{command}.v1",
        "data": payload,
    }
    envelope = Envelope(
        message_id="g-1",
        sender=generated.SENDER,
        media_type="application/cloudevents+json",
        body=orjson.dumps(event),
        received_at=datetime(2026, 11, 24, 9, 31, tzinfo=UTC),
    )
    (result,) = validate(envelope, LANGUAGE).outcomes
    return result


@pytest.mark.parametrize("category", CATEGORIES, ids=lambda category: category.name)
@given(choice=st.data())
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
def test_generated_assets_are_accepted(category, choice):
    payload = choice.draw(generated.assets(category))
    result = outcome("asset.register", payload)
    assert result.status == "accepted", result.reasons


@pytest.mark.parametrize(
    "command",
    [
        "asset.update",
        "asset.amend",
        "asset.deregister",
        "market_unit.create",
        "market_unit.compose",
        "market_unit.deregister",
    ],
)
@given(choice=st.data())
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_generated_payloads_have_the_form_of_their_command(command, choice):
    category = choice.draw(st.sampled_from(CATEGORIES))
    payload = choice.draw(generated.payloads(command, category))
    parsed = parse_command(command, payload)
    assert not isinstance(parsed, tuple), parsed


@given(choice=st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_generated_records_have_what_a_record_has(choice):
    category = choice.draw(st.sampled_from(CATEGORIES))
    asset = choice.draw(generated.asset_records(category))
    unit = choice.draw(generated.unit_records())
    assert asset["kind"] == "asset"
    assert unit["kind"] == "market_unit"
    assert {"id", "version", "status", "valid_from", "recorded_at"} <= asset.keys() & unit.keys()
