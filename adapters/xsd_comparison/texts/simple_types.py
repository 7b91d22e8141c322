"""A simple type of a schema as texts: from its built-in type through every step that restricts it."""

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from xmlschema.validators import XsdList, XsdUnion

from adapters.xsd_comparison.sources import XS
from adapters.xsd_comparison.texts import built_in, decimals
from adapters.xsd_comparison.texts.lexical import Lexical, Texts
from adapters.xsd_comparison.texts.patterns import UnreadPatternError, language
from contracts.regular import terms
from contracts.regular.terms import Term

_FACETS = frozenset(
    ("length", "minLength", "maxLength", "pattern", "enumeration", "whiteSpace", "maxInclusive", "maxExclusive",
     "minInclusive", "minExclusive", "totalDigits", "fractionDigits")
)  # fmt: skip
#: Without a zone each value of these has one spelling.
_SPELLED_ONE_WAY = ("date", "gYearMonth", "gYear", "gMonthDay", "gDay", "gMonth")
_ZONED = re.compile("Z$|[+-][0-9]{2}:[0-9]{2}$")
_CHARACTERS_COUNT = ("string", "anyURI")


@lru_cache(maxsize=1024)
def texts_of(simple: Any) -> Texts:
    """The texts of a simple type of xmlschema."""
    name = simple.name or ""
    if name.startswith(f"{{{XS}}}"):
        return built_in.texts(name.partition("}")[2])
    if isinstance(simple, XsdUnion):
        return tuple(each for member in simple.member_types for each in texts_of(member))
    if isinstance(simple, XsdList):
        return built_in.listed(texts_of(simple.item_type), "list")
    base = texts_of(simple.base_type)
    return tuple(_restricted(each, simple) for each in base)


def equal_texts(lexical: Lexical, value: str) -> Lexical:
    """The texts that mean the same value (of an enumeration, or a fixed one)."""
    text = _normalised(lexical, value)
    if lexical.family == "decimal":
        try:
            return lexical.narrowed(decimals.equal_to(Decimal(text)))
        except InvalidOperation:
            return lexical.narrowed(terms.NOTHING)
    if lexical.family == "boolean":
        return lexical.narrowed(language("true|1" if text in ("true", "1") else "false|0"))
    if lexical.family in ("string", "anyURI", "list"):
        return lexical.narrowed(terms.word(text))
    if lexical.family in _SPELLED_ONE_WAY and not _ZONED.search(text):
        return lexical.narrowed(terms.word(text))
    if lexical.family in ("float", "double") and text not in ("NaN", "INF", "-INF"):
        lexical = lexical.narrowed(language("[^NI]*"))
    return lexical.with_opaque("enumeration", text)


def _restricted(lexical: Lexical, simple: Any) -> Lexical:
    facets: dict[str, list[str]] = {}
    for facet, value in own_facets(simple):
        facets.setdefault(facet, []).append(value)
    if "whiteSpace" in facets:
        lexical = replace(lexical, space=facets["whiteSpace"][0])  # type: ignore[arg-type] # one of three words
    if "pattern" in facets:
        lexical = _with_patterns(lexical, facets["pattern"])
    if "enumeration" in facets:
        lexical = _enumerated(lexical, facets["enumeration"])
    lexical = _with_lengths(lexical, facets)
    lexical = _with_digits(lexical, facets)
    for facet in ("minInclusive", "minExclusive", "maxInclusive", "maxExclusive"):
        if facet in facets:
            lexical = _bounded(lexical, facet, facets[facet][0].strip())
    return lexical


def own_facets(simple: Any) -> Iterator[tuple[str, str]]:
    """The facets that this step of the derivation states."""
    element = simple.elem
    if element is None:
        return
    for child in element.iter():
        namespace, _, local = str(child.tag).rpartition("}")
        if namespace == f"{{{XS}" and local in _FACETS and _is_own(element, child):
            yield local, child.get("value", "")


def _is_own(element: Any, facet: Any) -> bool:
    """Facets of the restriction itself, not of a type that stands within it as its base."""
    restrictions = (
        [element]
        if str(element.tag).endswith("}restriction")
        else element.findall(f"{{{XS}}}restriction")
    )
    content = [
        r
        for c in element.iter(f"{{{XS}}}simpleContent")
        for r in c
        if str(r.tag).endswith("}restriction")
    ]
    return any(facet in list(restriction) for restriction in (*restrictions, *content))


def _with_patterns(lexical: Lexical, patterns: list[str]) -> Lexical:
    try:
        return lexical.narrowed(terms.either(language(pattern) for pattern in patterns))
    except UnreadPatternError:
        return lexical.with_opaque("pattern", *sorted(patterns))


def _enumerated(lexical: Lexical, values: list[str]) -> Lexical:
    each = [equal_texts(lexical, value) for value in values]
    narrowed = lexical.narrowed(terms.either(one.language for one in each))
    if all(one.opaque == lexical.opaque for one in each):
        return narrowed
    return narrowed.with_opaque("enumeration", *sorted(_normalised(lexical, v) for v in values))


def _with_lengths(lexical: Lexical, facets: dict[str, list[str]]) -> Lexical:
    exact = facets.get("length", [None])[0]
    least = int(facets.get("minLength", [exact or "0"])[0] or 0)
    stated = facets.get("maxLength", [exact])[0]
    most = None if stated is None else int(stated)
    if least == 0 and most is None:
        return lexical
    unit = _unit_of_length(lexical)
    if unit is None:
        return lexical.with_opaque("minLength", str(least)).with_opaque(
            "maxLength", str(most or "")
        )
    if lexical.family != "list":
        return lexical.narrowed(terms.repeat(unit, least, most))
    return lexical.narrowed(_items(unit, least, most))


def _unit_of_length(lexical: Lexical) -> Term | None:
    if lexical.family in _CHARACTERS_COUNT:
        return language(r"[\s\S]")
    return {"hexBinary": language(".."), "list": language("[^ ]+")}.get(lexical.family)


def _items(item: Term, least: int, most: int | None) -> Term:
    if most == 0:
        return terms.EMPTY_WORD
    more = terms.concat(terms.word(" "), item)
    some = terms.concat(
        item, terms.repeat(more, max(least - 1, 0), None if most is None else most - 1)
    )
    return some if least else terms.either((terms.EMPTY_WORD, some))


def _with_digits(lexical: Lexical, facets: dict[str, list[str]]) -> Lexical:
    total, fraction = (
        int(facets[name][0]) if name in facets else None
        for name in ("totalDigits", "fractionDigits")
    )
    if lexical.family != "decimal" or (total is None and fraction is None):
        return lexical
    return lexical.narrowed(decimals.digits(total, fraction))


def _bounded(lexical: Lexical, facet: str, value: str) -> Lexical:
    if lexical.family in ("float", "double"):
        lexical = lexical.narrowed(terms.complement(_beyond_every_bound(facet)))
    if lexical.family != "decimal":
        return lexical.with_opaque(facet, value)
    inclusive = facet.endswith("Inclusive")
    within = decimals.at_least if facet.startswith("min") else decimals.at_most
    return lexical.narrowed(within(Decimal(value), inclusive=inclusive))


def _beyond_every_bound(facet: str) -> Term:
    """What is no number is within no bound; infinity only within an infinite one, which nobody states."""
    return language("NaN|-INF" if facet.startswith("min") else "NaN|INF")


def _normalised(lexical: Lexical, value: str) -> str:
    if lexical.space == "collapse":
        return " ".join(value.split())
    if lexical.space == "replace":
        return value.replace("\t", " ").replace("\n", " ").replace("\r", " ")
    return value
