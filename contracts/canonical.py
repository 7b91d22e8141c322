"""Canonical JSON and the hashes over it.

Within the value profile of the hub (RECORDS.md section 2: decimals of at most 12 integer and 6
fraction digits, member names in ASCII) orjson with sorted keys writes what RFC 8785 asks for, but
for numbers below 0.00001; a property test holds it against the `rfc8785` package.
"""

import hashlib
import re
from decimal import Decimal
from functools import lru_cache
from typing import Any

import orjson

_OPTIONS = orjson.OPT_SORT_KEYS
_MILLIONTHS = re.compile(rb"e-6")  # twice as fast as `in`
# A string (kept as it is), or a number that orjson writes with an exponent and RFC 8785 without.
_STRING_OR_MILLIONTHS = re.compile(rb'"(?:[^"\\]|\\.)*"|([1-9])e-6')


def canonical_json(value: Any) -> bytes:
    """`value` as canonical JSON (RFC 8785). Raises TypeError for what is not JSON."""
    text = orjson.dumps(value, option=_OPTIONS)
    if _MILLIONTHS.search(text) is None:
        return text
    return _STRING_OR_MILLIONTHS.sub(_without_exponent, text)


def _without_exponent(match: re.Match[bytes]) -> bytes:
    digit = match[1]
    return match[0] if digit is None else b"0.00000" + digit


def plain_number(number: Decimal | int) -> int | float:
    """A decimal as the JSON number that writes it shortest: whole ones as `int`."""
    if isinstance(number, int):
        return number
    whole = int(number)
    return whole if number == whole else float(number)


def content_hash(salt: bytes, content: bytes) -> bytes:
    """SHA-256 over salt and canonical content: 32 bytes.

    The salt keeps a hash from being guessed back to personal data once the content is erased.
    """
    return hashlib.sha256(salt + content).digest()


def derived(key: bytes, *parts: str) -> bytes:
    """HMAC-SHA-256 of the parts, unambiguously joined: the same input gives the same bytes."""
    begun, outer = _begun(key, parts[:-2])
    inner, outer = begun.copy(), outer.copy()
    inner.update(_joined(parts[-2:]))
    outer.update(inner.digest())
    return outer.digest()


def _joined(parts: tuple[str, ...]) -> bytes:
    return "".join([f"{len(part)}:{part}" for part in parts]).encode()


@lru_cache(maxsize=512)
def _begun(key: bytes, first: tuple[str, ...]) -> "tuple[hashlib._Hash, hashlib._Hash]":
    """Both hashes of HMAC: the inner one after the key and the first parts, which the ids of one kind and message
    share, the outer one after the key. Source: RFC 2104, section 2.
    """
    if first:
        inner, outer = _begun(key, first[:-1])
        inner = inner.copy()
        inner.update(_joined(first[-1:]))
        return inner, outer
    short = key if len(key) <= _BLOCK_BYTES else hashlib.sha256(key).digest()
    block = short.ljust(_BLOCK_BYTES, b"\0")
    return hashlib.sha256(block.translate(_INNER)), hashlib.sha256(block.translate(_OUTER))


_BLOCK_BYTES = 64
_INNER = bytes(byte ^ 0x36 for byte in range(256))
_OUTER = bytes(byte ^ 0x5C for byte in range(256))
