"""The types of XML Schema itself, as texts.

Source: XML Schema part 2, section 3.
"""

from decimal import Decimal
from functools import lru_cache

from adapters.xsd_comparison.texts import decimals
from adapters.xsd_comparison.texts.lexical import Lexical, Space, Texts
from adapters.xsd_comparison.texts.patterns import language
from contracts.regular import terms
from contracts.regular.terms import Term

_ZONE = r"(Z|[+\-]((0[0-9]|1[0-3]):[0-5][0-9]|14:00))?"
_CENTURY = "([0-9][0-9]|[1-9][0-9]{2,})"
_LEAP = (
    f"({_CENTURY}(0[48]|[2468][048]|[13579][26])|"
    "([02468][048]|[13579][26]|[1-9][0-9]*([02468][048]|[13579][26]))00)"
)
_YEAR = "([0-9]{4}|[1-9][0-9]{4,})"
_MONTH_DAY = "((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))"
_DAY = f"-?({_YEAR}-{_MONTH_DAY}|{_LEAP}-02-29)"
_TIME = r"(([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]+)?|24:00:00(\.0+)?)"
_DURATION_TIME = (
    r"T([0-9]+H([0-9]+M)?([0-9]+(\.[0-9]+)?S)?|[0-9]+M([0-9]+(\.[0-9]+)?S)?|[0-9]+(\.[0-9]+)?S)"
)
_DURATION_DAYS = "([0-9]+Y([0-9]+M)?([0-9]+D)?|[0-9]+M([0-9]+D)?|[0-9]+D)"
_NUMBER = r"[+\-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([Ee][+\-]?[0-9]+)?"
_NAME = r"[\i-[:]][\c-[:]]*"

#: Name -> family and pattern.
_PATTERNS = {
    "boolean": ("boolean", "true|false|1|0"),
    "float": ("float", rf"{_NUMBER}|-?INF|NaN"),
    "double": ("double", rf"{_NUMBER}|-?INF|NaN"),
    "duration": ("duration", f"-?P({_DURATION_DAYS}({_DURATION_TIME})?|{_DURATION_TIME})"),
    "dateTime": ("dateTime", f"{_DAY}T{_TIME}{_ZONE}"),
    "time": ("time", _TIME + _ZONE),
    "date": ("date", _DAY + _ZONE),
    "gYearMonth": ("gYearMonth", f"-?{_YEAR}-(0[1-9]|1[0-2]){_ZONE}"),
    "gYear": ("gYear", f"-?{_YEAR}{_ZONE}"),
    "gMonthDay": ("gMonthDay", f"--({_MONTH_DAY}|02-29){_ZONE}"),
    "gDay": ("gDay", f"---(0[1-9]|[12][0-9]|3[01]){_ZONE}"),
    "gMonth": ("gMonth", f"--(0[1-9]|1[0-2]){_ZONE}"),
    "hexBinary": ("hexBinary", "([0-9a-fA-F]{2})*"),
    "language": ("string", "[a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8})*"),
    "NMTOKEN": ("string", r"\c+"),
    "Name": ("string", r"\i\c*"),
    "NCName": ("string", _NAME),
    "ID": ("string", _NAME),
    "IDREF": ("string", _NAME),
    "ENTITY": ("string", _NAME),
}
#: What engines read more narrowly than these patterns say, or by what is declared elsewhere; and what is
#: allowed without doubt.
_WIDER = {
    "anyURI": ("[^ ]([^ ]| [^ ])*|", "([A-Za-z0-9._~+\\-]+(/[A-Za-z0-9._~+\\-]+)*)?"),
    "base64Binary": (
        "([A-Za-z0-9+/=] ?)*",
        "([A-Za-z0-9+/]{4})*([A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?",
    ),
    "QName": (f"({_NAME}:)?{_NAME}", f"(xml:)?{_NAME}"),
    "NOTATION": (f"({_NAME}:)?{_NAME}", "[^\\s\\S]"),
}
_SPACES: dict[str, Space] = {
    "anySimpleType": "preserve",
    "anyAtomicType": "preserve",
    "string": "preserve",
    "normalizedString": "replace",
    "token": "collapse",
}
_LISTS = {"NMTOKENS": "NMTOKEN", "IDREFS": "IDREF", "ENTITIES": "ENTITY"}
#: Integer types: least and most.
_INTEGERS: dict[str, tuple[int | None, int | None]] = {
    "integer": (None, None),
    "nonPositiveInteger": (None, 0),
    "negativeInteger": (None, -1),
    "nonNegativeInteger": (0, None),
    "positiveInteger": (1, None),
    **{
        name: (-(2**bits), 2**bits - 1)
        for name, bits in (("long", 63), ("int", 31), ("short", 15), ("byte", 7))
    },
    **{
        f"unsigned{name}": (0, 2**bits - 1)
        for name, bits in (("Long", 64), ("Int", 32), ("Short", 16), ("Byte", 8))
    },
}


@lru_cache(maxsize=128)
def texts(name: str) -> Texts:
    """The texts of a type of XML Schema, by its local name. Raises KeyError for one that is not known."""
    if name in _SPACES:
        return (Lexical(_SPACES[name], terms.ANYTHING, "string", name),)
    if name in _LISTS:
        return listed(texts(_LISTS[name]), name, least=1)
    if name == "decimal":
        return (Lexical("collapse", decimals.DECIMAL, "decimal", name),)
    if name in _INTEGERS:
        return (Lexical("collapse", _integers(*_INTEGERS[name]), "decimal", name),)
    if name in _WIDER:
        whole, sure = (language(pattern) for pattern in _WIDER[name])
        return (Lexical("collapse", whole, name, name, sure),)
    family, pattern = _PATTERNS[name]
    return (Lexical("collapse", _valid_years(family, language(pattern)), family, name),)


def _integers(least: int | None, most: int | None) -> Term:
    bounds = [decimals.INTEGER]
    if least is not None:
        bounds.append(decimals.at_least(Decimal(least)))
    if most is not None:
        bounds.append(decimals.at_most(Decimal(most)))
    return terms.both(bounds)


def _valid_years(family: str, term: Term) -> Term:
    """There is no year 0000."""
    if family not in ("dateTime", "date", "gYearMonth", "gYear"):
        return term
    return terms.both((term, terms.complement(language("-?0000.*"))))


def listed(items: Texts, name: str, least: int = 0, most: int | None = None) -> Texts:
    """Lists of such items, with single blanks between them."""
    whole = _repeated([each.language for each in items], least, most)
    sure = None
    if any(each.sure is not None for each in items):
        sure = _repeated([each.certain.language for each in items], least, most)
    opaque = frozenset(o for each in items for o in each.opaque)
    return (Lexical("collapse", whole, "list", name, sure, opaque),)


def _repeated(items: list[Term], least: int, most: int | None) -> Term:
    if most == 0:
        return terms.EMPTY_WORD
    item = terms.both((terms.either(items), language("[^ ]+")))
    more = terms.concat(terms.word(" "), item)
    some = terms.concat(
        item, terms.repeat(more, max(least - 1, 0), None if most is None else most - 1)
    )
    return some if least else terms.either((terms.EMPTY_WORD, some))
