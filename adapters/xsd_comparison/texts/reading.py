"""Texts as they stand in a document, compared: white space is treated while a text is read.

The question "which text does one type allow and none of the others?" is answered by reading with all of
them at once, character by character, as far as there is something new to see.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from adapters.xsd_comparison.texts.lexical import Lexical
from adapters.xsd_comparison.texts.unicode_sets import CHARACTER, SPACE
from contracts.regular import charsets, terms
from contracts.regular.budget import Budget
from contracts.regular.charsets import Charset
from contracts.regular.terms import Term

_BLANK = ord(" ")
_BEFORE, _WITHIN, _AFTER_BLANK = 0, 1, 2


@dataclass(frozen=True, slots=True)
class _Reader:
    """A type that has read a part of a text."""

    lexical: Lexical
    term: Term
    phase: int = _BEFORE

    @property
    def accepts(self) -> bool:
        return self.term.is_nullable

    def after(self, point: int) -> "_Reader":
        is_space = charsets.contains(SPACE, point)
        if self.lexical.space == "preserve" or (not is_space and self.lexical.space == "replace"):
            return self._at(self.term.after(point), self.phase)
        if self.lexical.space == "replace":
            return self._at(self.term.after(_BLANK), self.phase)
        if is_space:
            return self._at(self.term, _BEFORE if self.phase == _BEFORE else _AFTER_BLANK)
        before = self.term.after(_BLANK) if self.phase == _AFTER_BLANK else self.term
        return self._at(before.after(point), _WITHIN)

    def sets(self) -> frozenset[Charset]:
        if self.phase == _AFTER_BLANK:
            return self.term.firsts | self.term.after(_BLANK).firsts
        return self.term.firsts

    def _at(self, term: Term, phase: int) -> "_Reader":
        return _Reader(self.lexical, term, phase)


_State = tuple[_Reader, frozenset[_Reader]]
_Origins = dict[_State, tuple[_State, int] | None]
#: Texts that lead to one state, after the first one: engines may differ over a character, and not over others.
_MORE = 3


def words(lexical: Lexical, others: tuple[Lexical, ...], budget: Budget) -> Iterator[str]:
    """Texts that `lexical` allows and none of `others`, shortest first, a few for each way of being so.

    What is opaque is left out of account. None: there is no such text. Raises BudgetSpentError.
    """
    start: _State = (
        _Reader(lexical, lexical.language),
        frozenset(_Reader(other, other.language) for other in others),
    )
    origins: _Origins = {start: None}
    more: dict[_State, int] = {}
    if _is_found(start):
        yield ""
    layer = [start]
    while layer:
        following: list[_State] = []
        for state in layer:
            for point, moved in _moves(state, budget):
                if moved not in origins:
                    origins[moved] = (state, point)
                    following.append(moved)
                    more[moved] = 0
                elif more.get(moved, _MORE) >= _MORE or not _is_found(moved):
                    continue
                else:
                    more[moved] += 1
                if _is_found(moved):
                    yield _spelled(origins, state) + chr(point)
        layer = following


def _is_found(state: _State) -> bool:
    reader, rivals = state
    return reader.accepts and not any(rival.accepts for rival in rivals)


def _moves(state: _State, budget: Budget) -> Iterator[tuple[int, _State]]:
    """One character for each way of reading on, and where it leads."""
    reader, rivals = state
    sets = reader.sets().union(*(rival.sets() for rival in rivals)) | {CHARACTER, SPACE}
    points = charsets.representatives(sets)
    budget.spend(len(points))
    for point in points:
        if not charsets.contains(CHARACTER, point):
            continue
        moved = reader.after(point)
        if moved.term is not terms.NOTHING:
            left = (rival.after(point) for rival in rivals)
            yield point, (moved, frozenset(each for each in left if each.term is not terms.NOTHING))


def _spelled(origins: _Origins, state: _State) -> str:
    letters: list[str] = []
    while (origin := origins[state]) is not None:
        state, point = origin
        letters.append(chr(point))
    return "".join(reversed(letters))
