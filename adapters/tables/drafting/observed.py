"""What the cells of one column look like: shares of the distinct values that have a form. 0 to 1."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from adapters.tables.cells import Exact
from adapters.tables.dates import DateOrder, date_reader
from adapters.tables.drafting.word_lists import NULL_MARKERS
from adapters.tables.folding import squeeze
from adapters.tables.kinds import YES_NO
from contracts.identifiers import eic_problem, is_postcode, mpan_problem, normalise_postcode
from contracts.market import GSP_GROUPS

_NUMBER = re.compile(r"[-+]?[0-9][0-9., ]*(?:[eE][-+]?[0-9]+)?\s*(?:[a-zA-Z/%°]{1,6})?")
_MPAN_AS_NUMBER = re.compile(r"'?([0-9]{13})(?:\.0+)?")
_EIC = re.compile(r"[0-9A-Z][0-9A-Z-]{14}[0-9A-Z-]")
#: So many distinct values are looked at; registers have few.
_LOOKED_AT = 400
_LONGEST = 200
_LONGEST_DATE = 40


@dataclass(frozen=True)
class Observed:
    """`counts`: how often each distinct text stands in the sample, most often first; `markers`: those of them
    that state nothing.
    """

    heading: str
    index: int
    counts: tuple[tuple[str, int], ...]
    markers: tuple[str, ...]
    rows: int

    @property
    def texts(self) -> tuple[str, ...]:
        return tuple(text for text, _ in self.counts)

    @property
    def stated(self) -> int:
        """In how many rows it states something."""
        return sum(count for _, count in self.counts)

    @cached_property
    def numbers(self) -> float:
        return self._share(lambda text: _NUMBER.fullmatch(text) is not None)

    @cached_property
    def mpans(self) -> float:
        return self._share(_is_mpan)

    @cached_property
    def eics(self) -> float:
        return self._share(lambda t: _EIC.fullmatch(t) is not None and eic_problem(t) is None)

    @cached_property
    def postcodes(self) -> float:
        return self._share(lambda text: is_postcode(normalise_postcode(text)))

    @cached_property
    def gsp_groups(self) -> float:
        return self._share(lambda text: text in GSP_GROUPS)

    @cached_property
    def yes_no(self) -> float:
        return self._share(lambda text: squeeze(text) in YES_NO)

    @cached_property
    def dates(self) -> float:
        read = date_reader(
            DateOrder((t for t in self.texts if len(t) <= _LONGEST_DATE), usual=True)
        )
        return self._share(
            lambda t: (
                len(t) <= _LONGEST_DATE and not _NUMBER.fullmatch(t) and isinstance(read(t), str)
            )
        )

    @cached_property
    def is_unique(self) -> bool:
        """Whether every row states another value."""
        return self.stated == self.rows > 1 and all(count == 1 for _, count in self.counts)

    def _share(self, has_form: Callable[[str], bool]) -> float:
        looked_at = self.texts[:_LOOKED_AT]
        return sum(map(has_form, looked_at)) / len(looked_at) if looked_at else 0.0


def _is_mpan(text: str) -> bool:
    found = _MPAN_AS_NUMBER.fullmatch(text.replace(" ", ""))
    return found is not None and mpan_problem(found[1]) is None


def observe(heading: str, index: int, cells: Iterable[Any], rows: int) -> Observed:
    """One column of a sample."""
    counted = Counter(text for cell in cells if (text := _text(cell)))
    ordered = sorted(counted.items(), key=lambda item: (-item[1], item[0]))
    stated = [(text, count) for text, count in ordered if squeeze(text) not in NULL_MARKERS]
    markers = [text for text, _ in ordered if squeeze(text) in NULL_MARKERS]
    return Observed(heading, index, tuple(stated), tuple(markers), rows)


def _text(cell: Any) -> str:
    text = cell.text if isinstance(cell, Exact) else cell
    return text.strip()[:_LONGEST] if isinstance(text, str) else ""


def columns_of(headings: Sequence[str], rows: Sequence[Sequence[Any]]) -> tuple[Observed, ...]:
    return tuple(
        observe(heading.strip(), index, (row[index] for row in rows), len(rows))
        for index, heading in enumerate(headings)
    )
