"""Headings of a file to the columns of a profile: spelling folded, unit read, cut names completed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from adapters.tables.folding import fold
from adapters.tables.profile_model import Column, Profile, ProfileError
from contracts.reasons import Reason, Rule

#: Some databases cut names there, and publishers export the cut names.
CUT_LENGTH = 63
#: A heading stands in the place of each reason: punctuation without end must not stand there with it.
_SHOWN_LENGTH = 120


@dataclass(frozen=True, slots=True)
class Match:
    """A column as a file has it: at which index, under which heading, for which slot, in which unit."""

    column: Column
    slot: int | None = None
    unit: str | None = None
    index: int = -1
    heading: str = ""


@dataclass(frozen=True, slots=True)
class Layout:
    """What the columns of a file are. `reasons` with an error: the file cannot be read."""

    matches: tuple[Match, ...]
    reasons: tuple[Reason, ...]
    notes: tuple[str, ...]


class HeadingIndex:
    """All spellings of all headings of a profile, folded."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self._matches: dict[str, Match] = {}
        for column in profile.columns:
            for spelling, match in _spellings(column, profile.slots):
                other = self._matches.setdefault(spelling, match)
                if other.column is not column or other.slot != match.slot:
                    text = f"{column.name} and {other.column.name} share a heading: {spelling}"
                    raise ProfileError((text,))

    def count(self, headings: Sequence[str]) -> int:
        """How many of these cells are headings of the profile."""
        return sum(self._find(heading) is not None for heading in headings if heading)

    def layout(self, headings: Sequence[str], heading_row: int, where: str = "") -> Layout:
        """Columns matched; TAB_02 for headings that are missing, double or unknown.

        `where`: words before the row, such as `sheet "Part 1", `.
        """
        row = f"{where}row {heading_row}"
        matches: dict[tuple[str, int | None], Match] = {}
        reasons: list[Reason] = []
        dropped: list[str] = []
        unknown: list[str] = []
        for index, heading in enumerate(headings):
            found = self._find(heading)
            if found is None:
                if (why := self._profile.dropped.get(fold(heading))) is not None:
                    dropped.append(f"column not carried: {heading.strip()} ({why})")
                elif heading.strip():
                    unknown.append(heading.strip())
                continue
            shown = heading.strip()[:_SHOWN_LENGTH]
            match = Match(found.column, found.slot, found.unit, index, shown)
            first = matches.setdefault((found.column.name, found.slot), match)
            if first is not match:
                reasons.append(_double(first, match, row))
        present = {name for name, slot in matches if slot is None or slot == self._profile.slots[0]}
        reasons.extend(self._missing(present, unknown, row))
        reasons.extend(self._unknown(unknown, row))
        units = sorted(
            {
                f"unit: {match.heading} is read in {match.unit}"
                for match in matches.values()
                if _odd(match)
            }
        )
        return Layout(tuple(matches.values()), tuple(reasons), (*dropped, *units))

    def _find(self, heading: str) -> Match | None:
        spelling = fold(heading)
        if (match := self._matches.get(spelling)) is not None:
            return match
        if len(heading) == CUT_LENGTH and len(spelling) >= CUT_LENGTH // 2:
            whole = [name for name in self._matches if name.startswith(spelling)]
            columns = {
                (self._matches[name].column.name, self._matches[name].slot) for name in whole
            }
            if len(columns) == 1:
                return min((self._matches[name] for name in whole), key=_odd)
        return None

    def _missing(self, present: set[str], unknown: list[str], row: str) -> Iterator[Reason]:
        for column in self._profile.columns:
            if column.mandatory and column.name not in present:
                heading = _readable(column, self._profile.slots)
                near = get_close_matches(
                    heading, [u[:_SHOWN_LENGTH] for u in unknown[:100]], 1, 0.6
                )
                hint = f"; is it {near[0]!r}?" if near else ""
                yield Reason(Rule.TAB_02, f"the heading {heading!r} is missing{hint}", place=row)

    def _unknown(self, unknown: list[str], row: str) -> Iterator[Reason]:
        for heading in unknown:
            text = f"the profile {self._profile.name} does not know the heading {heading[:80]!r}: not carried"
            place = f'{row}, column "{heading[:80]}"'
            if self._profile.unknown_headings == "error":
                yield Reason(Rule.TAB_02, text, place=place)
            else:
                yield Reason.warning(Rule.TAB_02, text, place=place)


def _spellings(column: Column, slots: tuple[int, ...]) -> Iterator[tuple[str, Match]]:
    """(folded heading, match) for every heading of the column, every slot and every unit."""
    for template in column.headings:
        units: list[str | None] = (
            list(column.units) if "{unit}" in template else [next(iter(column.units), None)]
        )
        for slot in slots if column.in_slot else (None,):
            for number in _numbers(template, slot, slots):
                for unit in units:
                    text = template.replace("{n?}", number).replace("{n}", number)
                    yield fold(text.replace("{unit}", unit or "")), Match(column, slot, unit)


def _numbers(template: str, slot: int | None, slots: tuple[int, ...]) -> tuple[str, ...]:
    if slot is not None and "{n?}" in template and slot == slots[0]:
        return str(slot), ""
    return (str(slot),)


def _readable(column: Column, slots: tuple[int, ...]) -> str:
    number = str(slots[0]) if slots else ""
    text = column.headings[0].replace("{n?}", "").replace("{n}", number)
    return " ".join(text.replace("{unit}", next(iter(column.units), "")).split())


def _odd(match: Match) -> bool:
    """Whether a column comes in another unit than the usual one of its layout."""
    return match.unit != next(iter(match.column.units), None)


def _double(first: Match, second: Match, row: str) -> Reason:
    text = f"this heading and {first.heading!r} (column {first.index + 1}) mean the same: leave one out"
    return Reason(Rule.TAB_02, text, place=f'{row}, column "{second.heading}"')
