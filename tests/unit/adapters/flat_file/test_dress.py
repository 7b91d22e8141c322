"""Header, trailer, lines, counts and checksum, of the hub's flow and of any other."""

import codecs

import pytest

from contracts.messages import Limits
from tests.unit.adapters.flat_file.building import (
    ATTRIBUTES,
    HEADER,
    ITEM,
    REGISTER,
    decode,
    errors,
    found,
    pool_file,
    user_file,
    warnings,
)

D0155 = "ZHV|0000000042|D0155001|X|MRCY|M|OESL|20220418000000||||OPER|"
RECORDS = ("315|1900012374324|20220419|F|", "317|20220419|", "318|0001|0001|")
TRAILER = "ZPT|0000000042|3||1|20261124093000|"
WHOLE = user_file(*ITEM)


def header(field: int, text: str, whole: str = HEADER) -> str:
    fields = whole.split("|")
    fields[field - 1] = text
    return "|".join(fields)


def test_a_file_whose_dress_is_right_has_no_reason() -> None:
    decoded = decode(WHOLE)
    assert decoded.reasons == ()
    assert decoded.message_id == "0000000042/MRCY"
    assert decoded.sent_at is not None
    assert decoded.sent_at.isoformat() == "2026-11-24T09:30:00+00:00"
    assert decoded.notes == (
        "encoding: UTF-8",
        "user file, flow F0100 version 001, from X MRCY to Z FMAR",
    )
    assert decoded.document == {"role": "X", "mpid": "MRCY"}


@pytest.mark.parametrize(
    ("field", "text"),
    [
        (2, ""),
        (2, "00000000042"),
        (2, "00 42"),
        (3, "F010001"),
        (3, "f0100001"),
        (3, ""),
        (4, "Q"),
        (4, ""),
        (5, "MRC"),
        (5, ""),
        (6, "1"),
        (7, "FMA1"),
        (8, "20261324093000"),
        (8, "2026112409300"),
        (8, ""),
        (12, "TEST"),
        (12, "TR1"),
    ],
)
def test_a_field_of_the_header_that_is_not_in_its_form_is_refused_at_its_place(
    field: int, text: str
) -> None:
    decoded = decode(user_file(*RECORDS, header=header(field, text, D0155)))
    assert ("FLAT-01", f"line 1, field {field}") in errors(decoded.reasons)


def test_every_fault_of_a_header_is_named() -> None:
    bad = "ZHV|TOO-LONG-ID|F01|Q|MRC|ZZ|9|2026||||NO|"
    decoded = decode(user_file(*RECORDS, header=bad, trailer="ZPT|TOO-LONG-ID|3||1||"))
    fields = [place for rule, place in errors(decoded.reasons) if rule == "FLAT-01"]
    assert fields == [f"line 1, field {n}" for n in (2, 3, 4, 5, 6, 7, 8, 12)]


def test_a_party_without_a_participant_id_is_non_core() -> None:
    assert decode(user_file(*ITEM, header=header(5, "", header(4, "Z")))).reasons == ()


FLAWS = {
    "no trailer": ("\n".join((HEADER, *ITEM, "")), ("FLAT-02", "line 4")),
    "cut off in the middle": (WHOLE[:100].decode(), ("FLAT-05", "line 2")),
    "cut off before its trailer ends": (
        WHOLE[: WHOLE.rindex(b"|1|")].decode(),
        ("FLAT-02", "line 5, field 3"),
    ),
    "one record too few": (user_file(*ITEM, trailer=TRAILER.replace("|3|", "|4|")), ("FLAT-03", "line 5, field 3")),
    "flow instances": (user_file(*ITEM, trailer=TRAILER.replace("||1|", "||2|")), ("FLAT-03", "line 5, field 5")),
    "count is no number": (user_file(*ITEM, trailer=TRAILER.replace("|3|", "|x|")), ("FLAT-02", "line 5, field 3")),
    "count is not given": (user_file(*ITEM, trailer=TRAILER.replace("|3|", "||")), ("FLAT-02", "line 5, field 3")),
    "instances are not given": (user_file(*ITEM, trailer="ZPT|0000000042|3||||"), ("FLAT-02", "line 5, field 5")),
    "checksum": (user_file(*ITEM, trailer=TRAILER.replace("||1|", "|17|1|")), ("FLAT-04", "line 5, field 4")),
    "checksum is no number": (user_file(*ITEM, trailer=TRAILER.replace("||1|", "|a|1|")), ("FLAT-02", "line 5, field 4")),
    "file id of another file": (user_file(*ITEM, trailer=TRAILER.replace("42", "43")), ("FLAT-02", "line 5, field 2")),
    "time of completion": (user_file(*ITEM, trailer=TRAILER.replace("2026", "20x6")), ("FLAT-02", "line 5, field 6")),
    "fields of the trailer": (user_file(*ITEM, trailer="ZPT|0000000042|3|"), ("FLAT-02", "line 5, field 3")),
    "a trailer with a field more": (user_file(*ITEM, trailer=f"{TRAILER}x|"), ("FLAT-02", "line 5, field 7")),
    "a header with a field more": (user_file(*ITEM, header=f"{HEADER}x|"), ("FLAT-01", "line 1, field 13")),
    "a header with fields less": (user_file(*ITEM, header=HEADER[:-9]), ("FLAT-01", "line 1, field 8")),
    "a record after the trailer": (WHOLE + b"FA4||late|\n", ("FLAT-02", "line 6")),
    "a second header": (user_file(*ITEM[:1], HEADER, *ITEM[1:]), ("FLAT-01", "line 3")),
    "two files in one": (WHOLE + WHOLE, ("FLAT-01", "line 6")),
    "a second trailer": (WHOLE + TRAILER.encode(), ("FLAT-02", "line 6")),
    "a record that is not closed": (user_file(REGISTER, ATTRIBUTES[0][:-1], ATTRIBUTES[1]), ("FLAT-05", "line 3")),
    "a trailer that is not closed": (user_file(*ITEM, trailer=TRAILER[:-1]), ("FLAT-05", "line 5")),
    "a header that is not closed": (user_file(*ITEM, header=HEADER[:-1]), ("FLAT-05", "line 1")),
    "a group before the first item": (user_file(ATTRIBUTES[0], *ITEM), ("FLAT-06", "line 2, field 1")),
    "a carriage return within a line": (WHOLE.replace(b"heat_pump", b"heat\rpump"), ("FLAT-05", "line 2")),
    "carriage returns alone": (WHOLE.replace(b"\n", b"\r"), ("FLAT-05", "line 1")),
    "no header": (b"\n".join(WHOLE.split(b"\n")[1:]), ("FLAT-01", "line 1")),
    "something before the header": (b"hello\n" + WHOLE, ("FLAT-01", "line 1")),
    "nothing": (b"", ("FLAT-01", "line 1")),
    "blank lines alone": (b"\n\n\n", ("FLAT-01", "line 1")),
    "a NUL": (WHOLE.replace(b"heat", b"h\0at"), ("MSG-02", "line 2")),
    "UTF-16": (WHOLE.decode().encode("utf-16"), ("MSG-02", "line 1")),
    "a byte that is in no encoding": (WHOLE.replace(b"heat", b"h\x81at"), ("MSG-02", "line 2")),
    "no item": (user_file(trailer="ZPT|0000000042|0||0||"), ("MSG-11", "")),
}  # fmt: skip


@pytest.mark.parametrize("flaw", FLAWS)
def test_a_flaw_refuses_the_file_at_its_line(flaw: str) -> None:
    body, expected = FLAWS[flaw]
    decoded = decode(body)
    assert expected in errors(decoded.reasons)
    assert decoded.items == ()


def test_every_flaw_of_a_file_is_named_not_the_first() -> None:
    body = "\n".join(
        (
            header(7, "OESL", header(4, "Q")),
            REGISTER,
            "FA2|13|make|AC|ME|",
            "FZ9|x|",
            "FA2|14|make|ACME",
            "",
            "ZPT|0000000043|9|17|2|x|",
            "FA4||late|",
        )
    )
    assert found(decode(body).reasons) == [
        ("FLAT-05", "line 6", "warning"),
        ("FLAT-01", "line 1, field 4", "error"),
        ("FLAT-02", "line 8", "error"),
        ("FLAT-05", "line 5", "error"),
        ("FLAT-03", "line 7, field 3", "error"),
        ("FLAT-04", "line 7, field 4", "error"),
        ("FLAT-02", "line 7, field 2", "error"),
        ("FLAT-03", "line 7, field 5", "error"),
        ("FLAT-02", "line 7, field 6", "error"),
        ("FLAT-09", "line 1, field 7", "error"),
        ("FLAT-07", "line 3, field 5", "error"),
        ("FLAT-06", "line 4, field 1", "error"),
        ("FLAT-08", "line 5, field 2", "error"),
        ("FLAT-08", "line 5, field 3", "error"),
    ]


HARMLESS = {
    "a byte order mark": (codecs.BOM_UTF8 + WHOLE, ("FLAT-05", "line 1")),
    "mixed line ends": (WHOLE.replace(b"_C|LPN|\n", b"_C|LPN|\r\n"), ("FLAT-05", "line 2")),
    "a blank line": (WHOLE.replace(b"FA2|7", b"\nFA2|7"), ("FLAT-05", "line 4")),
    "a blank line before the header": (b"\n" + WHOLE, ("FLAT-05", "line 1")),
    "blank lines at the end": (WHOLE + b"\n\n", ("FLAT-05", "line 6")),
    "Windows-1252": (user_file(*ITEM, "FA2|20|town|Caf\u00e9|").decode().encode("cp1252"), ("FLAT-05", "line 5")),
    "completed before it was created": (WHOLE.replace(b"|1|2026", b"|1|2025"), ("FLAT-02", "line 5, field 6")),
}  # fmt: skip


@pytest.mark.parametrize("flaw", HARMLESS)
def test_what_takes_nothing_from_the_content_is_a_warning(flaw: str) -> None:
    body, expected = HARMLESS[flaw]
    decoded = decode(body)
    assert expected in warnings(decoded.reasons)
    assert errors(decoded.reasons) == []
    assert len(decoded.items) == 1
    assert decoded.items[0].payload["attributes"]["import_capacity_kw"] == 3.5


def test_line_ends_may_be_either_and_the_last_may_be_missing() -> None:
    assert decode(user_file(*ITEM, end="\r\n")).reasons == ()
    assert decode(WHOLE.removesuffix(b"\n")).reasons == ()


def test_windows_1252_that_is_declared_is_no_doubt() -> None:
    body = user_file(*ITEM, "FA2|20|town|Café|").decode().encode("cp1252")
    decoded = decode(body, charset="windows-1252")
    assert decoded.reasons == ()
    assert decoded.items[0].payload["attributes"]["town"] == "Café"
    assert decoded.notes[0] == "encoding: Windows-1252"
    assert errors(decode(body, charset="utf-8").reasons) == [("MSG-02", "line 5")]
    assert errors(decode(body, charset="klingon").reasons) == [("MSG-02", "")]


def test_a_known_flow_of_another_version_and_any_other_flow_are_refused_by_name() -> None:
    for flow, name in (("F0100002", "F0100 version 002"), ("D0155001", "D0155 version 001")):
        decoded = decode(user_file(*RECORDS, header=header(3, flow, D0155), trailer=TRAILER))
        assert found(decoded.reasons) == [("MSG-10", "line 1, field 3", "error")]
        assert decoded.reasons[-1].text == f"{name} is well-formed; the hub has no command for it"
        assert decoded.message_id == "0000000042/MRCY"


def test_what_the_root_of_another_flow_is_can_only_be_supposed() -> None:
    body = user_file(*RECORDS, header=D0155, trailer=TRAILER.replace("||1|", "||2|"))
    assert found(decode(body).reasons) == [
        ("FLAT-03", "line 5, field 5", "warning"),
        ("MSG-10", "line 1, field 3", "error"),
    ]


def test_a_damaged_file_of_another_flow_is_not_called_well_formed() -> None:
    decoded = decode(user_file(*RECORDS, header=D0155, trailer=TRAILER.replace("|3|", "|4|")))
    assert errors(decoded.reasons) == [
        ("FLAT-03", "line 5, field 3"),
        ("MSG-10", "line 1, field 3"),
    ]
    assert decoded.reasons[-1].text == "D0155 version 001: the hub has no command for it"
    no_group = user_file(*RECORDS, "3|x|", header=D0155)
    assert ("FLAT-06", "line 5") in errors(decode(no_group).reasons)


def test_the_hub_takes_commands_that_are_addressed_to_it() -> None:
    decoded = decode(user_file(*ITEM, header=header(7, "OESL")))
    assert errors(decoded.reasons) == [("FLAT-09", "line 1, field 7")]


def test_test_data_is_validated_and_not_decided() -> None:
    body = user_file(*ITEM, header=header(12, "TR01"))
    assert errors(decode(body).reasons) == [("FLAT-10", "line 1, field 12")]
    assert decode(body, door="validate").reasons == ()
    assert decode(user_file(*ITEM, header=header(12, ""))).reasons == ()


def test_a_pool_file_carries_the_same_groups() -> None:
    decoded = decode(pool_file(*ITEM))
    assert decoded.reasons == ()
    assert decoded.items[0].payload == decode(WHOLE).items[0].payload
    assert decoded.message_id == "F0100001.20261124093000/MRCY"


VARIANT = "ZHD|{}|F0100001|X|MRCY|Z|FMAR|20261124093000||||OPER"


@pytest.mark.parametrize(
    ("file_id", "message_id"),
    [("", "F0100001.20261124093000/MRCY"), ("0042", "0042/MRCY")],
)
def test_a_pool_header_may_carry_a_file_id_and_the_tail_of_a_user_file(
    file_id: str, message_id: str
) -> None:
    decoded = decode(pool_file(*ITEM, header=VARIANT.format(file_id)))
    assert decoded.reasons == ()
    assert decoded.message_id == message_id


POOL_FLAWS = {
    "count": (b"ZPT|5|", b"ZPT|3|", ("FLAT-03", "line 5, field 2")),
    "a changed byte": (b"3.5", b"3.6", ("FLAT-04", "line 5, field 3")),
    "no checksum": (b"ZPT|5|", b"ZPT|5||", ("FLAT-02", "line 5, field 3")),
    "role": (b"|X|", b"|Y|", ("FLAT-01", "line 1, field 3")),
    "flow": (b"F0100001", b"F01", ("FLAT-01", "line 1, field 2")),
    "embedded pipe": (b"ZHD|", b"ZHD|a|", ("FLAT-01", "line 1, field 8")),
}  # fmt: skip


@pytest.mark.parametrize("flaw", POOL_FLAWS)
def test_a_flaw_of_a_pool_file_is_refused_at_its_line(flaw: str) -> None:
    old, new, expected = POOL_FLAWS[flaw]
    assert expected in errors(decode(pool_file(*ITEM).replace(old, new, 1)).reasons)


def test_reasons_of_one_kind_are_bounded() -> None:
    decoded = decode(user_file(*ITEM) + b"FA4||x|\n" * 100_000)
    late = [each for each in decoded.reasons if each.rule.key == "FLAT-02"]
    assert len(late) == 101
    assert (
        late[-1].text
        == "here and later there are 99900 more like these: a record after the trailer"
    )


def test_what_passes_a_limit_is_refused() -> None:
    assert errors(decode(WHOLE, limits=Limits(body_bytes=10)).reasons) == [("MSG-03", "")]
    two = user_file(*ITEM, REGISTER.replace("|1|", "|2|", 1), *ATTRIBUTES)
    assert errors(decode(two, limits=Limits(items=1)).reasons) == [("MSG-03", "")]
    long = user_file(*ITEM, f"FA2|13|make|{'x' * 4_001}|")
    assert errors(decode(long).reasons) == [("MSG-03", "line 5, field 4")]
