"""Strings: lengths, patterns, formats, exclusions, and names of members, as one regular language.

The language is taken wide where something is not known exactly (formats, patterns that are black boxes):
if it is empty there is no such string. Each string that is given was tried against every literal.
"""

from collections.abc import Iterator
from itertools import islice

from contracts.regular import terms
from contracts.regular.budget import Budget, BudgetSpentError
from contracts.regular.exploring import shortest, wandering, words
from contracts.regular.terms import Term
from registry_store.containment.evaluating import holds
from registry_store.containment.formats import FORMATS, implies
from registry_store.containment.formulas import Arena, Formula
from registry_store.containment.names import pattern_language
from registry_store.containment.solving.goals import Answers, Found, Gap

_STEPS = 25_000
_WANDERING_STEPS = 5_000
_MOST_TRIED = 60
_PRINTABLE = terms.repeat(terms.chars(((0x20, 0x7E),)), 0, None)
_SAMPLES = tuple(
    dict.fromkeys(text for each in FORMATS.values() for text in (*each.examples, *each.misses))
)


def strings(arena: Arena, literals: tuple[Formula, ...], budget: Budget) -> Answers:
    least, most = _lengths(literals)
    if (most is not None and least > most) or _formats_exclude(literals):
        return
    language = terms.both(_language(literal) for literal in literals)
    is_exact = all(_is_exact(literal) for literal in literals)
    share = budget.share(_STEPS)
    tried = 0
    try:
        if shortest(language, least, most, share) is None:
            return
        for word in _candidates(literals, language, least, most, share):
            tried += 1
            if is_exact or all(holds(arena, literal, word) for literal in literals):
                yield Found(word)
        if tried and not is_exact:
            yield Gap("not every string of a format or pattern is tried")
        elif tried >= _MOST_TRIED:
            yield Gap("there are more strings than are tried")
    except BudgetSpentError:
        if share.left >= 0:
            raise
        yield from _wandered(arena, literals, language, (least, most), budget)
        yield Gap("a pattern has too many states")


def _wandered(
    arena: Arena,
    literals: tuple[Formula, ...],
    language: Term,
    lengths: tuple[int, int | None],
    budget: Budget,
) -> Answers:
    """A string of a language that has too many states to look for the shortest."""
    share = budget.share(_WANDERING_STEPS)
    try:
        text = wandering(terms.both((language, _PRINTABLE)), *lengths, share)
    except BudgetSpentError:
        if share.left >= 0:
            raise
        return
    if text is not None and all(holds(arena, literal, text) for literal in literals):
        yield Found(text)


def _candidates(
    literals: tuple[Formula, ...], language: Term, least: int, most: int | None, budget: Budget
) -> Iterator[str]:
    """Examples and near misses of all formats, if one is spoken of; then words of the language."""
    given: set[str] = set()
    if any(literal.name == "format" for literal in literals):
        for text in _SAMPLES:
            if (
                least <= len(text)
                and (most is None or len(text) <= most)
                and terms.accepts(language, text)
            ):
                given.add(text)
                yield text
    # Texts that are of the formats for sure; then printable ones, which engines judge alike.
    if language is terms.ANYTHING and not given:
        sharp = language
    else:
        sharp = terms.both((language, *(_sharpened(literal) for literal in literals)))
    printable = terms.both((language, _PRINTABLE))
    for narrowed in dict.fromkeys((sharp, printable, language)):
        for word in islice(words(narrowed, least, most, budget), _MOST_TRIED):
            if word not in given:
                given.add(word)
                yield word


def _sharpened(literal: Formula) -> Term:
    if literal.name != "format":
        return _PRINTABLE
    known = FORMATS[literal.parts[1]]
    return known.undisputed() if literal.sign else terms.complement(known.around())


def _lengths(literals: tuple[Formula, ...]) -> tuple[int, int | None]:
    least, most = 0, None
    for literal in literals:
        if literal.name not in ("min_length", "max_length"):
            continue
        bound = literal.parts[1]
        if (literal.name == "min_length") == literal.sign:
            least = max(least, bound if literal.sign else bound + 1)
        else:
            bound = bound if literal.sign else bound - 1
            most = bound if most is None else min(most, bound)
    return least, most


def _language(literal: Formula) -> Term:
    name, argument = literal.parts
    match name:
        case "pattern":
            known = pattern_language(argument)
            if known is None:
                return terms.ANYTHING
            return known if literal.sign else terms.complement(known)
        case "format":
            known_format = FORMATS[argument]
            return (
                known_format.around() if literal.sign else terms.complement(known_format.inside())
            )
        case "named":
            return argument.around if literal.sign else terms.complement(argument.within)
        case "enum":
            listed = terms.either(terms.word(key[1]) for key in argument)
            return listed if literal.sign else terms.complement(listed)
    return terms.ANYTHING


def _is_exact(literal: Formula) -> bool:
    name, argument = literal.parts
    match name:
        case "pattern":
            return pattern_language(argument) is not None
        case "format":
            return FORMATS[argument].is_exact
        case "named":
            return bool(argument.is_exact)
    return True


def _formats_exclude(literals: tuple[Formula, ...]) -> bool:
    formats = [literal for literal in literals if literal.name == "format"]
    return any(
        implies(one.parts[1], other.parts[1])
        for one in formats
        for other in formats
        if one.sign and not other.sign
    )
