"""Corrupted documents: an answer in every case, and nothing of what is accepted was lost in reading.

XML has no checksum: a changed value that is as good as the one before is another statement, and shows in
the payload. What the reader must not do is leave anything out, or take what the schema refuses.
"""

import copy
import random
import time
from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from adapters.lexical import read_number, write
from adapters.market_document.category_forms import CategoryForm
from adapters.market_document.layout import COMMANDS
from adapters.market_document.schemas import Schemas
from contracts.canonical import canonical_json
from contracts.documents import Document, Entry
from contracts.messages import Decoded, Limits
from router.offline import validate
from tests.support.registry import LANGUAGE
from tests.unit.adapters.market_document.documents import (
    CATEGORIES,
    HEADER,
    adapter,
    decoded,
    document,
    envelope,
    heat_pump,
)
from tests.unit.adapters.reading import ROOT
from tests.unit.adapters.test_any_bytes import mutated

EXAMPLES = sorted((ROOT / "examples" / "xml").glob("*.xml"))
OWN = [path for path in EXAMPLES if path.name != "configuration.xml"]
TEXTS = [
    "",
    " ",
    "x",
    "-1",
    "1e3",
    "3.0",
    "0007",
    "true",
    "1",
    "2024-02-30",
    "ä" * 300,
    "a|b",
    "\t",
]
SERIES = f"{{{COMMANDS.root.namespace}}}TimeSeries"
WHOLE = Schemas().compiled(
    COMMANDS.root.namespace, {each.document["$id"]: CategoryForm(each).xsd for each in CATEGORIES}
)


def answered(body: bytes) -> Decoded:
    answer = adapter().decode(envelope(body, door="validate"), Limits())
    errors = [reason for reason in answer.reasons if reason.is_error]
    assert errors or answer.items
    assert [item.number for item in answer.items] == list(range(1, len(answer.items) + 1))
    for item in answer.items:
        canonical_json([reason.as_json() for reason in item.reasons])
        for pointer in (
            "",
            "/attributes/postcode",
            "/attributes/connectors/0/power_kw",
            "/members/3",
            "/x",
        ):
            assert adapter().place_of(item, pointer).startswith("/")
    canonical_json([reason.as_json() for reason in answer.reasons])
    adapter().encode_receipt(validate(envelope(body, door="validate"), LANGUAGE).receipt)
    return answer


def leaves(body: bytes) -> Counter[tuple[str, str]]:
    """Names and texts of what stands in the series, numbers in one form; names of series left out."""
    found: Counter[tuple[str, str]] = Counter()
    for series in etree.fromstring(body, etree.XMLParser(remove_comments=True)).iter(SERIES):
        for element in series.iterdescendants():
            if not len(element) and element.tag != f"{{{COMMANDS.root.namespace}}}mRID":
                found[element.tag, write(read_number(element.text or ""))] += 1
    return found


def assert_nothing_was_left_out(body: bytes, answer: Decoded) -> None:
    if answer.reasons or any(item.reasons for item in answer.items):
        return
    # The patch of the examples, whose category the namespace alone names.
    category = {"asset.amend": ("battery_storage", "1.0")}
    entries = tuple(
        Entry(item.command, item.payload, category=category.get(item.command))
        for item in answer.items
    )
    try:
        again = adapter().encode(Document(HEADER, entries))[1]
    except ValueError:  # an attribute that the category does not know, handed on to be refused
        return
    assert leaves(again) == leaves(body)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_any_changed_bytes_are_answered_and_nothing_is_left_out(path):
    for seed in range(60):
        body = mutated(path.read_bytes(), random.Random(seed))
        answer = answered(body)
        if path in OWN:
            assert_nothing_was_left_out(body, answer)


def mutations(root: etree._Element, chance: random.Random) -> Iterator[None]:
    """One change of a tree after another: dropped, doubled, moved, renamed, filled otherwise."""
    series = list(root.iter(SERIES))
    while True:
        elements = [each for one in series for each in one.iterdescendants()]
        element, other = chance.choice(elements), chance.choice(elements)
        parent = element.getparent()
        match chance.randrange(8):
            case 0:
                parent.remove(element)
            case 1:
                parent.insert(0, copy.deepcopy(element))
            case 2:
                other.getparent().append(copy.deepcopy(element))
            case 3:
                element.tag = other.tag
            case 4:
                element.text = chance.choice(TEXTS)
            case 5:
                element.set("unit", "kW")
            case 6:
                element.tail = chance.choice(TEXTS)
            case _:
                element.append(copy.deepcopy(other))
        yield


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.name)
def test_what_the_schema_refuses_is_refused(path):
    """But for a whole number that is written with a point, which JSON Schema takes for an integer; and but
    for a patch, whose values are judged in the registry, once they are merged.
    """
    for seed in range(60):
        chance = random.Random(seed)
        root = etree.fromstring(path.read_bytes())
        for _ in zip(range(chance.randint(1, 3)), mutations(root, chance), strict=False):
            pass
        body = etree.tostring(root)
        series = list(etree.fromstring(body, etree.XMLParser(remove_comments=True)).iter(SERIES))
        result = validate(envelope(body), LANGUAGE)
        assert result.reasons == () or not result.outcomes
        for one, outcome in zip(series, result.outcomes, strict=True):
            if outcome.command == "asset.amend" or outcome.status == "rejected":
                continue
            if not WHOLE.validate(one):
                assert all("3.0" in error.message for error in WHOLE.error_log), etree.tostring(one)


def test_a_document_that_is_not_changed_is_read_as_it_was():
    for path in OWN:
        body = path.read_bytes()
        assert_nothing_was_left_out(body, decoded(body))


@given(body=st.binary(max_size=400))
@settings(max_examples=150, deadline=None)
def test_any_bytes_are_answered(body):
    answered(body)


@given(inside=st.text(st.sampled_from("<>/=\"'&;! abx\n[]CDATA-?"), max_size=60))
@settings(max_examples=200, deadline=None)
def test_anything_like_xml_is_answered(inside):
    sound = OWN[2].read_text()
    at = len(inside) * 37 % len(sound)
    answered(f"<a>{inside}</a>".encode())
    answered((sound[:at] + inside + sound[at:]).encode())


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_document_of_faults_alone_takes_seconds_and_not_minutes():
    faulty = [
        heat_pump(f"<foo{n}/>", number=n).replace("<command>", "<bar/><command>")
        for n in range(1, 20_001)
    ]
    began = time.monotonic()
    items = decoded(document(*faulty)).items
    assert time.monotonic() - began < 120
    assert all(item.reasons for item in items)
