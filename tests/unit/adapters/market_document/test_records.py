"""Records and bundles: written for those who read them, and read back by a partner's copy of the adapter."""

from datetime import UTC, datetime

import pytest
from lxml import etree

from adapters.market_document.layout import RECORDS
from adapters.market_document.schemas import Schemas
from contracts.documents import Document, Entry, Header, record_entry
from tests.unit.adapters.market_document.documents import adapter, decoded

RECORDED_AT = "2026-11-24T09:30:00.000001Z"
UNIT = {
    "kind": "market_unit",
    "id": "M-7K3Q-9M2T-8X4B-T",
    "version": 2,
    "status": "active",
    "type": "spg",
    "name": "East & heat pumps",
    "members": [{"asset": "A-7K3Q-9M2T-8X4B-T", "valid_from": "2026-01-01T00:00:00Z"}],
    "totals": {"up_kw": 1200.5},
    "valid_from": "2026-01-01T00:00:00Z",
    "recorded_at": RECORDED_AT,
}
WITHDRAWN = {"kind": "asset", "id": "A-7K3Q-9M2T-8X4B-T"}
NOTIFICATION = {
    "subscription": "S-1",
    "sequence": 7,
    "event_id": "0123456789abcdef",
    "delivery_id": "S-1:1:7",
    "event": "market_unit.updated",
    "material": True,
    "replay": False,
    "previous": {"name": "East <heat> pumps"},
    "recorded_at": RECORDED_AT,
    "valid_from": "2026-01-01T00:00:00Z",
}
BUNDLE = {"subscription": "S-1", "epoch": 1, "first_sequence": 7, "count": 2, "hash": "00ff"}
HEADER = Header("S-1:1:7", "hub", "acme", datetime(2026, 11, 24, 9, 30, tzinfo=UTC), bundle=BUNDLE)


def bundle(*entries: Entry) -> bytes:
    return adapter().encode(Document(HEADER, entries))[1]


def test_a_bundle_is_valid_and_its_records_are_read_back():
    body = bundle(
        record_entry(UNIT, NOTIFICATION),
        record_entry(WITHDRAWN, {**NOTIFICATION, "sequence": 8, "event": "record.withdrawn"}),
    )
    schema = Schemas().compiled(RECORDS.root.namespace, {})
    assert schema.validate(etree.fromstring(body)), schema.error_log
    read = decoded(body)
    assert read.reasons == ()
    assert [(item.command, item.reasons) for item in read.items] == [
        ("market_unit.record", ()),
        ("asset.record", ()),
    ]
    assert [item.payload for item in read.items] == [UNIT, WITHDRAWN]


def test_the_same_record_may_be_told_of_twice():
    told = (record_entry(UNIT, NOTIFICATION), record_entry(UNIT, {**NOTIFICATION, "sequence": 8}))
    assert [item.reasons for item in decoded(bundle(*told)).items] == [(), ()]


def test_what_a_notification_has_beyond_the_table_goes_as_json():
    body = bundle(record_entry(UNIT, {**NOTIFICATION, "cause": {"kind": "grant"}}))
    root = etree.fromstring(body)
    (other,) = root.iter(f"{{{RECORDS.root.namespace}}}other")
    assert other.text == '{"cause":{"kind":"grant"}}'
    assert decoded(body).items[0].reasons == ()


def test_the_end_of_an_organisation_is_told():
    body = bundle(
        record_entry({"kind": "organisation", "id": "O-7K3Q-9M2T-8X4B-T", "status": "inactive"})
    )
    assert decoded(body).items[0].payload["status"] == "inactive"


def test_a_faulty_value_of_a_record_is_told_since_nobody_else_judges_it():
    body = bundle(record_entry(UNIT)).replace(b"<version>2<", b"<version>two<")
    (reason,) = decoded(body).items[0].reasons
    assert (reason.rule.key, reason.place) == (
        "XML-03",
        "/AssetRecord_MarketDocument/TimeSeries[1]/version",
    )


@pytest.mark.parametrize(
    ("entry", "sentence"),
    [
        (Entry("organisation.register", {}), "organisation.register is not carried in XML"),
        (
            Entry("asset.register", {"category": "heat_pump", "attributes": {"x": 1}}),
            "has no attribute x",
        ),
        (
            Entry("asset.register", {"category": "heat_pump", "x": 1, "attributes": {}}),
            "no element for /x",
        ),
        (
            Entry("asset.register", {"category": "nothing", "attributes": {"make": "a"}}),
            "a category nothing",
        ),
        (Entry("asset.register", {"attributes": {"make": "a"}}), "needs the category"),
        (
            Entry("asset.register", {"category": "heat_pump", "attributes": {"make": "a\x01"}}),
            "a character that XML cannot carry",
        ),
        (Entry("asset.deregister", {"asset": {"ref": "a", "of": "b"}}), "no element for /asset/of"),
        (
            Entry("market_unit.create", {"type": "spg", "members": [{"asset": "A", "share": 1}]}),
            "no element for /members/share",
        ),
    ],
)
def test_what_cannot_be_carried_is_refused_with_a_sentence(entry, sentence):
    header = HEADER._replace(bundle=None)
    with pytest.raises(ValueError, match=sentence):
        adapter().encode(Document(header, (entry,)))


def test_commands_and_records_do_not_go_in_one_document():
    header = HEADER._replace(bundle=None)
    entries = (record_entry(UNIT), Entry("asset.deregister", {"asset": {"ref": "a"}}))
    with pytest.raises(ValueError, match="commands, or records"):
        adapter().encode(Document(header, entries))
    with pytest.raises(ValueError, match="at least one"):
        adapter().encode(Document(header, ()))


def test_a_patch_names_its_category_where_it_has_attributes():
    entry = Entry("asset.amend", {"asset": {"ref": "a"}, "patch": {"attributes": {"make": None}}})
    header = HEADER._replace(bundle=None)
    with pytest.raises(ValueError, match="needs the category"):
        adapter().encode(Document(header, (entry,)))
    named = entry._replace(category=("heat_pump", "1.0"))
    body = adapter().encode(Document(header._replace(receiver="hub"), (named,)))[1]
    assert decoded(body).items[0].payload == entry.payload
