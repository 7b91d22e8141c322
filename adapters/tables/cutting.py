"""Tables cut into excerpts: the rows as they come, all of them read as the first of them show."""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from adapters.cutting import Cut, CutLimits, Excerpt
from adapters.tables.csv_rows import too_many
from adapters.tables.excerpts import Row, excerpt_of, sheet_in
from adapters.tables.headings import Layout
from adapters.tables.known import Known, KnownProfiles
from adapters.tables.notation import Notation, notation_of, pinned, untold
from adapters.tables.reading import File, nameless, read_excerpt
from contracts.messages import Decoded
from contracts.reasons import Reason, has_errors

#: How numbers and dates are written is found in so many rows at the beginning of a table ...
SAMPLE_ROWS = 5_000
#: ... or in the first that have so many characters together.
_SAMPLE_CHARACTERS = 8 * 1024 * 1024
#: An excerpt ends before it has all its rows where those that it has come to so many.
_EXCERPT_CHARACTERS = 4 * 1024 * 1024


@dataclass(slots=True)
class ComingTable:
    """A table whose headings are read, and whose rows are yet to come, once. `ended`: why they did, after
    the last; None at the end of the table. `blank_rows`: left out so far.
    """

    known: Known
    headings: tuple[str, ...]
    heading_row: int
    rows: Iterator[Row]
    ended: Callable[[], Reason | None]
    blank_rows: Callable[[], int]
    notes: tuple[str, ...]
    where: str = ""
    is_typed: bool = False
    #: What only its rows show.
    warnings: list[Reason] = field(default_factory=list)


@dataclass(slots=True)
class Sample:
    """The first rows of a table. `goes_on`: there are more."""

    rows: deque[Row] = field(default_factory=deque)
    goes_on: bool = False


class SampledTable:
    """A table that can be cut: its rows from the first on, and what all of its excerpts say."""

    def __init__(self, table: ComingTable, sample: Sample, said: Mapping[str, Any]) -> None:
        self.table = table
        self.said = said
        self._sample = sample.rows
        #: Columns without a heading: those with nothing below it so far, and the others.
        self._silent = [n for n, heading in enumerate(table.headings) if not heading.strip()]
        self._speaking: list[int] = []

    @property
    def has_slots(self) -> bool:
        return bool(self.table.known.profile.slots)

    def begin_again(self, table: ComingTable) -> None:
        """Its rows are those of `table`, which is the same; the first are not kept."""
        self.table = table
        self._sample.clear()

    def rows(self) -> Iterator[Row]:
        while self._sample:
            yield self._watched(self._sample.popleft())
        if not self._silent:
            yield from self.table.rows
        else:
            yield from map(self._watched, self.table.rows)

    def _watched(self, row: Row) -> Row:
        cells = row[1]
        if self._silent and not isinstance(cells, Reason):
            for index in [index for index in self._silent if cells[index]]:
                self._silent.remove(index)
                self._speaking.append(index)
        return row

    def warnings(self) -> list[Reason]:
        """Complete after its last row."""
        where, heading_row = self.table.where, self.table.heading_row
        found = [nameless(where, heading_row, index) for index in sorted(self._speaking)]
        return [*self.table.warnings, *found]


def sampled(file: File, table: ComingTable, sample: Sample) -> SampledTable | None:
    """The table as its first rows show it; notes and reasons go to the file. None if it cannot be used."""
    known = table.known
    file.layouts.setdefault(known.name, known)
    layout = known.index.layout(table.headings, table.heading_row, table.where)
    file.notes += [*table.notes, *layout.notes]
    file.reasons += layout.reasons
    if has_errors(layout.reasons):
        return None
    notation = _notation(layout, table, sample)
    file.notes += notation.notes
    blank = table.blank_rows()
    if sample.goes_on:
        read = len(sample.rows) - 1
        file.notes += [f"{table.where}{note}" for note in untold(layout, notation, read)]
    if blank:
        file.notes.append(f"{table.where}blank rows: {blank}")
    said = {
        "profile": known.profile.name,
        "version": known.asked_version,
        "headings": table.headings,
        "heading_row": table.heading_row,
        "where": table.where,
        "typed": table.is_typed,
        "notation": notation.as_json(),
    }
    return SampledTable(table, sample, said)


def sample_of(table: ComingTable) -> Sample:
    """One row more than is looked at, where there is one."""
    sample, characters = Sample(), 0
    for row in table.rows:
        sample.rows.append(row)
        if len(sample.rows) > SAMPLE_ROWS or characters > _SAMPLE_CHARACTERS:
            sample.goes_on = True
            break
        characters += _characters(row)
    return sample


def _notation(layout: Layout, table: ComingTable, sample: Sample) -> Notation:
    rows = islice(sample.rows, len(sample.rows) - sample.goes_on)
    cells = [cells for _, cells in rows if not isinstance(cells, Reason)]
    columns = list(zip(*cells, strict=True)) or [()] * len(table.headings)
    distinct = {match.index: set(columns[match.index]) for match in layout.matches}
    return notation_of(table.known.profile, layout, distinct, is_csv=not table.is_typed)


def cut_tables(
    file: File, tables: Sequence[SampledTable], profiles: KnownProfiles, limits: CutLimits
) -> Cut:
    """The tables of a file as excerpts, one after the other."""
    cut = Cut(file.decoded((), file.reasons), iter(()))
    cut.excerpts = _excerpts(file, tables, profiles, limits, cut.reasons)
    return cut


def _excerpts(
    file: File,
    tables: Sequence[SampledTable],
    profiles: KnownProfiles,
    limits: CutLimits,
    reasons: list[Reason],
) -> Iterator[Excerpt]:
    first_item, left = 1, limits.file_rows
    for table in tables:
        rows = table.rows()
        while taken := _taken(rows, min(limits.rows, left)):
            excerpt = excerpt_of(taken, {**table.said, "first_item": first_item})
            if table.has_slots:
                excerpt = excerpt._replace(rows=_count_items(file, excerpt, profiles))
            first_item += excerpt.rows
            left -= len(taken)
            yield excerpt
        reasons += table.warnings()
        if not left and (beyond := next(rows, None)) is not None:
            reasons.append(too_many("rows", limits.file_rows, beyond[0], table.table.where))
            return
        if (ended := table.table.ended()) is not None:
            reasons.append(ended)
            return


def _taken(rows: Iterator[Row], most: int) -> list[Row]:
    """The rows of an excerpt, so many at most."""
    left = _EXCERPT_CHARACTERS
    taken: list[Row] = []
    for row in islice(rows, most):
        taken.append(row)
        left -= _characters(row)
        if left < 0:
            break
    return taken


def _characters(row: Row) -> int:
    """In the texts of a row; about, where cells are numbers or none."""
    cells = row[1]
    if isinstance(cells, Reason):
        return 0
    try:
        return len("".join(cells))
    except TypeError:
        return sum(map(len, cells))


def _count_items(file: File, excerpt: Excerpt, profiles: KnownProfiles) -> int:
    """How many slots are filled is known only when the cells are read."""
    return len(read_cut(file, excerpt.body, excerpt.said, profiles).items)


def read_cut(file: File, body: bytes, said: Mapping[str, Any], profiles: KnownProfiles) -> Decoded:
    """The items of an excerpt, numbered and placed as in their file."""
    own = File(file.envelope, file.limits, is_csv=file.is_csv, is_whole=False)
    at, sender = file.envelope.received_at, file.envelope.sender
    known = profiles.named(said["profile"], said["version"], at, sender)
    if isinstance(known, Reason):
        return own.refused(known)
    sheet, notation = sheet_in(body, said), pinned(said["notation"])
    return read_excerpt(own, known, sheet, notation, said["first_item"])


#: What an excerpt says that is the whole file, to be read as a message is.
WHOLE: Mapping[str, Any] = {"whole": True}


def is_part(said: Mapping[str, Any]) -> bool:
    """Whether an excerpt is rows of a file, and not the file."""
    return not said.get("whole", False)


def one_excerpt(decoded: Decoded, body: bytes) -> Cut:
    """A file that was read whole: its reasons, or one excerpt of it."""
    head = decoded._replace(items=(), message_id=None)
    if not decoded.items:
        return refused(head)
    return Cut(head, iter((Excerpt(body, WHOLE, len(decoded.items)),)))


def refused(head: Decoded) -> Cut:
    return Cut(head, iter(()))
