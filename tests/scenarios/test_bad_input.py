"""Whatever comes in is answered with reasons, and nothing of it is half done.

The doors' own refusals (headers, expiry, compression) are with the doors' tests; here is what every
door hands on.
"""

import json
import os
import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.canonical import canonical_json
from contracts.messages import Envelope
from contracts.receipts import timestamp
from tests.support.registry import Registry, event, heat_pump, receipt, rules

STRUCTURED, BATCH, BINARY = (
    "application/cloudevents+json",
    "application/cloudevents-batch+json",
    "application/json",
)
CSV = "text/csv; profile=ecr"
HEADINGS = (
    "Licence Area,Connection Status,Energy Source 1,Energy Conversion Technology 1,"
    "Energy Source & Energy Conversion Technology 1 - Registered Capacity (MW)"
)
#: Of the mutated examples, so many are also cut off.
CUT_OFF_PART = 0.1
MUTATED_SECONDS = float(os.environ.get("FMAR_MUTATION_SECONDS", "60"))


def wire(data: str, id: str = "b-1", kind: str = "fmar.asset.register.v1") -> bytes:
    """A structured event whose data is written as it is."""
    head = f'"specversion": "1.0", "id": "{id}", "source": "/acme", "type": "{kind}"'
    return f'{{{head}, "data": {data}}}'.encode()


def pump(**members: Any) -> str:
    return json.dumps(heat_pump(**members))


def with_attribute(written: str) -> bytes:
    """A registration with `import_capacity_kw` as it is written here."""
    return wire(pump().replace('"import_capacity_kw": 3.5', f'"import_capacity_kw": {written}'))


#: what is wrong -> (media type, body, a rule that must be among the reasons)
BAD: dict[str, tuple[str, bytes, str]] = {
    "nothing at all": (STRUCTURED, b"", "MSG-02"),
    "no media type": ("", wire(pump()), "MSG-01"),
    "a media type nobody reads": ("application/x-cobol", wire(pump()), "MSG-01"),
    "a table under the type of an event": (STRUCTURED, f"{HEADINGS}\nEPN\n".encode(), "MSG-02"),
    "a table without its profile": ("text/csv", f"{HEADINGS}\n".encode(), "MSG-01"),
    "cut off in the middle": (STRUCTURED, wire(pump())[:-40], "MSG-02"),
    "nested 30,000 deep": (STRUCTURED, wire("[" * 30_000 + "]" * 30_000), "MSG-03"),
    "nested 30,000 deep and never closed": (STRUCTURED, b'{"a":' * 30_000, "MSG-03"),
    "a member twice": (STRUCTURED, wire('{"category": "heat_pump", "category": "solar_pv"}'), "MSG-12"),
    "a number of 400 digits": (STRUCTURED, with_attribute("9" * 400), "MSG-03"),
    "a number out of any range": (STRUCTURED, with_attribute("1e400"), "MSG-03"),
    "not a number": (STRUCTURED, with_attribute("NaN"), "MSG-02"),
    "infinity": (STRUCTURED, with_attribute("-Infinity"), "MSG-02"),
    "bytes that are no UTF-8": (STRUCTURED, wire(pump()).replace(b"ACME", b"AC\xff\xfeME"), "MSG-02"),
    "half a surrogate pair": (STRUCTURED, wire(pump()).replace(b"ACME", b"\\ud800"), "MSG-02"),
    "a NUL in a string": (STRUCTURED, wire(pump()).replace(b"ACME", b"A\\u0000E"), "ITEM-04"),
    "an array where an event is due": (STRUCTURED, b"[]", "MSG-13"),
    "an event where a batch is due": (BATCH, wire(pump()), "MSG-13"),
    "an empty batch": (BATCH, b"[]", "MSG-11"),
    "a command nobody knows": (STRUCTURED, wire("{}", kind="fmar.asset.explode.v1"), "MSG-10"),
    "no type in binary mode": (BINARY, pump().encode(), "MSG-13"),
    "a category nobody knows": (STRUCTURED, wire(pump(category="perpetuum_mobile")), "CAT-01"),
    "a version nobody knows": (STRUCTURED, wire(pump(category_version="9.9")), "CAT-01"),
    "ragged rows only": (CSV, f"{HEADINGS}\nEPN,Connected,Wind\n".encode(), "TAB-01"),
    "headings twice": (CSV, f"{HEADINGS},Licence Area\nEPN,Connected,Wind,Other,1,LPN\n".encode(), "TAB-02"),
    "a table of no text": (CSV, bytes(range(256)) * 4, "MSG-02"),
}  # fmt: skip


def envelope(media_type: str, body: bytes, message_id: str, **members: Any) -> Envelope:
    return Envelope(
        message_id=message_id, sender="acme", media_type=media_type, body=body, received_at=datetime.now(UTC),
        statement_date=date(2026, 11, 1), **members,
    )  # fmt: skip


def counts(registry: Registry) -> tuple[Any, ...]:
    """How much of everything a message may leave behind there is."""
    tables = ("change", "record", "record_version", "record_key", "record_ref", "dead_letter")
    return registry.query(
        f"SELECT {', '.join(f'(SELECT count(*) FROM {name})' for name in tables)}"
    )[0]


def change_count(registry: Registry) -> int:
    return int(registry.query("SELECT count(*) FROM change")[0][0])


@pytest.fixture(scope="module")
def long_lived(module_database: Any) -> Iterator[Registry]:
    """One registry for thousands of messages; in the end its log is whole."""
    registry = Registry(module_database.url)
    registry.add_partner("acme", "fsp")
    yield registry
    report = registry.audit()
    assert report.is_clean, report.findings
    registry.close()


@pytest.mark.parametrize("wrong", BAD)
def test_bad_input_is_refused_with_its_rule_and_leaves_nothing_behind(
    long_lived: Registry, wrong: str
) -> None:
    media_type, body, rule = BAD[wrong]
    before = counts(long_lived)
    # A file is known by its content and brings its id along; everything else is given one here.
    message_id = "" if media_type == CSV else f"bad: {wrong}"
    body = body.replace(b'"b-1"', json.dumps(message_id).encode())
    answer = long_lived.receipt_of(envelope(media_type, body, message_id))
    assert answer["status"] == "rejected"
    assert rule in rules(answer), answer
    assert counts(long_lived) == before


def test_what_could_not_be_read_is_archived_and_answered_alike_when_sent_again(
    registry: Registry,
) -> None:
    first = registry.receipt_of(envelope(STRUCTURED, b"\x00\xff{", "b-1"))
    assert registry.receipt_of(envelope(STRUCTURED, b"\x00\xff{", "b-1")) == first
    bodies = registry.query(
        "SELECT b.body FROM message m JOIN message_body b ON b.row = m.body WHERE m.message_id = 'b-1'"
    )
    assert [bytes(body) for (body,) in bodies] == [b"\x00\xff{"]


def test_a_message_id_used_before_with_other_content_is_refused_and_the_first_receipt_stands(
    registry: Registry,
) -> None:
    first = registry.send("acme", "asset.register", heat_pump("A8-1", 1), "m-1")
    other = registry.send("acme", "asset.register", heat_pump("A8-2", 2), "m-1")
    assert (first["status"], other["status"]) == ("accepted", "rejected")
    assert rules(other) == ["MSG-05"]
    assert registry.send("acme", "asset.register", heat_pump("A8-1", 1), "m-1") == first


def test_the_same_id_twice_in_one_group_is_one_message(registry: Registry) -> None:
    twice = [event("acme", "asset.register", heat_pump("A8-1", point), "m-1") for point in (1, 2)]
    first, second = (receipt(answer) for answer in registry.pipeline.process(twice))
    assert (first["status"], rules(second)) == ("accepted", ["MSG-05"])


@pytest.mark.parametrize(("minutes", "expected"), [(4, []), (6, ["MSG-08"])])
def test_a_clock_that_runs_ahead_is_tolerated_for_five_minutes(
    registry: Registry, minutes: int, expected: list[str]
) -> None:
    sent = datetime.now(UTC) + timedelta(minutes=minutes)
    body = orjson.loads(event("acme", "asset.register", heat_pump(), "m-1").body)
    body["time"] = timestamp(sent)
    assert rules(registry.receipt_of(envelope(STRUCTURED, orjson.dumps(body), "m-1"))) == expected


def test_a_bad_message_takes_none_of_its_group_along(registry: Registry) -> None:
    good = [event("acme", "asset.register", heat_pump(f"A8-{n}", n), f"g-{n}") for n in range(1, 4)]
    bad = [
        envelope(media_type, body, f"x-{n}") for n, (media_type, body, _) in enumerate(BAD.values())
    ]
    answers = [receipt(each) for each in registry.pipeline.process([good[0], *bad, *good[1:]])]
    assert [answer["status"] for answer in answers] == [
        "accepted",
        *["rejected"] * len(bad),
        "accepted",
        "accepted",
    ]


def test_one_bad_item_is_refused_alone_and_all_of_its_reasons_are_given(registry: Registry) -> None:
    wrong = heat_pump(
        "A8-2", 2, attributes={"import_capacity_kw": -1, "scop": "warm", "colour": "red"}
    )
    answer = registry.send(
        "acme", "asset.register", {"items": [heat_pump("A8-1", 1), wrong, heat_pump("A8-3", 3)]}
    )
    assert [item["status"] for item in answer["items"]] == ["accepted", "rejected", "accepted"]
    assert answer["status"] == "partially_accepted"
    found = {(reason["rule"], reason["path"]) for reason in answer["items"][1]["reasons"]}
    assert found >= {
        ("SCH-RANGE", "/attributes/import_capacity_kw"),
        ("SCH-TYPE", "/attributes/scop"),
        ("SCH-UNKNOWN", "/attributes/colour"),
    }


def assert_answered(registry: Registry, media_type: str, body: bytes, **members: Any) -> None:
    """One receipt, with a status and reasons that can be read; and changes exactly where it says so."""
    before = change_count(registry)
    answer = registry.receipt_of(envelope(media_type, body, registry.new_message_id(), **members))
    canonical_json(answer)
    changed = sum(item["status"] == "accepted" for item in answer["items"])
    assert change_count(registry) == before + changed
    assert answer["status"] != "rejected" or rules(answer)
    assert "MSG-14" not in rules(answer), "the hub failed on it"


names = st.sampled_from(
    ["category", "attributes", "network", "accounting_point", "refs", "valid_from", "items"]
)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
    | st.sampled_from(["heat_pump", "2026-01-01T00:00:00Z", "O-0000-0000-0000-0"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names | st.text(max_size=5), inner, max_size=4),
    max_leaves=10,
)  # fmt: skip
ANY = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@ANY
@given(
    media_type=st.sampled_from([STRUCTURED, BATCH, BINARY, CSV, "", "x/y"]),
    body=st.binary(max_size=300),
)
def test_any_bytes_are_answered(long_lived: Registry, media_type: str, body: bytes) -> None:
    assert_answered(long_lived, media_type, body, event_type="fmar.asset.register.v1")


@ANY
@given(
    command=st.sampled_from(["asset.register", "asset.update", "asset.amend", "asset.deregister", "organisation.update"]),
    changes=st.dictionaries(names | st.sampled_from(["asset", "patch", "organisation"]), values, max_size=4),
)  # fmt: skip
def test_any_payload_under_a_known_command_is_answered(
    long_lived: Registry, command: str, changes: dict[str, Any]
) -> None:
    body = json.dumps({**heat_pump(), **changes}).encode()
    assert_answered(long_lived, BINARY, body, event_type=f"fmar.{command}.v1")


EXAMPLES = sorted(
    each
    for each in (Path(__file__).parents[2] / "examples").rglob("*")
    if each.suffix in {".json", ".csv"}
)


def mutated(random_: random.Random, body: bytes) -> bytes:
    """A body with some bytes changed, cut out, doubled, or cut off."""
    data = bytearray(body)
    for _ in range(random_.randint(1, 6)):
        at = random_.randrange(len(data) + 1)
        end = min(len(data), at + random_.randint(0, 30))
        data[at:end] = random_.choice(
            [
                b"",
                data[at:end] * 2,
                bytes(byte ^ (1 << random_.randrange(8)) for byte in data[at:end]),
                random_.choice([b"\x00", b"1e999", b'"', b"[" * 50, b"|", b"\r"]),
            ]
        )
    cut = random_.randrange(1, len(data) + 2) if random_.random() < CUT_OFF_PART else len(data)
    return bytes(data[:cut])


@pytest.mark.slow
@pytest.mark.timeout(MUTATED_SECONDS + 60)
def test_examples_with_bytes_changed_are_answered_for_a_minute(long_lived: Registry) -> None:
    assert EXAMPLES
    random_, began, tried = random.Random(20261124), datetime.now(UTC), 0
    while (datetime.now(UTC) - began).total_seconds() < MUTATED_SECONDS:
        example = random_.choice(EXAMPLES)
        media_type = (
            CSV if example.suffix == ".csv" else random_.choice([STRUCTURED, BATCH, BINARY])
        )
        body = mutated(random_, example.read_bytes())
        assert_answered(long_lived, media_type, body, event_type="fmar.asset.register.v1")
        tried += 1
    assert tried > 100
