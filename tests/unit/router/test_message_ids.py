"""Transport and document agree on what both say (MSG-06)."""

from datetime import UTC, datetime

import orjson
import pytest

from contracts.messages import Envelope
from router.bootstrap import language
from router.pipeline.reading import read

LANGUAGE = language()
ORGANISATION, OTHER = "O-Q4W1-N8Z6-R2CJ-3", "O-7K3Q-9M2T-8X4B-0"


def rules(
    *, transport_id: str = "", transport_for: str | None = None, document_for: str | None = None
) -> list[str]:
    event = {
        "specversion": "1.0",
        "id": "m-1",
        "source": "/acme",
        "type": "fmar.asset.deregister.v1",
        "data": {"asset": {"ref": "HP"}},
    }
    if document_for:
        event["subject"] = document_for
    envelope = Envelope(
        message_id=transport_id,
        sender="acme",
        media_type="application/cloudevents+json",
        body=orjson.dumps(event),
        received_at=datetime(2026, 11, 24, tzinfo=UTC),
        on_behalf_of=transport_for,
    )
    return [
        reason.rule.key for reason in read(envelope, LANGUAGE.adapters, LANGUAGE.limits).reasons
    ]


@pytest.mark.parametrize("transport_id", ["", "m-1"])
def test_an_id_that_stands_once_or_twice_alike_is_the_message_s(transport_id):
    assert rules(transport_id=transport_id) == []


def test_another_id_in_the_transport_is_refused():
    assert rules(transport_id="m-2") == ["MSG-06"]


def test_another_organisation_to_act_for_is_refused():
    assert rules(transport_for=ORGANISATION, document_for=ORGANISATION) == []
    assert rules(transport_for=ORGANISATION, document_for=OTHER) == ["MSG-06"]
