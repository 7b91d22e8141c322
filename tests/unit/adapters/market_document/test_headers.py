"""What can be wrong with a document as a whole: told with its place, and nothing of it is decided."""

import re

import pytest

from adapters.market_document.adapter import MarketDocuments
from contracts.messages import Limits
from router.offline import validate
from tests.support.registry import LANGUAGE
from tests.unit.adapters.market_document.documents import decoded, document, envelope, heat_pump
from tests.unit.adapters.reading import ROOT as ROOT_FOLDER

ROOT = "/AssetRegistration_MarketDocument"
SOUND = document(heat_pump())
SUBJECT = "<subject_MarketParticipant.mRID>O-0000-0000-0000-0</subject_MarketParticipant.mRID>"
CREATED = "<createdDateTime>2026-11-24T09:30:00Z</createdDateTime>\n"

REFUSED = {
    "no revision": (
        SOUND.replace("<revisionNumber>1", "<revisionNumber>0"),
        "MSG-13",
        f"{ROOT}/revisionNumber",
    ),
    "another process": (
        SOUND.replace("A39</process", "A01</process"),
        "MSG-13",
        f"{ROOT}/process.processType",
    ),
    "no such scheme": (
        SOUND.replace('"NGB">acme', '"X1">acme'),
        "MSG-13",
        f"{ROOT}/sender_MarketParticipant.mRID",
    ),
    "no scheme": (
        SOUND.replace(' codingScheme="NGB">acme', ">acme"),
        "MSG-13",
        f"{ROOT}/sender_MarketParticipant.mRID",
    ),
    "a party too long": (
        SOUND.replace(">acme<", f">{'a' * 17}<"),
        "MSG-13",
        f"{ROOT}/sender_MarketParticipant.mRID",
    ),
    "no time of creation": (SOUND.replace(CREATED, ""), "MSG-13", ROOT),
    "local time": (
        SOUND.replace("09:30:00Z", "09:30:00+00:00"),
        "MSG-13",
        f"{ROOT}/createdDateTime",
    ),
    "a header of others": (
        SOUND.replace("<type>", '<type xmlns="urn:other">'),
        "MSG-13",
        f"{ROOT}/type",
    ),
    "XInclude": (
        SOUND.replace(
            "<TimeSeries>",
            '<x:include xmlns:x="http://www.w3.org/2001/XInclude" href="/etc/hostname"/><TimeSeries>',
        ),
        "MSG-13",
        f"{ROOT}/include",
    ),
    "a header after the series": (
        SOUND.replace("</AssetR", "<title>late</title></AssetR"),
        "MSG-13",
        f"{ROOT}/title",
    ),
    "text between the series": (SOUND.replace("</AssetR", "late</AssetR"), "MSG-13", ROOT),
    "to another": (
        SOUND.replace(">FMAR<", ">OTHER<"),
        "XML-04",
        f"{ROOT}/receiver_MarketParticipant.mRID",
    ),
    "no series": (document(), "MSG-11", f"{ROOT}/TimeSeries"),
    "another version": (SOUND.replace("registration:1:0", "registration:2:0"), "XML-02", ROOT),
    "no namespace": (SOUND.replace(' xmlns="urn:fmar:registration:1:0"', ""), "XML-02", ROOT),
    "an acknowledgement": (
        '<Acknowledgement_MarketDocument xmlns="urn:iec62325.351:tc57wg16:451-1:acknowledgementdocument:7:0"/>',
        "XML-02",
        "/Acknowledgement_MarketDocument",
    ),
    "nothing of ours": ("<html/>", "XML-02", "/html"),
    "a DOCTYPE": (f"<!DOCTYPE html>{SOUND}", "XML-01", "line 1"),
    "a DOCTYPE after a comment": (
        f'<?xml version="1.0"?>\n<!-- <!DOCTYPE -->\n\n<!DOCTYPE x [<!ENTITY e "e">]>{SOUND}',
        "XML-01",
        "line 4",
    ),
    "an instruction": (f"<?xml-stylesheet href='x'?>\n{SOUND}", "XML-01", "line 1"),
    "an instruction inside": (
        SOUND.replace("<TimeSeries>", "<TimeSeries><?php x ?>"),
        "XML-01",
        "line 11",
    ),
    "another encoding": (f'<?xml version="1.0" encoding="ISO-8859-1"?>{SOUND}', "XML-01", "line 1"),
    "UTF-16": (SOUND.encode("utf-16"), "XML-01", "line 1"),
    "an entity": (SOUND.replace(">acme<", ">&own;<"), "MSG-02", "line 6,"),
    "no UTF-8": (SOUND.encode().replace(b">acme<", b">\xff<"), "MSG-02", "line 6,"),
    "cut off": (SOUND[:200], "MSG-02", "line 5,"),
    "nothing": ("", "MSG-02", "line 1,"),
    "too deep": (SOUND.replace("<TimeSeries>", "<a>" * 300), "MSG-03", "line 11,"),
    "an attribute too long": (
        SOUND.replace("<TimeSeries>", f'<TimeSeries a="{"x" * 11_000_000}">'),
        "MSG-03",
        None,
    ),
    "a text too long": (SOUND.replace("3.5", "3" * 11_000_000), "MSG-03", None),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_document_is_refused_with_the_place_of_the_fault(name):
    body, rule, place = REFUSED[name]
    answer = decoded(body)
    assert [reason.rule.key for reason in answer.reasons] == [rule]
    assert answer.items == ()
    told = answer.reasons[0].place
    assert place is None or told == place or (place[-1] == "," and told.startswith(place))


def test_every_fault_of_a_header_is_told_at_once():
    body = REFUSED["no revision"][0].replace('"NGB">acme', '"X1">acme').replace(">FMAR<", ">OTHER<")
    assert [reason.rule.key for reason in decoded(body).reasons] == ["MSG-13", "MSG-13", "XML-04"]


def test_the_faults_of_a_header_say_what_is_allowed_and_expected():
    process, created = (
        decoded(REFUSED[name][0]).reasons[0].text
        for name in ("another process", "no time of creation")
    )
    assert "A39" in process
    assert "createdDateTime" in created


@pytest.mark.parametrize("name", ["an acknowledgement", "nothing of ours", "another version"])
def test_another_document_is_refused_by_name(name):
    (reason,) = decoded(REFUSED[name][0]).reasons
    assert reason.place.removeprefix("/") in reason.text
    assert "urn:fmar:registration:1:0" in reason.text


def test_sizes_are_bounded():
    assert [r.rule.key for r in decoded(SOUND, Limits(body_bytes=100)).reasons] == ["MSG-03"]
    two = document(heat_pump(), heat_pump(number=2))
    assert [r.rule.key for r in decoded(two, Limits(items=1)).reasons] == ["MSG-03"]
    crowded = document(heat_pump(), heat_pump("<make>a</make>" * 7_000, number=2))
    first, second = decoded(crowded).items
    assert first.reasons == ()
    assert [reason.rule.key for reason in second.reasons] == ["MSG-03"]
    bulging = document("<mRID>1</mRID><command>asset.register</command>" + "<b/>" * 7_000)
    assert [r.rule.key for r in decoded(bulging).items[0].reasons] == ["MSG-03"]


def test_a_schema_location_is_not_followed():
    named = SOUND.replace(
        "xmlns:xsi=", 'xsi:schemaLocation="urn:x file:///nowhere/x.xsd" xmlns:xsi='
    )
    assert decoded(named).items[0].reasons == ()


def test_the_message_id_is_the_name_and_the_revision():
    answer = decoded(SOUND.replace("<revisionNumber>1", "<revisionNumber>12"))
    assert answer.message_id == "doc-1:12"
    assert answer.sent_at is not None
    assert answer.sent_at.isoformat() == "2026-11-24T09:30:00+00:00"


def test_a_document_says_for_whom_it_is_sent():
    answer = decoded(SOUND.replace(CREATED, CREATED + SUBJECT))
    assert answer.on_behalf_of == "O-0000-0000-0000-0"


def test_any_prefix_and_a_byte_order_mark_are_read():
    body = SOUND.replace('xmlns="urn:fmar:registration', 'xmlns:r="urn:fmar:registration')
    names = (
        "AssetRegistration_MarketDocument",
        "TimeSeries",
        "mRID",
        "revisionNumber",
        "type",
        "command",
    )
    assert decoded(body).reasons != ()
    for name in (*names, "process.processType", "createdDateTime"):
        body = body.replace(f"<{name}", f"<r:{name}").replace(f"</{name}", f"</r:{name}")
    for name in (
        "sender_Market",
        "receiver_Market",
        "registeredResource",
        "accountingPoint",
        "Reference",
        "reference",
    ):
        body = body.replace(f"<{name}", f"<r:{name}").replace(f"</{name}", f"</r:{name}")
    body = body.replace("<Attributes xmlns=", "<Attributes xmlns=")
    answer = decoded(b"\xef\xbb\xbf" + body.encode())
    assert answer.reasons == ()
    assert answer.items[0].payload == decoded(SOUND).items[0].payload


def test_a_document_from_the_hub_is_no_message_to_it():
    record = "<TimeSeries><mRID>A-7K3Q-9M2T-8X4B-T</mRID><record>asset</record></TimeSeries>"
    body = SOUND.replace("AssetRegistration", "AssetRecord").replace(
        "registration:1:0", "record:1:0"
    )
    start, end = body.index("<TimeSeries>"), body.index("</TimeSeries>") + len("</TimeSeries>")
    result = validate(envelope(body[:start] + record + body[end:]), LANGUAGE)
    assert [outcome.status for outcome in result.outcomes] == ["rejected"]


def test_the_adapter_says_what_it_carries():
    adapter = next(each for each in LANGUAGE.adapters if isinstance(each, MarketDocuments))
    assert "asset.record" in adapter.writes
    assert "asset.record" not in adapter.commands


def test_the_document_of_the_guide_is_accepted():
    (shown,) = re.findall(
        r"```xml\n(.*?)```", (ROOT_FOLDER / "docs/formats/xml.md").read_text(), re.DOTALL
    )
    result = validate(envelope(shown), LANGUAGE)
    assert [outcome.status for outcome in result.outcomes] == ["accepted"]
    assert result.reading.message_id == "acme-3:1"
