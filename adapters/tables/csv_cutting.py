"""CSV files of any size, as a stream: the beginning looked at, the rest passed on row by row.

Source: RFC 4180.
"""

import io
from collections.abc import Callable, Iterator
from typing import BinaryIO

from adapters import media_types
from adapters.cutting import Cut, CutLimits
from adapters.tables.comparing import comparison_of, cut_whole
from adapters.tables.csv_rows import HEAD_CHARACTERS, Opened, no_rows, open_csv
from adapters.tables.cutting import ComingTable, cut_tables, refused, sample_of, sampled
from adapters.tables.excerpts import Row
from adapters.tables.known import Known, KnownProfiles
from adapters.tables.naming import chosen, template_line, undated
from adapters.tables.reading import File
from adapters.tables.text_source import Bytes, TextSource
from contracts.messages import Decoded, Envelope
from contracts.reasons import Reason

#: Reads a file that is whole in memory.
Decode = Callable[[Envelope], Decoded]


def cut_csv(
    source: BinaryIO,
    envelope: Envelope,
    limits: CutLimits,
    profiles: KnownProfiles,
    decode: Decode,
) -> Cut:
    """Reasons are those of reading the file at once. One that shows below its first rows ends the file there."""
    file = File(envelope, limits.whole, is_whole=False)
    if (problem := undated(envelope)) is not None:
        return refused(file.refused(problem))
    parameters = media_types.parse(envelope.media_type)[1]
    kept = _Kept(source)
    text = TextSource(kept, parameters.get("charset"), limits.whole.body_bytes)
    head = text.head(HEAD_CHARACTERS)
    if text.problem is not None and not head:
        return refused(file.refused(text.problem))
    known = chosen(profiles, parameters, template_line(head), envelope)
    if isinstance(known, Reason):
        return refused(file.refused(known))
    if comparison_of(known.profile) is not None:
        kept.rewind()
        return cut_whole(kept, file, known.profile, decode)
    kept.forget()
    file.layouts[known.name] = known
    file.notes.append(text.note)
    return _streamed(file, text, head, known, profiles, limits)


def _streamed(
    file: File,
    text: TextSource,
    head: str,
    known: Known,
    profiles: KnownProfiles,
    limits: CutLimits,
) -> Cut:
    opened = open_csv(head, text.lines(), known.index.count)
    if isinstance(opened, Reason):
        return refused(file.refused(text.problem or opened))
    table = ComingTable(
        known,
        opened.headings,
        opened.heading_row,
        _rows(opened, text),
        ended=lambda: text.problem or opened.rows.problem,
        blank_rows=lambda: opened.rows.blank,
        notes=opened.notes,
        warnings=text.warnings,
    )
    sample = sample_of(table)
    if not sample.rows:
        return refused(file.refused(table.ended() or no_rows()))
    found = sampled(file, table, sample)
    if found is None:
        return refused(file.refused())
    return cut_tables(file, [found], profiles, limits)


def _rows(opened: Opened, text: TextSource) -> Iterator[Row]:
    for row in opened.rows:
        text.answered_characters = text.characters
        yield row


class _Kept:
    """A source whose beginning is kept, until it is known whether the file is read as a stream or at once."""

    def __init__(self, source: Bytes) -> None:
        self._source = source
        self._kept: io.BytesIO | None = io.BytesIO()
        self._start = io.BytesIO()

    def read(self, size: int, /) -> bytes:
        piece = self._start.read(size) or self._source.read(size)
        if self._kept is not None:
            self._kept.write(piece)
        return piece

    def forget(self) -> None:
        self._kept = None

    def rewind(self) -> None:
        assert self._kept is not None
        self._start, self._kept = self._kept, None
        self._start.seek(0)
