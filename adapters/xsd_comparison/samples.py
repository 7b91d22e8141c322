"""Values of simple types that are worth a try: the shortest texts, and those around the bounds of facets."""

import re
from base64 import b64encode
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from itertools import islice
from typing import Any

from adapters.xsd_comparison.engines import says
from adapters.xsd_comparison.texts.lexical import Lexical, Opaque
from adapters.xsd_comparison.texts.reading import words
from adapters.xsd_comparison.texts.simple_types import texts_of
from contracts.regular.budget import Budget, BudgetSpentError

_STEPS, _MOST = 60_000, 24


def values(simple: Any) -> Iterator[str]:
    """Texts of a simple type, pleasant ones first."""
    for lexical in texts_of(simple):
        yield from (t for t in _candidates(lexical) if not lexical.opaque or says(simple, t))


@lru_cache(maxsize=2048)
def _candidates(lexical: Lexical) -> tuple[str, ...]:
    first = [text for opaque in sorted(lexical.opaque, key=str) for text in around(opaque)]
    try:
        return (*first, *islice(words(lexical.certain, (), Budget(_STEPS)), _MOST))
    except BudgetSpentError:
        return tuple(first)


def around(opaque: Opaque) -> Iterator[str]:
    """Texts at and beside the values of a facet."""
    for value in opaque.values:
        if opaque.facet.endswith("Length"):
            yield from _of_length(int(value or 0), opaque.family)
            continue
        yield value
        yield from _beside(value, opaque.family)


def _of_length(length: int, family: str) -> Iterator[str]:
    for size in (length, max(length - 1, 0), length + 1):
        yield b64encode(b"a" * size).decode() if family == "base64Binary" else "a" * size


def _beside(value: str, family: str) -> Iterator[str]:
    if family in ("float", "double"):
        try:
            number = Decimal(value)
        except InvalidOperation:
            return
        if number.is_finite():
            yield from (f"{number:E}", str(int(number) - 1), str(int(number) + 1))
            yield from (f"{number - 1:f}", f"{number + 1:f}", f"{number * 2:f}", f"{number / 2:f}")
        return
    if family == "duration":
        yield from (
            re.sub("[0-9]+", lambda n: str(int(n[0]) * 2 + 1), value),
            "P0D",
            "-P1D",
            "P9000Y",
        )
        return
    head, _, rest = value.partition("-")
    if head.isdigit() and len(head) >= 4:  # noqa: PLR2004 # a year
        tail = f"-{rest}" if rest else ""
        yield from (f"{int(head) + step:04d}{tail}" for step in (-1, 1) if int(head) + step > 0)
