"""The answer to a message: a user file to its sender, complete, and readable by the same means."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.flat_file.dress import undress
from adapters.flat_file.layout import ROOTS
from adapters.flat_file.lines import read_lines
from adapters.flat_file.outcomes import read_outcomes
from contracts.messages import Envelope
from contracts.reasons import Reason, Rule
from contracts.receipts import Outcome, receipt
from router.offline import validate
from tests.unit.adapters.flat_file.building import (
    ATTRIBUTES,
    ITEM,
    RECEIVED,
    decode,
    errors,
    flat,
    register,
    spoken,
    user_file,
)

WARNING = Reason.warning(Rule.ASSET_04, "looks like another", "/attributes/make", "line 4, field 4")
OUTCOMES = (
    Outcome(1, "line 2", "accepted", "asset.register", (WARNING,), "A-1", 1, "asset.registered"),
    Outcome(2, "line 9", "accepted", "asset.update", (), "A-2", 7, "asset.updated", False),
    Outcome(3, "line 20", "scheduled", "asset.update", (), due_at=RECEIVED),
    Outcome(4, "line 30", "rejected", "", (Reason(Rule.MSG_10, "no such command"),)),
)


def canonical(**changes: Any) -> dict[str, Any]:
    whole: dict[str, Any] = {
        "receipt_id": "R-7K3Q-9M2T-8X4B-T",
        "message_id": "0000000042/MRCY",
        "sender": "acme",
        "on_behalf_of": None,
        "received_at": RECEIVED,
        "payload_sha256": "0f" * 32,
        "outcomes": OUTCOMES,
        "notes": ("encoding: UTF-8",),
        "versions": {"flow": "F0100001"},
        "document": {"role": "X", "mpid": "MRCY"},
    }
    return receipt(**(whole | changes))


def read_back(answer: dict[str, Any]) -> dict[str, Any]:
    media_type, body = flat().encode_receipt(answer)
    assert (media_type, body) == flat().encode_receipt(answer)
    file = undress(read_lines(body, None), ROOTS)
    assert file.reasons == ()
    assert file.header is not None
    assert file.header.flow == "F0101001"
    return read_outcomes(file.records)


def test_a_receipt_is_a_user_file_to_the_party_that_sent_the_message() -> None:
    media_type, body = flat().encode_receipt(canonical())
    assert media_type == "text/vnd.fmar.flat"
    id = body.decode().split("|")[1]
    assert body.decode().split("\n")[:4] == [
        f"ZHV|{id}|F0101001|Z|FMAR|X|MRCY|20261124093100||acme||OPER|",
        "FO1|0|partially_accepted|R-7K3Q-9M2T-8X4B-T|||||||",
        f"FO3|0000000042/MRCY|acme||2026-11-24T09:31:00Z|{'0f' * 32}|",
        "FO4|encoding: UTF-8|",
    ]
    assert body.decode().split("\n")[5:7] == [
        "FO1|1|accepted|A-1|1|asset.register|line 2|asset.registered|||",
        "FO2|possible_double|ASSET-04|warning|line 4, field 4|/attributes/make|looks like another|",
    ]
    assert [part for n, part in enumerate(body.decode().split("\n")[-2].split("|")) if n != 3] == [
        "ZPT", id, "10", "5", "20261124093100", "",
    ]  # fmt: skip


def test_the_whole_receipt_is_read_back() -> None:
    for answer in (canonical(), canonical(on_behalf_of="O-1"), canonical(outcomes=())):
        document = answer.pop("document")
        assert read_back({**answer, "document": document}) == answer


def test_a_message_that_could_not_be_read_is_answered_to_the_partner_by_name() -> None:
    answer = canonical(
        outcomes=(), reasons=(Reason(Rule.MSG_02, "unreadable", "", "line 1"),), document={}
    )
    body = flat().encode_receipt(answer)[1].decode()
    assert body.startswith("ZHV|")
    assert body.split("\n")[0].endswith("|F0101001|Z|FMAR|Z||20261124093100||acme||OPER|")
    assert read_back(answer)["reasons"] == answer["reasons"]


@given(text=st.text(max_size=40))
@settings(max_examples=200, deadline=None)
def test_whatever_a_reason_quotes_its_record_stays_whole(text: str) -> None:
    text = text.encode("utf-8", "replace").decode()
    outcome = Outcome(1, text, "rejected", text, (Reason(Rule.ITEM_03, text, text, text),))
    answer = read_back(canonical(outcomes=(outcome,), notes=(text or "-",), sender="acme"))
    (item,) = answer["items"]
    assert len(item["reasons"]) == 1
    shown = item["reasons"][0]["text"]
    assert "|" not in shown
    assert shown == text or set(text) & {"|", *map(chr, range(32)), "\x7f"}


def test_the_hub_takes_no_outcomes() -> None:
    body = flat().encode_receipt(canonical())[1]
    (reason,) = decode(body).reasons
    assert errors([reason]) == [("MSG-10", "line 1, field 3")]
    assert reason.text == "F0101 version 001 is well-formed; the hub has no command for it"


def test_records_of_another_flow_are_no_answer() -> None:
    with pytest.raises(ValueError, match="FA1 is no record of F0101001"):
        read_outcomes(["FA1|1|"])


def test_a_file_is_answered_in_its_own_tongue_item_by_item() -> None:
    bad = (
        register(2, f21="1200000000012"),
        "FA2|1|connection_status|conected|",
        "FA2|7|import_capacity_kw|3,5|",
    )
    body = user_file(*ITEM, *bad, register(3, f15="heat_pumps"), *ATTRIBUTES)
    envelope = Envelope("", "acme", "text/vnd.fmar.flat", body, RECEIVED)
    result = validate(envelope, spoken())
    answer = read_outcomes(undress(read_lines(result.encoded_receipt(), None), ROOTS).records)
    assert [(item["item"], item["place"], item["status"]) for item in answer["items"]] == [
        (1, "line 2", "accepted"),
        (2, "line 5", "rejected"),
        (3, "line 8", "rejected"),
    ]
    assert sorted((each["rule"], each["place"]) for each in answer["items"][1]["reasons"]) == [
        ("ASSET-01", "line 5, field 21"),
        ("SCH-ENUM", "line 6, field 4"),
        ("SCH-TYPE", "line 7, field 4"),
    ]
    assert ("CAT-01", "line 8, field 15") in [
        (each["rule"], each["place"]) for each in answer["items"][2]["reasons"]
    ]
