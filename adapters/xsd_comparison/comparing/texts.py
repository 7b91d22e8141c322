"""Texts compared: what does the old type allow that the new one does not?"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from itertools import islice

from adapters.xsd_comparison.model.components import Declaration
from adapters.xsd_comparison.samples import around
from adapters.xsd_comparison.texts.lexical import NONE, Lexical, Opaque, Texts, lengths_of
from adapters.xsd_comparison.texts.patterns import language
from adapters.xsd_comparison.texts.reading import words
from adapters.xsd_comparison.texts.simple_types import equal_texts
from contracts.regular.budget import Budget, BudgetSpentError

_STEPS, _TRIED = 80_000, 16
#: Characters that all engines have in the same classes.
_PLAIN = language("[\\t\\n -~]*")
#: Types that mean more than their texts: ids and references within the document.
_ORDERED = frozenset(("0000-00-00", "0000-00-00T00:00:00", "00:00:00", "0000-00", "0000"))
_CONTEXTUAL = frozenset(("ID", "IDREF", "IDREFS", "ENTITY", "ENTITIES", "NOTATION"))


@dataclass(frozen=True, slots=True)
class Excess:
    """Texts to try, and why it is not known that there are none; empty `gap`: they are not allowed."""

    tried: tuple[str, ...]
    gap: str


def stated(texts: Texts, declaration: Declaration) -> Texts:
    """The texts of an element: its fixed value alone, and nothing where a value stands in for it."""
    if declaration.fixed is not None:
        return (*(equal_texts(each, declaration.fixed) for each in texts), *NONE)
    return (*texts, *NONE) if declaration.default is not None else texts


@lru_cache(maxsize=4096)
def excess(old: Texts, new: Texts) -> Excess | None:
    """What `old` allows beyond `new`; None: nothing."""
    tried: list[str] = []
    gaps: list[str] = []
    for lexical in old:
        rivals = tuple(_as_trusted(lexical, rival) for rival in new if _is_trusted(lexical, rival))
        if any(_holds(rival, lexical) for rival in rivals):
            continue
        try:
            if next(words(lexical, rivals, Budget(_STEPS)), None) is None:
                continue
            gaps.append(_gap(lexical, new, rivals))
        except BudgetSpentError:
            gaps.append(f"texts of {lexical.built_in} need too many steps")
        tried += _worth_a_try(lexical, rivals, new)
    return Excess(tuple(dict.fromkeys(tried)), "; ".join(dict.fromkeys(gaps))) if gaps else None


def _holds(rival: Lexical, lexical: Lexical) -> bool:
    """Whether a type that says the same, or that is bounded in length alone, allows the texts without asking."""
    if rival.space != lexical.space:
        return False
    bounds, wider = lengths_of(lexical.language), lengths_of(rival.language)
    if bounds is None or wider is None:
        return rival.language is lexical.language
    is_low = wider[0] <= bounds[0]
    return is_low and (wider[1] is None or (bounds[1] is not None and bounds[1] <= wider[1]))


def _of_lengths(lexical: Lexical, rivals: Texts) -> Iterator[str]:
    """A text that is one character too long, or too short, for types that are bounded in length alone."""
    bounds = lengths_of(lexical.language)
    for wider in (lengths_of(rival.language) for rival in rivals):
        if bounds is not None and wider is not None:
            if wider[1] is not None and (bounds[1] is None or bounds[1] > wider[1]):
                yield "a" * (wider[1] + 1)
            if bounds[0] < wider[0]:
                yield "a" * bounds[0]


def _worth_a_try(lexical: Lexical, rivals: Texts, new: Texts) -> Iterator[str]:
    """Texts that `new` should refuse, those first that are refused whatever is not known of the types."""
    yield from _of_lengths(lexical, new)
    plain = lexical.certain.narrowed(_PLAIN)
    yield from _words(plain, new)
    yield from _words(plain, tuple(each.certain for each in new))
    for opaque in (each for one in (lexical, *new) for each in sorted(one.opaque, key=str)):
        yield from around(opaque)
    yield from _words(plain, rivals)
    yield from _words(lexical, rivals)


def _words(lexical: Lexical, rivals: Texts) -> Iterator[str]:
    try:
        for text in islice(words(lexical, rivals, Budget(_STEPS)), _TRIED):
            yield text
            if lexical.opaque:  # the shortest number is 0, which many a bound leaves out
                yield text.replace("0", "7")
    except BudgetSpentError:
        return


def _gap(lexical: Lexical, new: Texts, rivals: tuple[Lexical, ...]) -> str:
    left_out = [rival for rival in new if rival not in rivals]
    if not left_out and not lexical.opaque:
        return f"texts of {lexical.built_in} that only libxml2 or only xmlschema allows"
    facets = sorted({o.facet for one in (lexical, *left_out) for o in one.opaque})
    return f"texts of {lexical.built_in} against {', '.join(r.built_in for r in new)} ({', '.join(facets) or 'lexical forms'})"


def _is_trusted(old: Lexical, new: Lexical) -> bool:
    """Whether the language of `new` may be taken for what it allows, given what `old` allows."""
    if new.built_in in _CONTEXTUAL and old.built_in != new.built_in:
        return False
    return all(any(_implies(known, wanted) for known in old.opaque) for wanted in new.opaque)


def _as_trusted(old: Lexical, new: Lexical) -> Lexical:
    """Of another type only what is allowed without doubt; the same type reads the same text alike."""
    return new if old.built_in == new.built_in else new.certain


def _implies(known: Opaque, wanted: Opaque) -> bool:
    if known == wanted:
        return True
    if known.family != wanted.family:
        return False
    if known.facet == "enumeration":
        return _all_within(known, wanted)
    if wanted.facet == "enumeration" or not _same_side(known.facet, wanted.facet):
        return False
    ordered = [_order(opaque) for opaque in (known, wanted)]
    if None in ordered or _form(known) != _form(wanted):
        return False
    (low, is_strict), (bound, is_bound_strict) = ordered  # type: ignore[misc] # neither is None
    if wanted.facet.startswith("max"):
        low, bound = -low, -bound
    return low > bound or (low == bound and (is_strict or not is_bound_strict))


def _all_within(known: Opaque, wanted: Opaque) -> bool:
    """Whether each of the known values is one of the wanted ones, or within the wanted bound."""
    if wanted.facet == "enumeration":
        return set(known.values) <= set(wanted.values)
    facet = wanted.facet.replace("Exclusive", "Inclusive")
    return all(_implies(Opaque(facet, (value,), known.family), wanted) for value in known.values)


def _same_side(one: str, other: str) -> bool:
    is_length = one.endswith("Length"), other.endswith("Length")
    return one[:3] == other[:3] and is_length[0] == is_length[1]


def _order(opaque: Opaque) -> tuple[Decimal, bool] | None:
    """The bound as a number, and whether it leaves itself out; None: not comparable here."""
    value = opaque.values[0]
    if opaque.facet.endswith("Length") and not value:
        return (
            (Decimal("Infinity"), False) if opaque.facet.startswith("max") else (Decimal(0), False)
        )
    if opaque.family not in ("float", "double") and not opaque.facet.endswith("Length"):
        return _day_order(opaque)
    try:
        number = Decimal(value)
    except InvalidOperation:
        return None
    return (number, opaque.facet.endswith("Exclusive")) if not number.is_nan() else None


def _day_order(opaque: Opaque) -> tuple[Decimal, bool] | None:
    """Days and times of one form, of years of four digits, are ordered as their digits are; durations of one
    unit as their numbers.
    """
    value = opaque.values[0]
    digits = "".join(each for each in value if each.isdigit())
    shape = "".join("0" if each.isdigit() else each for each in value).removesuffix("Z")
    is_one_number = opaque.family == "duration" and len(re.findall("[0-9]+", value)) == 1
    if not is_one_number and shape not in _ORDERED:
        return None
    return Decimal(f"-{digits}" if value.startswith("-") else digits), opaque.facet.endswith(
        "Exclusive"
    )


def _form(opaque: Opaque) -> str:
    """Values of one form can be ordered by what they say."""
    if opaque.family in ("float", "double") or opaque.facet.endswith("Length"):
        return ""
    return re.sub("[0-9]+", "0", opaque.values[0])
