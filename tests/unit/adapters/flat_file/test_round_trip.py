"""What the hub writes it reads back: every category, every command and record, bundles, in any letters."""

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.flat_file.adapter import FlatFiles
from adapters.flat_file.bundles import read_bundle
from adapters.flat_file.dress import undress
from adapters.flat_file.layout import COMMANDS, RECORDS, ROOTS
from adapters.flat_file.lines import read_lines
from contracts.canonical import canonical_json, plain_number
from contracts.documents import Document, Entry, Header, record_entry
from contracts.messages import Envelope, Limits
from router.offline import validate
from tests.support.generated import ids, lines, payloads, plain
from tests.unit.adapters.flat_file.building import RECEIVED, decode, flat, spoken

CREATED = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
HEADER = Header("doc-1", "acme", "hub", CREATED)
CATEGORIES = sorted(spoken().catalogue.names())
WITHOUT_CATEGORY = sorted(
    command for command in (*COMMANDS, "market_unit.record") if not command.startswith("asset.")
)
OF_ASSETS = ["asset.register", "asset.update", "asset.amend", "asset.record"]
OFTEN = settings(max_examples=40, deadline=None)
#: For each category and command.
SELDOM = settings(max_examples=10, deadline=None)


def category(name: str) -> Any:
    return spoken().catalogue.effective(name, RECEIVED)


def written(*entries: Entry, header: Header = HEADER) -> bytes:
    media_type, body = flat().encode(Document(header, entries))
    assert media_type == "text/vnd.fmar.flat"
    assert (media_type, body) == flat().encode(Document(header, entries))
    return body


def canonical(media_type: str, body: bytes) -> list[Any]:
    envelope = Envelope("", "acme", media_type, body, RECEIVED)
    result = validate(envelope, spoken())
    assert result.is_usable, result.reasons
    outcomes = [
        (each.status, each.command, [(r.rule, r.path) for r in each.reasons])
        for each in result.outcomes
    ]
    return [
        (*outcome, canonical_json(record))
        for outcome, record in zip(outcomes, result.records, strict=True)
    ]


def as_json(entry: Entry) -> bytes:
    event = {
        "specversion": "1.0",
        "id": "doc-1",
        "source": "/acme",
        "type": "fmar.items.v1",
        "data": {"items": [{"command": entry.command, **entry.payload}]},
    }
    return orjson.dumps(event, default=plain_number)


def assert_read_back(entry: Entry, *, decided: bool) -> None:
    body = written(entry)
    decoded = decode(body)
    assert decoded.reasons == ()
    (item,) = decoded.items
    assert (item.command, item.reasons) == (entry.command, ())
    assert plain(item.payload) == plain(entry.payload)
    if decided:
        assert canonical("text/vnd.fmar.flat", body) == canonical(
            "application/cloudevents+json", as_json(entry)
        )


@pytest.mark.parametrize("command", OF_ASSETS)
@pytest.mark.parametrize("name", CATEGORIES)
def test_assets_of_every_category_are_the_same_record_as_in_json(name: str, command: str) -> None:
    @SELDOM
    @given(payload=payloads(command, category(name)))
    def check(payload: dict[str, Any]) -> None:
        assert_read_back(Entry(command, payload), decided=command in COMMANDS)

    check()


@pytest.mark.parametrize("command", ["asset.deregister", *WITHOUT_CATEGORY])
def test_other_commands_and_records_are_read_back(command: str) -> None:
    @OFTEN
    @given(payload=payloads(command, category("heat_pump")))
    def check(payload: dict[str, Any]) -> None:
        assert_read_back(Entry(command, payload), decided=command in COMMANDS)

    check()


@given(st.lists(payloads("asset.register", category("ev_charge_point")), min_size=1, max_size=5))
@OFTEN
def test_many_items_keep_their_order(many: list[dict[str, Any]]) -> None:
    decoded = decode(written(*(Entry("asset.register", each) for each in many)))
    assert [plain(item.payload) for item in decoded.items] == plain(many)


def test_a_patch_is_written_by_the_category_that_the_entry_names() -> None:
    payload = {"asset": "A-1", "patch": {"attributes": {"make": None, "energy_capacity_kwh": 9.5}}}
    entry = Entry("asset.amend", payload, category=("battery_storage", "1.0"))
    assert_read_back(entry, decided=False)
    with pytest.raises(ValueError, match=r"item 1, asset\.amend: the category of its attributes"):
        written(Entry("asset.amend", payload))


def test_the_header_is_that_of_the_document() -> None:
    header = HEADER._replace(on_behalf_of="O-1", document_id="a name that is longer than ten")
    body = written(Entry("asset.deregister", {"asset": "A-1"}), header=header)
    decoded = decode(body)
    assert (decoded.on_behalf_of, decoded.sent_at) == ("O-1", CREATED)
    first = body.decode().split("\n")[0].split("|")
    assert first[0] == "ZHV"
    assert len(first[1]) == 10
    assert first[1].isalnum()
    assert first[2:] == [
        "F0100001", "Z", "", "Z", "FMAR", "20261124093000", "acme", "", "", "OPER", "",
    ]  # fmt: skip


NOTIFICATION = {
    "subscription": "S-1",
    "sequence": 3,
    "event_id": "e",
    "delivery_id": "S-1:1:3",
    "event": "asset.updated",
    "material": False,
    "replay": False,
    "recorded_at": "2026-11-24T09:30:00.000001Z",
    "valid_from": "2026-11-24T09:30:00Z",
    "previous": {"attributes": {"make": 'A"C'}, "refs": [{"ref": "a"}]},
    "colour": "red",
}
BUNDLE = {"subscription": "S-1", "first_sequence": 3, "count": 2, "hash": "0f", "epoch": 1}


def test_a_bundle_is_one_flow_instance_with_its_notifications_and_records() -> None:
    record = {"kind": "asset", "id": "A-1", "version": 2, "category": "heat_pump", "category_version": "1.0",
              "attributes": {"make": "ACME"}, "keys": [{"scheme": "device", "value": "12|ACME||SN|", "strength": "strong"}],
              "evidence": [{"kind": "possible_double", "key": "12|ACME"}]}  # fmt: skip
    gone = {"kind": "organisation", "id": "O-1", "status": "inactive"}
    more = {
        name: value for name, value in NOTIFICATION.items() if name not in ("colour", "previous")
    }
    header = HEADER._replace(sender="hub", receiver="ukpn", bundle=BUNDLE)
    body = written(record_entry(record, NOTIFICATION), record_entry(gone, more), header=header)
    decoded = decode(body)
    assert decoded.reasons == ()
    assert [item.command for item in decoded.items] == ["asset.record", "organisation.record"]
    assert [plain(item.payload) for item in decoded.items] == [record, gone]
    assert (
        body.decode().split("\n")[0] == "ZHV|doc-1|F0103001|Z|FMAR|Z||20261124093000||ukpn||OPER|"
    )
    assert body.decode().rstrip().split("\n")[-1].split("|")[4] == "1"
    records = undress(read_lines(body, None), ROOTS).records
    assert read_bundle(records) == (BUNDLE, [NOTIFICATION, more])


REFUSED = {
    "a pipe": {"asset": {"ref": "a|b"}},
    "a line end": {"asset": {"ref": "a\nb"}},
    "an empty text": {"asset": {"ref": ""}},
    "a number where text belongs": {"asset": {"ref": 5}},
    "a text where a number belongs": {"asset": "A-1", "expected_version": "1"},
    "a boolean where a number belongs": {"asset": "A-1", "expected_version": True},
    "a member that has no field": {"asset": "A-1", "colour": "red"},
    "an object that has none": {"asset": "A-1", "colour": {"red": 1}},
    "nothing where something belongs": {"asset": None},
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_a_flat_file_cannot_carry_is_not_written(what: str) -> None:
    with pytest.raises(ValueError, match=r"item 1, asset\.deregister: "):
        written(Entry("asset.deregister", REFUSED[what]))


REFUSED_ATTRIBUTES: dict[str, dict[str, Any]] = {
    "of no category": {"category": "toaster", "attributes": {"make": "x"}},
    "that there is not": {"attributes": {"colour": "red"}},
    "of another type": {"attributes": {"make": 5}},
    "an empty list": {"attributes": {"connectors": []}},
    "elements that are none": {"attributes": {"connectors": ["ccs"]}},
    "members of elements": {"attributes": {"connectors": [{"colour": "red"}]}},
    "null": {"attributes": {"make": None}},
    "references that are none": {"attributes": {}, "refs": []},
    "members of a reference": {"attributes": {}, "refs": [{"colour": "red"}]},
}


@pytest.mark.parametrize("what", REFUSED_ATTRIBUTES)
def test_attributes_that_a_flat_file_cannot_carry_are_not_written(what: str) -> None:
    with pytest.raises(ValueError, match=r"item 1, asset\.register: "):
        written(
            Entry("asset.register", {"category": "ev_charge_point", **REFUSED_ATTRIBUTES[what]})
        )


def test_commands_and_records_do_not_go_together() -> None:
    entries = (
        Entry("asset.deregister", {"asset": "A-1"}),
        Entry("organisation.record", {"id": "O-1"}),
    )
    with pytest.raises(ValueError, match="commands and records"):
        written(*entries)
    with pytest.raises(ValueError, match="a bundle has records"):
        written(entries[0], header=HEADER._replace(bundle=BUNDLE))
    with pytest.raises(ValueError, match="not carried"):
        written(Entry("organisation.register", {}))


@given(value=lines(), id=ids("asset"))
@OFTEN
def test_keys_keep_the_bars_between_their_parts(value: str, id: str) -> None:
    for text in (value, f"{value}|{value}", f"|{value}", f"{value}||x|"):
        key = {"scheme": "device", "value": text, "strength": "strong"}
        assert_read_back(record_entry({"kind": "asset", "id": id, "keys": [key]}), decided=False)


def test_every_command_and_record_of_the_table_is_tried_here() -> None:
    tried = {*OF_ASSETS, "asset.deregister", *WITHOUT_CATEGORY}
    assert tried | {"organisation.record", "load.record"} == COMMANDS | RECORDS == FlatFiles.writes
    for kind, id, status in (("organisation", "O-1", "inactive"), ("load", "L-1", "completed")):
        payload = {"kind": kind, "id": id, "version": 2, "status": status}
        assert_read_back(Entry(f"{kind}.record", payload), decided=False)


def test_text_of_the_hub_is_never_longer_than_the_limits_let_in() -> None:
    payload = {"asset": {"ref": "x" * 200}}
    assert decode(written(Entry("asset.deregister", payload)), limits=Limits()).reasons == ()
