"""A drafted profile: the document, what each column was taken for and why, and what was assumed."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from adapters.tables.csv_rows import Sheet
from adapters.tables.drafting.assembling import Assembly
from adapters.tables.drafting.categories import CategoryGuess, guess_category, subject_of
from adapters.tables.drafting.choosing import Chosen, Left, choose
from adapters.tables.drafting.matching import PROPOSED
from adapters.tables.drafting.observed import Observed, columns_of
from adapters.tables.drafting.slots import SlotColumn, slots_in
from adapters.tables.drafting.targets import POINT, REFERENCE, Target, targets_of
from adapters.tables.drafting.vocabulary import Vocabulary
from adapters.tables.folding import fold
from adapters.tables.profile_model import Profile
from contracts.categories import Category
from contracts.reasons import Reason

#: So many rows are looked at: what a column holds shows early.
SAMPLED_ROWS = 2_000
_STATUS = "/attributes/connection_status"


@dataclass(frozen=True)
class Proposal:
    """`document` passes the schema of profiles; it is None where no category could be told."""

    guess: CategoryGuess
    document: dict[str, Any] | None
    chosen: tuple[Chosen, ...] = ()
    left: tuple[Left, ...] = ()
    assumed: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "category": list(self.guess.names),
            "category_confidence": self.guess.confidence,
            "category_why": self.guess.why,
            "columns": [_shown(each) for each in self.chosen],
            "dropped": [_shown_left(each) for each in self.left],
            "assumed": self.assumed,
            "notes": list(self.notes),
            "profile": self.document,
        }


def _shown(chosen: Chosen) -> dict[str, Any]:
    fit = chosen.fit
    shown: dict[str, Any] = {
        "heading": fit.column.heading if chosen.slot is None else chosen.slot.template,
        "to": fit.target.pointer,
        "confidence": fit.score,
        "why": fit.sentence,
    }
    if fit.coding is not None:
        known = [each for each in fit.coding.values if each.value is not None]
        shown["values"] = [
            {"spelling": c.spelling, "value": c.value, "confidence": c.confidence, "rows": c.rows}
            for c in known
        ]
        shown["unknown_values"] = [
            {"spelling": c.spelling, "rows": c.rows} for c in fit.coding.unknown
        ]
    return shown


def _shown_left(left: Left) -> dict[str, Any]:
    nearest = [{"to": pointer, "confidence": score} for pointer, score in left.nearest]
    return {"headings": list(left.headings), "why": left.why, "nearest": nearest}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a draft is made for. `category`: None where it is to be told from the file."""

    name: str
    file_name: str
    category: Category | None = None
    version: str = "1.0"


@dataclass(frozen=True, slots=True)
class _Table:
    """`headings`: all of them; `columns`: those that can be told apart; `slots`: those that repeat, by `numbers`."""

    headings: tuple[str, ...]
    columns: tuple[Observed, ...]
    numbers: tuple[int, ...]
    slots: tuple[SlotColumn, ...]


def propose(
    sheets: Sequence[Sheet],
    asked: Asked,
    categories: Sequence[Category],
    profiles: Iterable[Profile],
) -> Proposal:
    """A profile for the layout of these sheets. `categories`: those in force; `profiles`: known layouts, whose words
    are known as well.
    """
    vocabulary = Vocabulary(profiles)
    sheet = max(sheets, key=lambda each: len(each.rows))
    rows = [cells for _, cells in sheet.rows[:SAMPLED_ROWS] if not isinstance(cells, Reason)]
    columns = _told_apart(columns_of(sheet.headings, rows))
    every = targets_of(categories, vocabulary.profiles)
    if asked.category is not None:
        guess = CategoryGuess((asked.category.name,), 1.0, "it was given")
    else:
        guess = guess_category(columns, asked.file_name, (c.name for c in categories), every)
    if not guess.names:
        return Proposal(guess, None)
    meant = [category for category in categories if category.name in guess.names]
    targets = targets_of(meant, vocabulary.profiles)
    numbers, slots = slots_in(columns, _own_headings(targets))
    table = _Table(tuple(h.strip() for h in sheet.headings), columns, numbers, slots)
    choice = choose(columns, slots, targets, vocabulary, subject_of(guess.names))
    return _assembled(asked, guess, table, choice, targets, vocabulary)


def _told_apart(columns: Iterable[Observed]) -> tuple[Observed, ...]:
    """Of those with the same heading the first: no profile tells them apart."""
    first: dict[str, Observed] = {}
    for column in columns:
        if spelling := fold(column.heading):
            first.setdefault(spelling, column)
    return tuple(first.values())


def _own_headings(targets: Sequence[Target]) -> frozenset[str]:
    """`Address line 1` is no slot."""
    return frozenset(fold(phrase) for target in targets for phrase in target.phrases)


def _assembled(
    asked: Asked,
    guess: CategoryGuess,
    table: _Table,
    choice: tuple[tuple[Chosen, ...], tuple[Left, ...]],
    targets: Sequence[Target],
    vocabulary: Vocabulary,
) -> Proposal:
    chosen, left = choice
    title = f"Drafted from {asked.file_name}"[:200]
    assembly = Assembly(asked.name, title, table.headings, table.numbers)
    assembly.add_columns(chosen, guess, vocabulary)
    borrowed = len(guess.names) > 1 and any(map(assembly.decide_category_as, vocabulary.profiles))
    notes = list(_notes(chosen, table.headings))
    if not borrowed:
        telling = next((c for c in table.columns if c.index == guess.told_by), None)
        slot = next((s for s in table.slots if guess.told_by in s.indexes), None)
        heading = telling.heading if telling is not None else ""
        assembly.add_category(guess, heading, None if slot is None else slot.template)
        told = {} if guess.told_by is None else {guess.told_by: "it tells the category"}
    else:
        told = {}
    left = tuple(each for each in left if each.column.index not in told)
    assumed = _assumed(chosen, targets, notes)
    for pointer, value in assumed.items():
        assembly.assume(pointer, value)
    assembly.add_steps(chosen, _scheme(chosen), asked.name)
    assembly.drop(left)
    document = assembly.document(asked.version, _markers(table.columns, chosen))
    return Proposal(guess, document, chosen, left, assumed, tuple(notes))


def _assumed(
    chosen: Sequence[Chosen], targets: Sequence[Target], notes: list[str]
) -> dict[str, str]:
    """What no column states and every item needs: assumed where a list of assets usually means it, else said."""
    stated = {each.fit.target.pointer for each in chosen}
    assumed: dict[str, str] = {}
    for target in targets:
        if not target.is_mandatory or target.pointer in stated:
            continue
        if target.pointer == _STATUS:
            assumed[target.pointer] = "connected"
        else:
            notes.append(
                f"no column states {target.pointer}, which every asset of the category has"
            )
    return assumed


def _notes(chosen: Sequence[Chosen], headings: Sequence[str]) -> Iterable[str]:
    for spelling, times in Counter(map(fold, headings)).items():
        if spelling and times > 1:
            first = next(heading for heading in headings if fold(heading) == spelling)
            yield f"the heading {first!r} stands {times} times: each needs one of its own"
    pointers = {each.fit.target.pointer for each in chosen}
    if POINT not in pointers:
        yield "no column states an accounting point (an MPAN): assets are found again by it"
    if not pointers & {"/network/gsp_group", "/network/area"}:
        yield "no column states a GSP group or licence area: nobody who looks at one will see these assets"
    if REFERENCE not in pointers and "/attributes/serial_number" not in pointers:
        yield "no column tells one row from another: the same file again may not find its assets"


def _scheme(chosen: Sequence[Chosen]) -> str:
    points = [each.fit.column for each in chosen if each.fit.target.pointer == POINT]
    return "eic" if points and all(c.eics >= PROPOSED > c.mpans for c in points) else "mpan"


def _markers(columns: Sequence[Observed], chosen: Sequence[Chosen]) -> list[str]:
    """Words for "nothing" that the file has, but for those that are a value of one of its enumerations."""
    values = {fold(option) for each in chosen for option in each.fit.target.options}
    found = {marker for column in columns for marker in column.markers}
    return sorted(marker for marker in found if not fold(marker) or fold(marker) not in values)
