"""Each column to at most one target, each target to one column: the surest pairs first."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from adapters.tables.drafting.matching import NAMED, PROPOSED, Fit, fits_of, is_ambiguous
from adapters.tables.drafting.observed import Observed
from adapters.tables.drafting.slots import SlotColumn
from adapters.tables.drafting.targets import EASTING, NORTHING, POINT, Target
from adapters.tables.drafting.units import unit_in, without_unit
from adapters.tables.drafting.vocabulary import Vocabulary
from adapters.tables.folding import fold

#: A column that another one has taken the best target from takes its next only where that is this sure.
_NEXT = 0.75


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a column was taken for; `slot`: where it repeats within a row."""

    fit: Fit
    slot: SlotColumn | None = None

    @property
    def headings(self) -> tuple[str, ...]:
        """As the file has them."""
        return (self.fit.column.heading,) if self.slot is None else self.slot.headings


@dataclass(frozen=True, slots=True)
class Left:
    """A column that was taken for nothing: `why`, and the nearest targets with their scores."""

    column: Observed
    why: str
    nearest: tuple[tuple[str, float], ...] = ()
    slot: SlotColumn | None = None

    @property
    def headings(self) -> tuple[str, ...]:
        """As the file has them."""
        return (self.column.heading,) if self.slot is None else self.slot.headings


@dataclass(frozen=True, slots=True)
class _Candidate:
    column: Observed
    fits: list[Fit]
    slot: SlotColumn | None


def choose(
    columns: Iterable[Observed],
    slots: Sequence[SlotColumn],
    targets: Sequence[Target],
    vocabulary: Vocabulary,
    about: frozenset[str] = frozenset(),
) -> tuple[tuple[Chosen, ...], tuple[Left, ...]]:
    """(proposed, left out), each in the order of the file. `about`: see `fits_of`."""
    in_slots = {index for slot in slots for index in slot.indexes}
    candidates = [
        _Candidate(column, fits_of(column, targets, vocabulary, about), None)
        for column in columns
        if column.index not in in_slots
    ]
    candidates += [
        _Candidate(slot.whole, fits_of(slot.whole, targets, vocabulary, about), slot)
        for slot in slots
    ]
    choice = _Choice()
    ranked = sorted(
        ((fit, each) for each in candidates for fit in each.fits if fit.score >= PROPOSED),
        key=lambda pair: (-pair[0].score, not pair[0].target.is_mandatory, pair[1].column.index),
    )
    for fit, each in ranked:
        choice.consider(fit, each)
    return choice.of(candidates)


class _Choice:
    """Grows with each pair that is considered, the surest first."""

    def __init__(self) -> None:
        self._chosen: dict[int, Chosen] = {}
        self._left: dict[int, Left] = {}
        self._taken: dict[str, Observed] = {}
        self._quantities: dict[tuple[str, str], Observed] = {}

    def consider(self, fit: Fit, each: _Candidate) -> None:
        column, pointer = each.column, fit.target.pointer
        if column.index in self._chosen or column.index in self._left:
            return
        quantity = _quantity(column)
        if quantity is not None and quantity in self._quantities:
            text = f"it is {self._quantities[quantity].heading[:200]!r} in another unit"
            self._left[column.index] = Left(column, text, ((pointer, fit.score),), each.slot)
            return
        if pointer in self._taken and pointer != POINT:
            return
        rivals = [other for other in each.fits if other.target.pointer not in self._taken]
        if is_ambiguous(fit, rivals):
            self._left[column.index] = _ambiguous(each, rivals)
        elif fit is each.fits[0] or fit.score >= _NEXT:
            self._chosen[column.index] = Chosen(fit, each.slot)
            self._taken[pointer] = column
            if quantity is not None:
                self._quantities[quantity] = column

    def of(self, candidates: Sequence[_Candidate]) -> tuple[tuple[Chosen, ...], tuple[Left, ...]]:
        """Every candidate is on one side or the other."""
        _pair_up(self._chosen)
        for each in candidates:
            if each.column.index not in self._chosen:
                self._left.setdefault(each.column.index, _left(each, self._taken))
        return (
            tuple(self._chosen[index] for index in sorted(self._chosen)),
            tuple(self._left[index] for index in sorted(self._left)),
        )


def _quantity(column: Observed) -> tuple[str, str] | None:
    """What a column measures, whatever the unit: `Power (kW)` and `Power (MW)` are one."""
    found = unit_in(column.heading)
    return None if found is None else (fold(without_unit(column.heading)), found.kind)


def _pair_up(chosen: dict[int, Chosen]) -> None:
    """One half of a grid reference is nothing."""
    halves = {
        c.fit.target.pointer: i
        for i, c in chosen.items()
        if c.fit.target.pointer in (EASTING, NORTHING)
    }
    if len(halves) == 1:
        del chosen[next(iter(halves.values()))]


def _ambiguous(each: _Candidate, rivals: Sequence[Fit]) -> Left:
    nearest = tuple((fit.target.pointer, fit.score) for fit in rivals[:3])
    text = " or ".join(pointer for pointer, _ in nearest[:2])
    return Left(each.column, f"it may be {text}: say which", nearest, each.slot)


def _left(each: _Candidate, taken: Mapping[str, Observed]) -> Left:
    nearest = tuple((fit.target.pointer, fit.score) for fit in each.fits[:3] if fit.score >= NAMED)
    if not nearest:
        return Left(each.column, "no member of an asset is called like it", (), each.slot)
    pointer, score = nearest[0]
    if score >= PROPOSED and pointer in taken:
        text = f"{pointer} is read from {taken[pointer].heading[:200]!r}"
    else:
        text = f"nearest is {pointer} ({score:.2f}), which is not sure enough"
    return Left(each.column, text, nearest, each.slot)
