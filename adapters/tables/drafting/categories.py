"""Which category, or categories, the rows of a file are of: told from values, headings and the file's name."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from adapters.tables.drafting.coding import MOST_DISTINCT
from adapters.tables.drafting.observed import Observed
from adapters.tables.drafting.targets import Target
from adapters.tables.drafting.units import without_unit
from adapters.tables.drafting.word_lists import CATEGORY_WORDS
from adapters.tables.drafting.wording import likeness, words_of
from adapters.tables.folding import fold

#: A column tells categories where so much of it speaks of one; one category, where so much of that is it.
_TELLING, _ONE = 0.5, 0.95
#: What is not the hub's own category counts less: the words of a heading may be about anything.
_OF_VALUES, _OF_FILE_NAME, _OF_HEADING, _OF_ATTRIBUTE = 3.0, 1.5, 0.75, 1.0
_LEAST = 0.5
_ALIKE = 0.9
_NOT_LETTERS = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class CategoryGuess:
    """`names`: one, or several where column `told_by` (an index) tells which row is of which: `of_value`."""

    names: tuple[str, ...]
    confidence: float
    why: str
    told_by: int | None = None
    of_value: Mapping[str, str] | None = None


def guess_category(
    columns: Sequence[Observed], file_name: str, names: Iterable[str], targets: Sequence[Target]
) -> CategoryGuess:
    """No name where nothing speaks for one. `targets`: of all categories."""
    known = tuple(names)
    telling = _most_telling(columns, known)
    if telling is not None and len(telling.names) > 1:
        return telling
    scores = dict.fromkeys(known, 0.0)
    why: dict[str, list[str]] = {name: [] for name in known}

    def add(name: str, score: float, clause: str) -> None:
        scores[name] += score
        why[name].append(clause)

    if telling is not None:
        add(telling.names[0], _OF_VALUES * telling.confidence, telling.why)
    if (said := category_in(file_name, known)) is not None:
        add(said, _OF_FILE_NAME, f"the file is called {file_name}")
    for column in columns:
        if (said := category_in(column.heading, known)) is not None:
            add(said, _OF_HEADING, f"a heading is {column.heading!r}")
        for name, share in _of_attributes(column, targets).items():
            add(name, _OF_ATTRIBUTE * share, f"{column.heading!r} is of few other categories")
    first, second = sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))[:2]
    if first[1] < _LEAST or first[1] == second[1]:
        return CategoryGuess((), 0.0, "neither headings nor values tell a category")
    confidence = round(first[1] / (first[1] + second[1]), 3)
    return CategoryGuess((first[0],), confidence, "; ".join(dict.fromkeys(why[first[0]])))


def subject_of(names: Sequence[str]) -> frozenset[str]:
    """Single words for the one category of a file: in its headings they tell nothing apart."""
    if len(names) != 1:
        return frozenset()
    said = (*CATEGORY_WORDS.get(names[0], ()), names[0].replace("_", " "))
    return frozenset(words_of(" ".join(said)))


def _most_telling(columns: Sequence[Observed], known: tuple[str, ...]) -> CategoryGuess | None:
    """The column that speaks of categories in most rows, if most of its values do."""
    best: CategoryGuess | None = None
    most_told = 0
    for column in columns:
        if not column.counts or len(column.counts) > MOST_DISTINCT:
            continue
        of_value = {
            text: name for text in column.texts if (name := category_in(text, known)) is not None
        }
        rows: dict[str, int] = {}
        for text, count in column.counts:
            if text in of_value:
                rows[of_value[text]] = rows.get(of_value[text], 0) + count
        share, told = sum(rows.values()) / column.stated, sum(rows.values())
        if share < _TELLING or told <= most_told:
            continue
        most_told = told
        most = max(rows, key=lambda name: (rows[name], name))
        one = rows[most] >= _ONE * sum(rows.values())
        names = (most,) if one else tuple(sorted(rows))
        clause = f"{share:.0%} of the values of {column.heading!r} speak of {'it' if one else 'categories'}"
        best = CategoryGuess(names, round(share, 3), clause, column.index, of_value)
    return best


@lru_cache(maxsize=16_384)
def category_in(text: str, known: tuple[str, ...]) -> str | None:
    """The category that a text speaks of: its own name, or the longest of the words that speak for one."""
    if (named := {fold(name): name for name in known}.get(fold(text))) is not None:
        return named
    padded = f" {_NOT_LETTERS.sub(' ', text.lower()).strip()} "
    found: list[tuple[int, str]] = []
    for name in known:
        for words in (*CATEGORY_WORDS.get(name, ()), name.replace("_", " ")):
            plain = _NOT_LETTERS.sub(" ", words)
            if f" {plain} " in padded or f" {plain}s " in padded:
                found.append((len(plain), name))
    return max(found, key=lambda pair: (pair[0], pair[1]))[1] if found else None


def _of_attributes(column: Observed, targets: Sequence[Target]) -> dict[str, float]:
    """Categories with an attribute that is called like the column and that few others have."""
    bare = without_unit(column.heading)
    best: dict[str, float] = {}
    for target in targets:
        if not target.categories:
            continue
        score = max(likeness(bare, without_unit(phrase)) for phrase in target.phrases)
        if score >= _ALIKE:
            for name in target.categories:
                best[name] = max(best.get(name, 0.0), score / len(target.categories))
    return best
