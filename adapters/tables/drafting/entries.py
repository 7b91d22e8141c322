"""Entries of a profile's document for one chosen column each."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from adapters.tables.drafting.choosing import Chosen
from adapters.tables.drafting.coding import Coding
from adapters.tables.drafting.observed import Observed
from adapters.tables.drafting.targets import EASTING, NORTHING, POINT, Target, fraction_digits
from adapters.tables.drafting.units import factor_of, unit_in, usual_first, with_mark
from adapters.tables.drafting.vocabulary import Vocabulary
from adapters.tables.folding import fold

Entry = dict[str, Any]
#: What a slot may be numbered with, or the first one not.
_NUMBERS = ("", *"123456789")
#: Of one column; what stands once may be anything, a name for instance.
_MOST_MARKERS = 20
_STEP_ONLY = (POINT, EASTING, NORTHING)


def column_entry(chosen: Chosen, name: str, other_headings: Iterable[str]) -> Entry:
    """A column as its target and its heading have it. `other_headings`: what no spelling of it may be."""
    target, heading = chosen.fit.target, chosen.fit.column.heading
    template = heading if chosen.slot is None else chosen.slot.template
    entry: Entry = {"name": name, "kind": target.kind, "headings": [_plain(template, chosen)]}
    if target.kind == "decimal" and target.units:
        entry |= _scaled(template, chosen, target, other_headings)
    if (digits := fraction_digits(target)) is not None:
        entry["fraction_digits"] = digits
    if target.kind == "code":
        entry["codes"] = name
    if target.kind == "digits" and (words := _no_digits(chosen.fit.column)):
        entry["null_markers"] = words
    if target.pointer not in _STEP_ONLY:
        entry["to"] = target.pointer
    if target.is_mandatory or target.pointer == POINT:
        entry["mandatory"] = True
    return entry


def _no_digits(column: Observed) -> list[str]:
    """What repeatedly stands in the place of a number and is none: words, or nothing but noughts."""
    found = (
        text
        for text, times in column.counts
        if not text.strip("0. ") or (times > 1 and not any(map(str.isdigit, text)))
    )
    return sorted(islice(found, _MOST_MARKERS))


def _plain(template: str, chosen: Chosen) -> str:
    """Braces of a heading are no marks; those of a slot are."""
    if chosen.slot is not None:
        return template
    return template.replace("{", "(").replace("}", ")")


def _scaled(template: str, chosen: Chosen, target: Target, other_headings: Iterable[str]) -> Entry:
    found = unit_in(template)
    usual = next(iter(target.units))
    known = None if found is None else factor_of(found.written, target.units)
    if known is None:
        return {"units": {usual: "1", **target.units}}
    marked = (
        template[: found.start] + "{unit}" + template[found.end :]
        if found and chosen.slot
        else with_mark(template)
    )
    units = usual_first(known[0], target.units)
    others = {fold(each) for each in other_headings}
    if not others.isdisjoint(_spellings(marked, units)):
        units = {known[0]: known[1]}
    return {"headings": [marked], "units": units}


def _spellings(marked: str, units: Iterable[str]) -> Iterator[str]:
    for unit in units:
        for number in _NUMBERS if "{n" in marked else ("",):
            text = marked.replace("{n?}", number).replace("{n}", number)
            yield fold(text.replace("{unit}", unit))


def code_table(coding: Coding, target: Target, vocabulary: Vocabulary) -> list[Entry]:
    """Every option of the member, with the spellings that the file has for it."""
    spellings: dict[str, list[str]] = {option: [] for option in target.options}
    for coded in coding.values:
        if coded.value is not None and fold(coded.spelling) != fold(coded.value):
            folded = {fold(known) for known in spellings[coded.value]}
            if fold(coded.spelling) not in folded:
                spellings[coded.value].append(coded.spelling)
    return [
        _code(option, words, vocabulary.sets(target.pointer, option))
        for option, words in spellings.items()
    ]


def _code(option: str, spellings: list[str], sets: Mapping[str, str]) -> Entry:
    entry: Entry = {"code": option}
    if spellings:
        entry["spellings"] = spellings
    return entry | ({"sets": dict(sets)} if sets else {})


def category_table(
    of_value: Mapping[str, str], target: Target | None, coding: Coding | None
) -> list[Entry]:
    """A column that tells categories: as such, or beside the member that it is read to as well."""
    if target is None or coding is None:
        spelt: dict[str, list[str]] = {}
        for text, category in of_value.items():
            spelt.setdefault(category, []).append(text)
        return [
            _code(category, [t for t in texts if fold(t) != fold(category)], {})
            for category, texts in sorted(spelt.items())
        ]
    table: list[Entry] = []
    for coded in coding.values:
        if coded.spelling not in of_value:
            continue
        entry: Entry = {"code": fold(coded.spelling), "spellings": [coded.spelling]}
        entry["value"] = coded.value
        if all(entry["code"] != known["code"] for known in table):
            table.append(entry | {"sets": {"/category": of_value[coded.spelling]}})
    return table
