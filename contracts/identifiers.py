"""Identifiers of the GB market and of the hub: their form and their check characters."""

import re
from functools import lru_cache

from stdnum.eu import eic as _eic
from stdnum.iso7064 import mod_37_36

from contracts.canonical import derived

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
KIND_LETTERS = {
    "organisation": "O",
    "asset": "A",
    "market_unit": "M",
    "category_version": "C",
    "mapping_profile": "P",
    "receipt": "R",
    "subscription": "S",
    "batch": "B",
    "load": "L",
}
KIND_OF_LETTER = {letter: kind for kind, letter in KIND_LETTERS.items()}

#: Two Crockford characters at once, by their ten bits.
_PAIRS = [first + second for first in CROCKFORD for second in CROCKFORD]
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_VALUE = {character: value for value, character in enumerate(_ALPHABET)}
_MPAN_WEIGHTS = ((3, 5, 7), (13, 17, 19), (23, 29, 31), (37, 41, 43))
#: Three digits at their place in an MPAN -> their weighted sum: every row of a file has such a number.
_MPAN_SUMS = [
    {f"{n:03}": n // 100 * one + n // 10 % 10 * two + n % 10 * three for n in range(1000)}
    for one, two, three in _MPAN_WEIGHTS
]
_MPAN_LENGTH = 13
_EIC_LENGTH = 16
_SHORTEST_POSTCODE = 5
_COMPANY_NUMBER = re.compile(r"[0-9]{8}|[A-Z]{2}[0-9]{6}")
_MPID = re.compile(r"[A-Z]{4}")
_BMU = re.compile(r"[0-9A-Z_][0-9A-Z_-]{2,10}")
_POSTCODE = re.compile(r"[A-Z]{1,2}[0-9][0-9A-Z]? [0-9][A-Z]{2}")
_PUBLIC_ID = re.compile(r"([ABCLMOPRS])-([0-9A-Z]{4})-([0-9A-Z]{4})-([0-9A-Z]{4})-([0-9A-Z])")


def mpan_problem(mpan: str) -> str | None:
    """What is wrong with an MPAN core (or AMSID: same form), or None.

    Source: FORMATS.md section 1: weighted sum of digits 1-12, mod 11, mod 10 = digit 13.
    """
    if not (len(mpan) == _MPAN_LENGTH and mpan.isascii() and mpan.isdigit()):
        return f"an MPAN core has 13 digits, this has {len(mpan)} characters"
    one, two, three, four = _MPAN_SUMS
    check = (one[mpan[:3]] + two[mpan[3:6]] + three[mpan[6:9]] + four[mpan[9:12]]) % 11 % 10
    if check != int(mpan[12]):
        return f"the check digit should be {check}, not {mpan[12]}"
    return None


def eic_problem(eic: str) -> str | None:
    """What is wrong with an Energy Identification Code (16 characters), or None."""
    if len(eic) != _EIC_LENGTH:
        return f"an EIC has 16 characters, this has {len(eic)}"
    if not _eic.is_valid(eic):
        return "the check character of the EIC is wrong"
    return None


def bmu_problem(bmu: str) -> str | None:
    """What is wrong with a BM Unit id (up to 11 characters, like `T_DRAXX-1`), or None."""
    return (
        None if _BMU.fullmatch(bmu) else "a BM Unit id has 3 to 11 characters of A-Z, 0-9, _ and -"
    )


ACCOUNTING_POINT_PROBLEM = {
    "mpan": mpan_problem,
    "amsid": mpan_problem,
    "eic": eic_problem,
    "bmu": bmu_problem,
}


def participant_id_problem(scheme: str, value: str) -> str | None:
    """What is wrong with a market participant id (`eic` or `mpid`), or None."""
    if scheme == "eic":
        return eic_problem(value)
    return None if _MPID.fullmatch(value) else "an MPID has four letters"


def is_company_number(value: str) -> bool:
    return _COMPANY_NUMBER.fullmatch(value) is not None


def is_postcode(value: str) -> bool:
    """Whether a normalised postcode has a complete, well-formed GB shape."""
    return _POSTCODE.fullmatch(value) is not None


def normalise_postcode(text: str) -> str:
    """Upper case, one blank before the last three characters where they look like an inward code."""
    squeezed = "".join(text.upper().split())
    if len(squeezed) >= _SHORTEST_POSTCODE and squeezed[-3].isdigit() and squeezed[-2:].isalpha():
        return f"{squeezed[:-3]} {squeezed[-3:]}"
    return " ".join(text.upper().split())


def public_id(kind: str, sixty_bits: int) -> str:
    """`A-7K3Q-9M2T-8X4B-T`: kind letter, 12 Crockford characters, ISO 7064 MOD 37,36 check."""
    letter = KIND_LETTERS[kind]
    one, two, three = sixty_bits >> 50, sixty_bits >> 40 & 1023, sixty_bits >> 30 & 1023
    four, five, six = sixty_bits >> 20 & 1023, sixty_bits >> 10 & 1023, sixty_bits & 1023
    after, product = _PRODUCT_AFTER_PAIR, _PRODUCT_AFTER[_ANY_START][letter]
    product = after[after[after[product][one]][two]][three]
    product = after[after[after[product][four]][five]][six]
    return (
        f"{letter}-{_PAIRS[one]}{_PAIRS[two]}-{_PAIRS[three]}{_PAIRS[four]}-{_PAIRS[five]}{_PAIRS[six]}"
        f"-{_ALPHABET[(37 - product) % 36]}"
    )


def _product_after(product: int, value: int) -> int:
    """One step of ISO 7064 MOD 37,36. `stdnum.iso7064.mod_37_36` has the same arithmetic, and a test holds
    this against it: that one looks each character up in a string, and every row of a file gets an id.
    """
    total = (product + value) % 36 or 36
    return total * 2 % 37


_ANY_START = 36
#: Product so far -> character, or pair of Crockford characters by its ten bits -> product after it.
_PRODUCT_AFTER = [
    {character: _product_after(product, value) for character, value in _VALUE.items()}
    for product in range(37)
]
_PRODUCT_AFTER_PAIR = [
    bytes([_PRODUCT_AFTER[after[first]][second] for first in CROCKFORD for second in CROCKFORD])
    for after in _PRODUCT_AFTER
]


def derive_public_id(key: bytes, kind: str, *parts: str) -> str:
    """A public id that the same parts always give again, so that a retry changes nothing."""
    return public_id(kind, int.from_bytes(derived(key, kind, *parts)[:8], "big") >> 4)


@lru_cache(maxsize=65_536)
def parse_public_id(text: str) -> tuple[str, str] | None:
    """(kind, the id in its written form), or None if the form or the check character is wrong.

    Crockford's rule folds I and L to 1 and O to 0 in the body; the check character is not folded.
    """
    match = _PUBLIC_ID.fullmatch(text.upper())
    if match is None:
        return None
    letter, *body, check = match.groups()
    folded = [part.translate(_FOLD) for part in body]
    if "U" in "".join(folded) or not mod_37_36.is_valid(letter + "".join(folded) + check):
        return None
    return KIND_OF_LETTER[letter], f"{letter}-{'-'.join(folded)}-{check}"


_FOLD = str.maketrans("ILO", "110")
