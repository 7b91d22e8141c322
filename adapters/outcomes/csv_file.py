"""A CSV file with the answers in further columns, its own bytes as they came.

Rows are found as the reader of CSV finds them, by the same parser; their text is passed on and never written
anew. So separator, quotes, encoding, banner lines and whatever cannot be read stay as the sender wrote them.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, BinaryIO, NamedTuple

from adapters.outcomes.answers import COLUMNS, REJECTED, RowAnswers, answer_of
from adapters.tables.csv_rows import SEPARATORS
from adapters.tables.spreadsheet_text import escaped

_MARK = "\ufeff"
_BLOCK_ROWS = 500
_ENDS = ("\r\n", "\n", "\r")


class Look(NamedTuple):
    """How a CSV file looks: its separator, its heading row (from 1), and its encoding as it is read (so that
    any bytes come out as they went in) and as answers are written in it.
    """

    separator: str = ","
    heading_row: int = 1
    read_as: tuple[str, str] = ("utf-8", "surrogateescape")
    write_as: str = "utf-8"


#: What the note on the encoding begins with -> how it is read, and written. The first that fits holds.
_ENCODINGS = {
    "UTF-16, little endian": (("utf-16-le", "surrogatepass"), "utf-16-le"),
    "UTF-16, big endian": (("utf-16-be", "surrogatepass"), "utf-16-be"),
    "Windows-1252": (("latin-1", "strict"), "cp1252"),
}


def look_of(notes: Iterable[str]) -> Look:
    """As the notes of the receipt tell it."""
    said = dict(note.split(": ", 1) for note in notes if ": " in note)
    names = {name: separator for separator, name in SEPARATORS.items()}
    row, encoding = said.get("headings", "row 1"), said.get("encoding", "")
    found = (each for name, each in _ENCODINGS.items() if encoding.startswith(name))
    read_as, write_as = next(found, (Look().read_as, Look().write_as))
    separator = names.get(said.get("separator", ""), ",")
    return Look(separator, int(row.removeprefix("row ")), read_as, write_as)


class _Record(NamedTuple):
    """A row as it came. `cells`: how many it has, 0 for a blank one, None for one that cannot be read."""

    number: int
    text: str
    cells: int | None


def csv_with_answers(
    source: BinaryIO,
    outcomes: Iterable[Mapping[str, Any]],
    look: Look,
    *,
    to_end: bool,
    only_rejected: bool = False,
) -> Iterator[bytes]:
    """`to_end`: rows behind the last one that is answered are given too."""
    rows = _answered(source, outcomes, look, to_end=to_end, only_rejected=only_rejected)
    while block := list(islice(rows, _BLOCK_ROWS)):
        yield b"".join(block)


def _answered(
    source: BinaryIO,
    outcomes: Iterable[Mapping[str, Any]],
    look: Look,
    *,
    to_end: bool,
    only_rejected: bool,
) -> Iterator[bytes]:
    answers, adding = RowAnswers(outcomes), _Adding(look)
    for record in _records(source, look):
        if record.number < look.heading_row:
            yield adding.as_it_is(record)
        elif record.number == look.heading_row:
            yield adding.headings(record)
        elif answers.is_at_end and not to_end:
            return
        else:
            own = answers.of(record.number)
            if not only_rejected or any(each["status"] == REJECTED for each in own):
                yield adding.answered(record, own) if own else adding.as_it_is(record)


class _Adding:
    """Adds cells to rows."""

    def __init__(self, look: Look) -> None:
        self._look = look
        self._width = 0
        self._end = _ENDS[0]

    def as_it_is(self, record: _Record) -> bytes:
        return record.text.encode(*self._look.read_as)

    def headings(self, record: _Record) -> bytes:
        self._width = record.cells or 0
        self._end = _end_of(record.text) or self._end
        return self._with(record, COLUMNS)

    def answered(self, record: _Record, outcomes: list[Mapping[str, Any]]) -> bytes:
        """A row with too few cells is filled up, so that the answer stands below its headings."""
        missing = self._width - record.cells if record.cells else 0
        answer = answer_of(outcomes)
        if not answer.texts and len(outcomes) == 1 and missing <= 0:
            # Nearly all rows: words of the hub's own, which need no quotes.
            return self._ended(record, self._look.separator.join(("", *answer)))
        cells = [escaped(text) for text in answer]
        return self._with(record, ("",) * max(0, missing) + (*cells,))

    def _with(self, record: _Record, cells: tuple[str, ...]) -> bytes:
        text = io.StringIO()
        # An empty cell first, so that the line begins with a separator.
        csv.writer(text, delimiter=self._look.separator, lineterminator="").writerow(("", *cells))
        return self._ended(record, text.getvalue())

    def _ended(self, record: _Record, added: str) -> bytes:
        end = _end_of(record.text)
        own = record.text[: len(record.text) - len(end)].encode(*self._look.read_as)
        return own + f"{added}{end or self._end}".encode(self._look.write_as, "replace")


def _end_of(text: str) -> str:
    return next((end for end in _ENDS if text.endswith(end)), "")


def _records(source: BinaryIO, look: Look) -> Iterator[_Record]:
    """Rows by the parser of CSV, each with the text that it took."""
    taken: list[str] = []
    codec, errors = look.read_as
    lines = _lines(io.TextIOWrapper(source, codec, errors, newline=""), taken)
    reader = csv.reader(lines, delimiter=look.separator, strict=True)
    number = 0
    while True:
        number += 1
        cells: int | None = None
        try:
            row = next(reader)
            cells = len(row) if any(row) else 0
        except StopIteration:
            return
        except csv.Error:
            # It is answered as it is; whether it ends the file is told by there being no answers behind it.
            cells = None
        yield _Record(number, "".join(taken), cells)
        taken.clear()


def _lines(text: io.TextIOWrapper, taken: list[str]) -> Iterator[str]:
    """Lines for the parser, each noted as it is taken; a byte order mark is noted and not parsed."""
    is_first = True
    while True:
        try:
            line = text.readline()
        except UnicodeDecodeError:  # half a character of UTF-16 at the end: no row was read from it
            return
        if not line:
            return
        taken.append(line)
        yield line.removeprefix(_MARK) if is_first else line
        is_first = False
