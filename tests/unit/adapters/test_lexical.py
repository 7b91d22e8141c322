"""Single values as text: read exactly, or handed on as they are; written as they are read back."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.lexical import READERS, read_boolean, read_json, read_number, write


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0),
        ("-7", -7),
        ("7.4", 7.4),
        ("123456789012.123456", Decimal("123456789012.123456")),
        ("+7", "+7"),
        ("07", "07"),
        ("7.", "7."),
        ("1e3", "1e3"),
        ("٧", "٧"),
        ("7 ", "7 "),
        ("", ""),
        ("NaN", "NaN"),
    ],
)
def test_a_plain_decimal_is_a_number_and_the_rest_is_text(text: str, value: Any) -> None:
    assert (read_number(text), type(read_number(text))) == (value, type(value))


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=6))
def test_a_number_is_the_decimal_that_was_written(number: Decimal) -> None:
    text = write(number)
    assert Decimal(str(read_number(text))) == number
    assert "E" not in text.upper()


def test_booleans_are_words_and_nothing_else() -> None:
    assert [read_boolean(text) for text in ("true", "false", "True", "1")] == [
        True,
        False,
        "True",
        "1",
    ]
    assert [write(True), write(False)] == ["true", "false"]


def test_json_is_read_by_the_rules_of_messages() -> None:
    assert read_json('[{"kind":"statement"}]') == [{"kind": "statement"}]
    assert read_json('{"a":1,"a":2}') == '{"a":1,"a":2}'
    assert read_json("[" * 40 + "]" * 40) == "[" * 40 + "]" * 40


def test_every_type_of_a_category_has_a_reader() -> None:
    assert {"string", "number", "integer", "boolean"} <= set(READERS)
