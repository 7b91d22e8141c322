"""How a table writes its numbers and dates: found in its cells, or pinned by what was found before.

A file that is cut is read in excerpts, and all of them as its first rows show. A cell further down that
contradicts them is refused at its place, never read otherwise.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from adapters.tables.dates import DateOrder
from adapters.tables.headings import Layout, Match
from adapters.tables.number_forms import USUAL_FORM, NumberForm, number_forms
from adapters.tables.profile_model import Profile
from adapters.tables.values import DATES, NUMBERS

#: Index of a column -> its distinct cells.
Distinct = Mapping[int, set[Any]]
#: For dates without a time, and with one.
_WITH_TIME = ("false", "true")


class Notation(NamedTuple):
    """By the index of a column. `order`: of what is no column of dates; `notes`: for the receipt."""

    numbers: Mapping[int, NumberForm]
    dates: Mapping[int, DateOrder]
    order: DateOrder
    notes: tuple[str, ...] = ()

    def form_of(self, match: Match) -> NumberForm:
        return self.numbers.get(match.index, USUAL_FORM)

    def order_of(self, match: Match) -> DateOrder:
        return self.dates.get(match.index, self.order)

    def as_json(self) -> dict[str, Any]:
        return {
            "numbers": {str(index): form.sign for index, form in self.numbers.items()},
            "dates": {str(index): _orders(order) for index, order in self.dates.items()},
        }


def notation_of(profile: Profile, layout: Layout, distinct: Distinct, *, is_csv: bool) -> Notation:
    """What the cells of a table show."""
    order = DateOrder(
        set().union(*_texts(DATES, layout, distinct, is_csv=is_csv).values()),
        usual=profile.day_first,
    )
    forms = number_forms(
        _texts(NUMBERS, layout, distinct, is_csv=is_csv), usual=profile.decimal_sign
    )
    dates = {
        index: DateOrder(cells, file=order)
        for index, cells in _texts(DATES, layout, distinct, is_csv=False).items()
    }
    found = Notation(forms, dates, order)
    stated = [match for match in layout.matches if distinct[match.index] != {""}]
    notes = [note for match in stated for note in _notes(match, found)]
    return found._replace(notes=(*order.notes(), *notes))


def pinned(said: Mapping[str, Any]) -> Notation:
    """What `Notation.as_json` gave."""
    numbers = {
        int(index): NumberForm(sign, evident=True, pinned=True)
        for index, sign in said["numbers"].items()
    }
    dates = {
        int(index): DateOrder.pinned_to(without=orders[0], with_time=orders[1])
        for index, orders in said["dates"].items()
    }
    return Notation(numbers, dates, DateOrder(()))


def untold(layout: Layout, notation: Notation, rows: int) -> Iterator[str]:
    """Notes on a file that goes on after these first rows: what they leave open is read as is usual."""
    yield f"numbers and dates are read as the first {rows} rows show; what contradicts them below is refused"
    numbers = [
        match.heading
        for match in layout.matches
        if match.index in notation.numbers and not notation.numbers[match.index].evident
    ]
    if numbers:
        sign = notation.numbers[
            next(m.index for m in layout.matches if m.heading == numbers[0])
        ].sign_name
        yield f"numbers: not shown by these rows, read with {sign}, as is usual for the profile: {', '.join(numbers)}"


def _notes(match: Match, notation: Notation) -> Iterator[str]:
    if (note := notation.form_of(match).note(match.heading)) is not None:
        yield note
    if match.index in notation.dates:
        yield from notation.dates[match.index].column_notes(match.heading)


def _texts(
    kinds: frozenset[str], layout: Layout, distinct: Distinct, *, is_csv: bool
) -> dict[int, set[str]]:
    """The distinct texts of the columns of some kinds."""
    return {
        match.index: distinct[match.index]
        if is_csv
        else {cell for cell in distinct[match.index] if cell.__class__ is str}
        for match in layout.matches
        if match.column.kind in kinds
    }


def _orders(order: DateOrder) -> Sequence[bool | None]:
    return [order.day_first[False], order.day_first[True]]
