"""Identifiers: forms and check characters, against published values and the library's own arithmetic."""

import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.iso7064 import mod_37_36

from contracts.canonical import derived
from contracts.identifiers import (
    CROCKFORD,
    bmu_problem,
    derive_public_id,
    eic_problem,
    is_company_number,
    is_postcode,
    mpan_problem,
    normalise_postcode,
    parse_public_id,
    participant_id_problem,
    public_id,
)


@given(
    st.integers(min_value=0, max_value=2**60 - 1),
    st.sampled_from(["asset", "organisation", "receipt"]),
)
def test_a_public_id_has_the_check_character_of_iso_7064(number: int, kind: str) -> None:
    id = public_id(kind, number)
    assert mod_37_36.is_valid(id.replace("-", ""))
    assert parse_public_id(id) == (kind, id)
    assert set(id[2:16]) <= set(CROCKFORD + "-")


@given(
    st.integers(min_value=0, max_value=2**60 - 1),
    st.integers(min_value=2, max_value=15),
    st.sampled_from(CROCKFORD),
)
def test_one_wrong_character_is_found(number: int, place: int, character: str) -> None:
    id = public_id("asset", number)
    wrong = id[:place] + character + id[place + 1 :]
    if id[place] not in ("-", character):
        assert parse_public_id(wrong) is None


def test_letters_that_look_like_digits_are_folded_in_the_body() -> None:
    id = public_id("asset", 1 << 5 | 0)
    assert id.startswith("A-0000-0000-0010-")
    assert parse_public_id(id.lower().replace("0010", "oOio")) == ("asset", id)


def test_the_same_parts_give_the_same_id_and_others_another() -> None:
    one = derive_public_id(b"k" * 32, "asset", "acme", "m-1", "/data", "0")
    assert one == derive_public_id(b"k" * 32, "asset", "acme", "m-1", "/data", "0")
    others = [
        derive_public_id(b"k" * 32, "asset", "acme", "m-1/data", "", "0"),
        derive_public_id(b"k" * 32, "asset", "acmem", "-1", "/data", "0"),
        derive_public_id(b"K" * 32, "asset", "acme", "m-1", "/data", "0"),
        derive_public_id(b"k" * 32, "asset", "acme", "m-1", "/data", "1"),
    ]
    assert len({one, *others}) == 5


@pytest.mark.parametrize("mpan", ["1014569292506", "1050000636890", "1050000664025"])
def test_mpans_of_a_real_register_pass(mpan: str) -> None:
    assert mpan_problem(mpan) is None


@pytest.mark.parametrize("mpan", ["1200010257778", "1200001071622"])
def test_wrong_check_digits_of_a_real_register_are_found(mpan: str) -> None:
    assert "check digit" in (mpan_problem(mpan) or "")


@pytest.mark.parametrize("mpan", ["", "123", "12000123456789", "12000123456a8", "١٢٠٠٠١٢٣٤٥٦٧٨"])
def test_an_mpan_of_another_form_is_found(mpan: str) -> None:
    assert mpan_problem(mpan) is not None


def test_eics() -> None:
    assert eic_problem("22W20181005PU--J") is None
    assert eic_problem("22W20181015PU--J") is not None
    assert eic_problem("22W2018") is not None


@pytest.mark.parametrize(
    ("bmu", "ok"),
    [("T_DRAXX-1", True), ("2__ABCDE000", True), ("", False), ("T_DRAXX-1-TOO-LONG", False)],
)
def test_bm_unit_ids(bmu: str, ok: bool) -> None:
    assert (bmu_problem(bmu) is None) is ok


@pytest.mark.parametrize(
    ("number", "ok"),
    [
        ("01234567", True),
        ("SC123456", True),
        ("1234567", False),
        ("sc123456", False),
        ("ABC12345", False),
    ],
)
def test_company_numbers(number: str, ok: bool) -> None:
    assert is_company_number(number) is ok


def test_mpids() -> None:
    assert participant_id_problem("mpid", "EELC") is None
    assert participant_id_problem("mpid", "eelc") is not None


@pytest.mark.parametrize(
    ("text", "normal", "whole"),
    [
        ("ip12  2tw", "IP12 2TW", True),
        ("SW1A1AA", "SW1A 1AA", True),
        ("RM9", "RM9", False),
        ("IP60 LE", "IP6 0LE", True),
        ("C012 5NB", "C012 5NB", False),
    ],
)
def test_postcodes(text: str, normal: str, whole: bool) -> None:
    assert normalise_postcode(text) == normal
    assert is_postcode(normal) is whole


@given(
    st.binary(max_size=100),
    st.lists(st.text(st.characters(exclude_categories=("Cs",)), max_size=20), max_size=6),
)
def test_what_is_derived_is_the_hmac_of_the_parts_with_their_lengths(
    key: bytes, parts: list[str]
) -> None:
    text = "".join(f"{len(part)}:{part}" for part in parts)
    assert derived(key, *parts) == hmac.digest(key, text.encode(), "sha256")
