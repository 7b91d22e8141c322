"""Any bytes at any adapter give an answer: never an exception, never nothing, never for long."""

import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters import adapter_for, adapters
from contracts.canonical import canonical_json
from contracts.messages import Decoded
from tests.unit.adapters.reading import ROOT, decode, ecr, register

MEDIA_TYPES = (
    "application/cloudevents+json",
    "application/cloudevents-batch+json",
    "application/json",
    "text/csv; profile=ecr",
)
EXAMPLES = ROOT / "examples"
EVENT = {
    "specversion": "1.0",
    "id": "m",
    "source": "s",
    "type": "fmar.items.v1",
    "data": {"items": [{}]},
}

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.text(max_size=8) | st.sampled_from([*EVENT, "items", "command"]), inner, max_size=5
        )
    ),
    max_leaves=12,
)
cells = st.text(max_size=12) | st.sampled_from(
    ["1e400", "NaN", "9" * 40, "31/02/2020", "=1+1", '"', "\n", "1.01457E+12", "²", "33kV"]
)


def answered(body: bytes, media_type: str) -> Decoded:
    decoded = decode(body, media_type, event_type="fmar.items.v1")
    errors = [reason for reason in decoded.reasons if reason.is_error]
    assert errors or decoded.items
    assert [item.number for item in decoded.items] == list(range(1, len(decoded.items) + 1))
    adapter = adapter_for(adapters([ecr()]), media_type)
    assert adapter is not None
    for item in decoded.items[:20]:
        assert adapter.place_of(item, "/attributes/postcode")
        canonical_json([reason.as_json() for reason in item.reasons])
    canonical_json([reason.as_json() for reason in decoded.reasons])
    return decoded


@pytest.mark.parametrize("media_type", MEDIA_TYPES)
@given(body=st.binary(max_size=400))
@settings(max_examples=150, deadline=None)
def test_any_bytes(media_type: str, body: bytes) -> None:
    answered(body, media_type)


@pytest.mark.parametrize("media_type", MEDIA_TYPES[:3])
@given(value=json_values)
@settings(max_examples=150, deadline=None)
def test_any_json(media_type: str, value: object) -> None:
    answered(json.dumps(value).encode("utf-8", "surrogatepass"), media_type)


@given(changes=st.dictionaries(st.sampled_from(list(EVENT)), json_values, max_size=3))
@settings(max_examples=200, deadline=None)
def test_any_members_of_an_event(changes: dict[str, object]) -> None:
    answered(json.dumps({**EVENT, **changes}).encode(), MEDIA_TYPES[0])
    answered(json.dumps([EVENT, {**EVENT, **changes}]).encode(), MEDIA_TYPES[1])


HEADINGS = register({}).splitlines()[0].split(",")


@given(
    changes=st.lists(
        st.dictionaries(st.sampled_from(HEADINGS), cells, max_size=6), min_size=1, max_size=4
    )
)
@settings(max_examples=200, deadline=None)
def test_any_cells_of_a_register(changes: list[dict[str, str]]) -> None:
    answered(register(*changes).encode("utf-8", "replace"), MEDIA_TYPES[3])


def mutated(body: bytes, chance: random.Random) -> bytes:
    changed = bytearray(body)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(changed))
        match chance.randrange(4):
            case 0:
                changed[at] = chance.randrange(256)
            case 1:
                del changed[at : at + chance.randint(1, 40)]
            case 2:
                changed[at:at] = chance.choice(
                    [b'"', b",", b"\n", b"\0", b"{", b"[", b"\xff", b"\\u"]
                )
            case _:
                changed[at:at] = changed[at : at + chance.randint(1, 200)]
        if not changed:
            changed = bytearray(b"x")
    return bytes(changed)


def examples() -> list[tuple[str, str]]:
    """Every example, with the media type that it is read by."""
    known = {".json": MEDIA_TYPES[0], ".csv": MEDIA_TYPES[3]}
    paths = sorted(path for path in EXAMPLES.rglob("*") if path.suffix in known)
    return [(str(path.relative_to(EXAMPLES)), known[path.suffix]) for path in paths]


@pytest.mark.parametrize(("name", "media_type"), examples())
def test_mutations_of_the_examples(name: str, media_type: str) -> None:
    body = (EXAMPLES / name).read_bytes()
    for seed in range(40):
        answered(mutated(body, random.Random(seed)), media_type)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize(("name", "media_type"), examples())
def test_many_mutations_of_the_examples(name: str, media_type: str) -> None:
    body = (EXAMPLES / name).read_bytes()
    for seed in range(10_000):
        answered(mutated(body, random.Random(seed)), media_type)
