"""Market units in a validation without servers: what the file says is decided, the rest is assumed."""

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from contracts.identifiers import public_id
from contracts.messages import Envelope
from router.offline import Validation, validate
from tests.support.market_units import member
from tests.support.registry import LANGUAGE, heat_pump

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


def validated(*items: dict[str, Any]) -> Validation:
    body = {"specversion": "1.0", "id": "m", "source": "acme", "type": "fmar.items.v1"}
    return validate(
        Envelope(
            message_id="m",
            sender="acme",
            media_type="application/cloudevents+json",
            body=orjson.dumps(body | {"data": {"items": items}}),
            received_at=NOW,
        ),
        LANGUAGE,
    )


def pump(ref: str, point: int, **members: Any) -> dict[str, Any]:
    return {"command": "asset.register", **heat_pump(ref, point, refs=[{"ref": ref}], **members)}


def unit(name: str, *members: Any, type: str = "spg", **more: Any) -> dict[str, Any]:
    listed = [member(each) for each in members]
    return {"command": "market_unit.create", "type": type, "name": name, "members": listed, **more}


def found(result: Validation) -> list[list[tuple[str, str]]]:
    return [[(r.rule.key, r.path) for r in outcome.reasons] for outcome in result.outcomes]


def test_members_are_shown_as_the_sender_names_them_and_totals_as_far_as_known():
    result = validated(pump("A", 1), unit("East", "A", "B", "A-7K3Q-9M2T-8X4B-T"))
    assert found(result) == [[], []]
    at = "2026-11-24T09:30:00Z"
    assert result.records[1] == {
        "kind": "market_unit",
        "status": "active",
        "type": "spg",
        "name": "East",
        "members": [
            {"asset": {"party": "acme", "ref": "A"}, "valid_from": at},
            {"asset": {"party": "acme", "ref": "B"}, "valid_from": at},
            {"asset": "A-7K3Q-9M2T-8X4B-T", "valid_from": at},
        ],
        "totals": {"up_kw": 3.5, "down_kw": 3.5},
    }


def test_an_fsp_that_is_named_is_shown():
    fsp = public_id("organisation", 7)
    result = validated(pump("A", 1, fsp=fsp), unit("East", "A", fsp=fsp))
    assert found(result) == [[], []]
    assert result.records[1]["fsp"] == fsp
    other = validated(pump("A", 1, fsp=public_id("organisation", 8)), unit("East", "A", fsp=fsp))
    assert found(other) == [[], [("UNIT-02", "/members/0")]]


def test_what_the_file_itself_makes_wrong_is_found():
    result = validated(
        pump("A", 1),
        pump("B", 2),
        unit("East", "A", "C", refs=[{"ref": "E"}]),
        unit("West", "B", "C", "B"),
        unit("East", "D"),
        unit("House", "B", "A", type="spu"),
        unit("Nobody"),
    )
    assert found(result)[2:] == [
        [],
        [("UNIT-02", "/members/1"), ("UNIT-02", "/members/2")],
        [("UNIT-04", "/name")],
        [("UNIT-02", "/members/1"), ("UNIT-03", "/members/1")],
        [("UNIT-01", "/members")],
    ]
    texts = [reason.text for reason in result.outcomes[3].reasons]
    assert texts[0].startswith("acme/C is in market unit E from")
    assert texts[1] == "B stands in the list twice for the same time"


def test_an_spu_of_assets_that_only_the_hub_knows_is_assumed_to_be_one():
    assert found(validated(unit("House", "X", "Y", type="spu"))) == [[]]
    assert found(validated(pump("A", 1), unit("House", "X", "A", type="spu"))) == [[], []]


def test_a_date_that_is_still_to_come_is_that_of_the_members():
    result = validated(unit("East", "X", valid_from="2031-01-01T00:00:00Z"))
    assert result.records[0]["members"][0]["valid_from"] == "2031-01-01T00:00:00Z"


@pytest.mark.parametrize(
    ("members", "reasons"),
    [
        (["X", "Y"], []),
        ([], [("UNIT-01", "/members")]),
        (["X", "Y", "X"], [("UNIT-02", "/members/2")]),
    ],
)
def test_the_list_of_a_unit_that_only_the_hub_knows_is_checked(members, reasons):
    compose = {
        "command": "market_unit.compose",
        "market_unit": {"ref": "EAST"},
        "members": [member(each) for each in members],
    }
    assert found(validated(compose)) == [reasons]


def test_a_unit_that_the_file_makes_is_composed_as_the_hub_would():
    compose = {
        "command": "market_unit.compose",
        "market_unit": {"ref": "E"},
        "members": [member("X")],
        "valid_from": "2026-01-01T00:00:00Z",
    }
    made = unit("East", "X", refs=[{"ref": "E"}], valid_from="2026-06-01T00:00:00Z")
    assert found(validated(made, compose)) == [[], [("REC-06", "/valid_from")]]
    later = {**compose, "valid_from": "2026-07-01T00:00:00Z", "members": [member("Y")]}
    freed = unit("West", "X", valid_from="2026-08-01T00:00:00Z")
    assert found(validated(made, later, freed)) == [[], [], []]
