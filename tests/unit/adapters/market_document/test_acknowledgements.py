"""Every XML document is answered by an acknowledgement that the standard's schema takes.

With HUB_TEST_RECEIPTS=FOLDER the receipts of this module are kept there, to be checked with the official
schema; without, they go to pytest's own temporary folder.
"""

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from adapters.market_document.acknowledgement import LONGEST_TEXT, cut
from adapters.market_document.reason_codes import code_of
from contracts.reasons import Rule
from router.offline import validate
from tests.support.registry import LANGUAGE, mpan
from tests.unit.adapters.market_document.documents import (
    HEADER_XML,
    adapter,
    document,
    envelope,
    heat_pump,
)

NAMESPACE = "urn:iec62325.351:tc57wg16:451-1:acknowledgementdocument:8:1"
SCHEMA = etree.XMLSchema(etree.parse(Path(__file__).with_name("acknowledgement-8.1.xsd")))
FAULTY = heat_pump("<phases>7</phases>", number=2)
LONG_ID = "m" * 200
EIC_HEADER = HEADER_XML.replace('"NGB">acme<', '"A01">10X1001A1001A450<').replace(
    "A39</sender_MarketParticipant", "A04</sender_MarketParticipant"
)


def many(count: int, faulty: int) -> str:
    """A document of `count` heat pumps, the last `faulty` of which are refused."""
    series = [
        heat_pump(number=number, attributes="<phases>7</phases>" if number > count - faulty else "")
        for number in range(1, count + 1)
    ]
    return document(*series)


DOCUMENTS = {
    "accepted": document(heat_pump()),
    "accepted-with-a-warning": document(
        heat_pump("<acceptedOn>2026-01-02</acceptedOn>\n").replace(
            "<connectionStatus>", "<connectedOn>2026-01-01</connectedOn>\n<connectionStatus>"
        )
    ),
    "partly": document(heat_pump(), FAULTY),
    "partly-with-names-of-the-sender": document(
        heat_pump().replace("<mRID>1<", "<mRID>Pump &amp; 1<"),
        FAULTY.replace("<mRID>2<", "<mRID>Pumpe ä<"),
    ),
    "rejected": document(FAULTY),
    "rejected-for-many-reasons": document(
        heat_pump("".join(f"<colour{n}>green</colour{n}>\n" for n in range(90)))
    ),
    "rejected-without-series": document(),
    "header-faulty": document(heat_pump()).replace(">A39</process", ">B77</process"),
    "addressed-to-another": document(heat_pump()).replace(">FMAR<", ">OTHER<"),
    "sender-with-an-eic": document(heat_pump(), FAULTY, header=EIC_HEADER),
    "long-id": document(heat_pump()).replace("<mRID>doc-1<", f"<mRID>{LONG_ID}<"),
    "impossible-time": document(heat_pump()).replace(
        "2026-11-24T09:30:00Z", "2026-02-30T09:30:00Z"
    ),
    "odd-role-and-type": document(heat_pump())
    .replace("A39</sender", "Z99</sender")
    .replace(">A95<", ">Q01<"),
    "another-root": '<Other_MarketDocument xmlns="urn:other"><mRID>o-1</mRID></Other_MarketDocument>',
    "not-well-formed": document(heat_pump())[:-40],
    "with-a-doctype": f"<!DOCTYPE x>{document(heat_pump())}",
    "empty": "",
    "no-xml": "\x00\x01\x02",
    "five-hundred": many(500, 20),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    kept = os.environ.get("HUB_TEST_RECEIPTS")
    if kept is None:
        return tmp_path_factory.mktemp("receipts")
    Path(kept).mkdir(parents=True, exist_ok=True)
    return Path(kept)


def answered(body: str | bytes, **members: Any) -> etree._Element:
    result = validate(envelope(body, **members), LANGUAGE)
    return checked(result.encoded_receipt())


def checked(receipt: bytes) -> etree._Element:
    root = etree.fromstring(receipt)
    assert SCHEMA.validate(root), SCHEMA.error_log
    return root


def texts(root: etree._Element, path: str) -> list[str]:
    steps = "/".join(f"{{{NAMESPACE}}}{step}" for step in path.split("/"))
    return [each.text or "" for each in root.findall(steps)]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_an_acknowledgement_is_written_that_the_schema_takes(name, folder):
    receipt = validate(envelope(DOCUMENTS[name]), LANGUAGE).encoded_receipt()
    (folder / f"{name}.xml").write_bytes(receipt)
    root = checked(receipt)
    assert texts(root, "Reason/code")


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("accepted", "A01"),
        ("partly", "A03"),
        ("rejected", "A02"),
        ("header-faulty", "A02"),
        ("empty", "A02"),
    ],
)
def test_the_first_reason_says_what_became_of_the_whole(name, code):
    assert texts(answered(DOCUMENTS[name]), "Reason/code")[0] == code


def test_rejected_series_stand_by_the_name_that_the_sender_gave():
    root = answered(DOCUMENTS["partly-with-names-of-the-sender"])
    assert texts(root, "Rejected_TimeSeries/mRID") == ["Pumpe ä"]
    assert texts(root, "Rejected_TimeSeries/Reason/code") == ["A20", "A59"]
    (text,) = texts(root, "Rejected_TimeSeries/Reason/text")
    assert text.startswith(
        "SCH-RANGE at /AssetRegistration_MarketDocument/TimeSeries[2]/Attributes/phases"
    )


def test_the_parties_are_those_of_the_document():
    root = answered(DOCUMENTS["sender-with-an-eic"])
    assert texts(root, "receiver_MarketParticipant.mRID") == ["10X1001A1001A450"]
    assert texts(root, "receiver_MarketParticipant.marketRole.type") == ["A04"]
    assert texts(root, "sender_MarketParticipant.mRID") == ["FMAR"]
    assert texts(root, "received_MarketDocument.mRID") == ["doc-1"]
    assert texts(root, "received_MarketDocument.createdDateTime") == ["2026-11-24T09:30:00Z"]


def test_a_document_that_cannot_be_read_is_answered_to_whoever_sent_it():
    root = answered("", message_class="normal")
    assert texts(root, "receiver_MarketParticipant.mRID") == ["acme"]
    assert texts(root, "received_MarketDocument.mRID") == []
    assert texts(root, "Reason/code")[1:] == ["A94", "A69"]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("addressed-to-another", "A53"),
        ("with-a-doctype", "A94"),
        ("another-root", "A94"),
        ("rejected-without-series", "B01"),
    ],
)
def test_rules_are_told_by_the_codes_of_the_standard(name, code):
    assert code in texts(answered(DOCUMENTS[name]), "Reason/code")


def test_warnings_and_ids_are_further_information():
    receipt = {
        "receipt_id": "R-1",
        "message_id": "m",
        "sender": "a-partner-with-a-very-long-name-of-its-own",
        "status": "accepted",
        "received_at": "2026-11-24T09:31:00.123456Z",
        "items": [
            {
                "item": number,
                "place": f"/x/TimeSeries[{number}]",
                "status": "accepted" if number % 2 else "scheduled",
                "command": "asset.register",
                "id": "A-7K3Q-9M2T-8X4B-T",
                "version": 1,
                "reasons": [],
            }
            for number in range(1, 40)
        ],
    }
    root = checked(adapter().encode_receipt(receipt)[1])
    assert texts(root, "createdDateTime") == ["2026-11-24T09:31:00Z"]
    assert len(texts(root, "receiver_MarketParticipant.mRID")[0]) == 16
    codes, said = texts(root, "Reason/code"), texts(root, "Reason/text")
    assert codes[0] == "A01"
    assert set(codes[1:]) == {"A95"}
    assert said[0].startswith("1 accepted A-7K3Q-9M2T-8X4B-T version 1; 2 scheduled A-7K3Q")
    assert "; ".join(said).count("A-7K3Q-9M2T-8X4B-T") == 39


def test_what_is_too_much_for_an_acknowledgement_is_said_to_be_elsewhere():
    reasons = [
        {
            "rule": "ASSET-04",
            "code": "c",
            "severity": "warning",
            "place": "",
            "path": "",
            "text": "x",
        }
    ]
    item = {"status": "accepted", "command": "asset.register", "place": "", "reasons": reasons}
    items = [{"item": number, **item} for number in range(1, 400)]
    receipt = {
        "receipt_id": "R-1",
        "message_id": "m" * 200,
        "sender": "acme",
        "status": "accepted",
        "received_at": "2026-11-24T09:31:00Z",
        "items": items,
    }
    said = texts(checked(adapter().encode_receipt(receipt)[1]), "Reason/text")
    assert "more texts like these are in the receipt as JSON" in said[-1]


@given(text=st.text(max_size=1_500))
@settings(max_examples=200, deadline=None)
def test_any_text_becomes_a_reason(text):
    reason = {"rule": "MSG-02", "code": "c", "severity": "error", "place": text[:40], "path": ""}
    receipt = {
        "receipt_id": text[:100] or "R",
        "message_id": text[:200],
        "sender": "acme",
        "status": "rejected",
        "received_at": "2026-11-24T09:31:00Z",
        "items": [],
        "reasons": [{**reason, "text": text}],
    }
    checked(adapter().encode_receipt(receipt)[1])


def test_a_long_text_is_cut_at_a_word():
    text = cut(f"{'word ' * 200}end")
    assert len(text) <= LONGEST_TEXT
    assert text.endswith("word ...")
    assert cut("short") == "short"
    assert len(cut("x" * 600)) <= LONGEST_TEXT


@pytest.mark.parametrize("rule", list(Rule), ids=lambda rule: rule.key)
def test_every_rule_has_a_code_of_the_list(rule):
    codes = {"A51", "A53", "A55", "A57", "A59", "A69", "A78", "A79", "A94", "B01", "999"}
    assert code_of(rule.key, "error") in codes
    assert code_of(rule.key, "warning") == "A95"


def test_the_same_receipt_gives_the_same_bytes():
    receipt = validate(envelope(DOCUMENTS["partly"]), LANGUAGE).receipt
    assert adapter().encode_receipt(receipt) == adapter().encode_receipt(receipt)
    assert mpan(815).encode() not in adapter().encode_receipt(receipt)[1]
