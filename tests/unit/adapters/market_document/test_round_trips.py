"""What is written is read back as the same payload, and ends in the same record as the JSON form."""

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.canonical import canonical_json
from contracts.documents import Document, Entry
from router.offline import validate
from tests.support import generated
from tests.support.registry import LANGUAGE
from tests.unit.adapters.market_document.documents import (
    CATEGORIES,
    HEADER,
    decoded,
    envelope,
    written,
)

COMMANDS = [
    "asset.register",
    "asset.update",
    "asset.amend",
    "asset.deregister",
    "asset.record",
    "market_unit.create",
    "market_unit.compose",
    "market_unit.deregister",
    "market_unit.record",
]
_settings = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("command", COMMANDS)
@given(choice=st.data())
@_settings
def test_what_is_written_is_read_back(command, choice):
    payloads = choice.draw(
        st.lists(
            st.sampled_from(CATEGORIES).flatmap(lambda c: generated.payloads(command, c)),
            min_size=1,
            max_size=3,
        )
    )
    body = written(*(Entry(command, payload) for payload in payloads))
    read = decoded(body)
    assert read.reasons == ()
    assert [item.reasons for item in read.items] == [()] * len(payloads)
    assert [item.command for item in read.items] == [command] * len(payloads)
    assert [generated.plain(item.payload) for item in read.items] == generated.plain(payloads)


@pytest.mark.parametrize("category", CATEGORIES, ids=lambda category: category.name)
@given(choice=st.data())
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_record_is_that_of_the_json_form(category, choice):
    payload = choice.draw(generated.assets(category))
    event = {
        "specversion": "1.0",
        "id": "m-1",
        "source": generated.SENDER,
        "type": "fmar.asset.register.v1",
        "data": payload,
    }
    by_json = validate(envelope(orjson.dumps(event), "application/cloudevents+json"), LANGUAGE)
    by_xml = validate(envelope(written(Entry("asset.register", payload))), LANGUAGE)
    assert [outcome.status for outcome in by_xml.outcomes] == ["accepted"]
    assert canonical_json(by_xml.records) == canonical_json(by_json.records)


@given(choice=st.data())
@_settings
def test_the_same_document_gives_the_same_bytes(choice):
    category = choice.draw(st.sampled_from(CATEGORIES))
    payload = choice.draw(generated.assets(category))
    document = Document(HEADER, (Entry("asset.register", payload),))
    assert written(*document.entries) == written(*document.entries)
