"""JSON is read strictly, and what is refused is answered with its place."""

from decimal import Decimal

import pytest

from adapters import strict_json
from contracts.messages import Limits

LIMITS = Limits()


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (
            b'{"a": [1, -0, 2.50, true, null, "\\u00e9"]}',
            {"a": [1, 0, Decimal("2.50"), True, None, "é"]},
        ),
        (b' \n"\\ud83d\\ude00"\t', "😀"),
        (b"1e3", Decimal("1e3")),
        (b"-123456789012345678", -123456789012345678),
        (b'{"a": {"a": 1}, "b": {"a": 1}}', {"a": {"a": 1}, "b": {"a": 1}}),
        (b'"\\\\ud800 is text"', "\\ud800 is text"),
    ],
)
def test_json_within_the_limits_is_read_without_loss(body: bytes, value: object) -> None:
    assert strict_json.read(body, LIMITS) == (value, ())


def test_a_decimal_never_passes_through_a_binary_float() -> None:
    value, _ = strict_json.read(b"[0.1, 1.005, 2.675]", LIMITS)
    assert [str(number) for number in value] == ["0.1", "1.005", "2.675"]


@pytest.mark.parametrize(
    ("body", "rule", "place"),
    [
        (b"", "MSG-02", "line 1, column 1"),
        (b"{", "MSG-02", "line 1, column 2"),
        (b'{"a": 1} x', "MSG-02", "line 1, column 10"),
        (b'{"a":\n  tru}', "MSG-02", "line 2, column 3"),
        (b'["tab\there"]', "MSG-02", "line 1, column 6"),
        (b"\xef\xbb\xbf{}", "MSG-02", "line 1, column 1"),
        (b'{"a": "\xff"}', "MSG-02", "line 1, column 8"),
        (b'{"a": "\xed\xa0\x80"}', "MSG-02", "line 1, column 8"),
        ("{}".encode("utf-16"), "MSG-02", "line 1, column 1"),
        (b"[1, NaN]", "MSG-02", "/1 (line 1, column 5)"),
        (b'{"x": -Infinity}', "MSG-02", "/x (line 1, column 7)"),
        (b'{"a/b": {"c": "\\udc00"}}', "MSG-02", "/a~1b/c (line 1, column 15)"),
        (b'{"a": 1,\n "a": 2}', "MSG-12", "/a (line 2, column 2)"),
        (b'{"l": [{"b": 1, "b": 2}]}', "MSG-12", "/l/0/b (line 1, column 17)"),
        (b'{"a": 1, "\\u0061": 2}', "MSG-12", "/a (line 1, column 10)"),
        (b"[1234567890123456789]", "MSG-03", "/0 (line 1, column 2)"),
        (b"[1e999999999]", "MSG-03", "/0 (line 1, column 2)"),
        (b"[0e99999]", "MSG-03", "/0 (line 1, column 2)"),
        (b"[1E-40]", "MSG-03", "/0 (line 1, column 2)"),
        (b"[" * 17 + b"]" * 17, "MSG-03", "/0" * 16 + " (line 1, column 17)"),
        (b"[" * 30_000, "MSG-03", "/0" * 16 + " (line 1, column 17)"),
        (b'{"a":' * 30_000 + b"1" + b"}" * 30_000, "MSG-03", "/a" * 16 + " (line 1, column 81)"),
    ],
)
def test_a_refusal_names_rule_and_place(body: bytes, rule: str, place: str) -> None:
    value, reasons = strict_json.read(body, LIMITS)
    assert value is None
    assert (reasons[0].rule.key, reasons[0].place) == (rule, place)


def test_a_huge_number_is_refused_before_it_is_converted() -> None:
    _, reasons = strict_json.read(b"9" * 1_000_000, LIMITS)
    assert reasons[0].rule.key == "MSG-03"
    assert len(reasons[0].text) < 120


def test_all_problems_are_reported_and_not_the_first_alone() -> None:
    _, reasons = strict_json.read(b'{"a": NaN, "a": 1e99, "b": "\\ud800"}', LIMITS)
    assert [reason.rule.key for reason in reasons] == ["MSG-02", "MSG-12", "MSG-03", "MSG-02"]


def test_sixteen_levels_are_allowed_in_a_document_of_many_containers() -> None:
    deep = b"[" * 15 + b"]" * 15
    value, reasons = strict_json.read(b"[" + deep + b", [], {}]", LIMITS)
    assert value is not None
    assert not reasons


def test_a_body_beyond_the_limit_is_not_read() -> None:
    _, reasons = strict_json.read(b"[]" + b" " * 100, Limits(body_bytes=100))
    assert [reason.rule.key for reason in reasons] == ["MSG-03"]
