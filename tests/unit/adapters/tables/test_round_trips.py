"""What is written as a table is read back as the same payloads, and ends in the same canonical records."""

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.canonical import canonical_json
from contracts.categories import Category
from contracts.documents import Entry
from contracts.messages import Envelope
from router.offline import Validation, validate
from tests.support import generated
from tests.unit.adapters.tables.speaking import (
    CATEGORIES,
    LANGUAGE,
    MEDIA_TYPES,
    NOW,
    as_set,
    back,
    category,
    envelope,
    pairs,
    written,
)

COMMANDS = ("asset.register", "asset.update", "asset.record")
UNIT_COMMANDS = ("market_unit.create", "market_unit.compose", "market_unit.record")
few = settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def entries(command: str, of: Category) -> st.SearchStrategy[list[Entry]]:
    one = generated.payloads(command, of).map(lambda payload: Entry(command, payload))
    return st.lists(one, min_size=1, max_size=3)


@pytest.mark.parametrize("media_type", MEDIA_TYPES)
@pytest.mark.parametrize("name", sorted(CATEGORIES))
@given(data=st.data())
@few
def test_assets_of_every_category_come_back(
    media_type: str, name: str, data: st.DataObject
) -> None:
    command = data.draw(st.sampled_from(COMMANDS))
    some = data.draw(entries(command, category(name)))
    assert as_set(back(media_type, *some)) == as_set(pairs(some))


@pytest.mark.parametrize("media_type", MEDIA_TYPES)
@pytest.mark.parametrize("command", UNIT_COMMANDS)
@given(data=st.data())
@settings(few, max_examples=40)
def test_market_units_come_back(media_type: str, command: str, data: st.DataObject) -> None:
    some = data.draw(entries(command, category("hydro")))
    assert back(media_type, *some) == pairs(some)


@pytest.mark.parametrize("media_type", MEDIA_TYPES)
@given(data=st.data())
@settings(few, max_examples=40)
def test_a_mixed_document_comes_back(media_type: str, data: st.DataObject) -> None:
    some = [
        each
        for command in data.draw(st.lists(st.sampled_from((*COMMANDS, *UNIT_COMMANDS)), max_size=4))
        for each in data.draw(entries(command, data.draw(st.sampled_from([*CATEGORIES.values()]))))
    ]
    some.append(Entry("organisation.record", {"kind": "organisation", "id": "O-1"}))
    some.append(Entry("asset.record", {"kind": "asset", "id": "A-1"}))
    assert as_set(back(media_type, *some)) == as_set(pairs(some))


def records(result: Validation) -> list[bytes]:
    assert result.is_usable, result.reasons
    assert [o.status for o in result.outcomes] == ["accepted"] * len(result.outcomes), (
        result.outcomes
    )
    return [canonical_json(record) for record in result.records]


@pytest.mark.parametrize("media_type", MEDIA_TYPES)
@pytest.mark.parametrize("name", sorted(CATEGORIES))
@given(data=st.data())
@few
def test_the_record_is_that_of_the_json_form(
    media_type: str, name: str, data: st.DataObject
) -> None:
    payload = data.draw(generated.assets(category(name)))
    event = {
        "specversion": "1.0", "id": "m", "source": "s", "type": "fmar.asset.register.v1", "data": payload
    }  # fmt: skip
    json = Envelope("", "acme", "application/cloudevents+json", orjson.dumps(event), NOW)
    table = envelope(*written(media_type, Entry("asset.register", payload)))
    assert records(validate(table, LANGUAGE)) == records(validate(json, LANGUAGE))


@pytest.mark.parametrize("media_type", MEDIA_TYPES)
def test_the_same_document_gives_the_same_bytes(media_type: str) -> None:
    entry = Entry("asset.register", {"category": "hydro", "attributes": {"head_m": 7.4}})
    assert written(media_type, entry) == written(media_type, entry)


@pytest.mark.parametrize("media_type", MEDIA_TYPES)
def test_a_record_that_is_sent_in_is_refused_by_name(media_type: str) -> None:
    record = {"kind": "asset", "id": "A-1", "category": "hydro"}
    result = validate(envelope(*written(media_type, Entry("asset.record", record))), LANGUAGE)
    (reason,) = result.outcomes[0].reasons
    assert (reason.rule.key, "asset.record" in reason.text) == ("MSG-10", True)
