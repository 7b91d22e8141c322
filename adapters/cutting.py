"""Cutting: a file of any size as excerpts, each read alone as it would be read in the whole.

What an excerpt holds is its adapter's own affair; the hub stores it and brings it back in an envelope
(`Envelope.excerpt`), and `decode` gives its items with the numbers and places that they have in the file. The
same bytes under the same limits are always cut in the same way: after a crash a file is cut again from
its start, and what was cut before is skipped.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO, NamedTuple, Protocol, runtime_checkable

from contracts.messages import Decoded, Envelope, Limits
from contracts.reasons import Reason


class Excerpt(NamedTuple):
    """A part of a file. `said`: what its adapter must know to read it as a part (JSON values: number of the
    first item, of the first row or line, headings, how dates are written ...). `rows`: items in it.
    """

    body: bytes
    said: Mapping[str, Any]
    rows: int


@dataclass(frozen=True, slots=True)
class CutLimits:
    """Bounds of cutting. `rows`: of one excerpt; `whole`: of a file that cannot be cut (its rows are compared
    with each other: slots, joins, duplicates), and of any single row; `file_rows`: of the whole file;
    `workbook_rows`: of an XLSX file, which no reader takes in a stream.
    """

    rows: int = 500
    whole: Limits = field(default_factory=Limits)
    file_rows: int = 5_000_000
    workbook_rows: int = 200_000


@dataclass(slots=True)
class Cut:
    """A file being cut. `head` is known at once: a decoded message without items (id, parties, notes,
    versions; an error among its reasons: the file cannot be used, there are no excerpts). `excerpts` is read
    once, to its end; `reasons` are complete after it (the file is cut off, its trailer is wrong ...): an
    error among them says that the file is not whole, while the rows before it stand.
    """

    head: Decoded
    excerpts: Iterator[Excerpt]
    reasons: list[Reason] = field(default_factory=list)


@runtime_checkable
class Cutter(Protocol):
    """An adapter that reads files of any size."""

    name: str
    media_types: tuple[str, ...]

    def needs_whole(self, envelope: Envelope) -> bool:
        """Whether `cut` needs every byte at once, and a source that can seek (XLSX, Parquet; a flat file, whose
        trailer is checked before its first row is decided).
        """
        ...

    def cut(self, source: BinaryIO, envelope: Envelope, limits: CutLimits) -> Cut:
        """The file in `source`, already decompressed; `envelope` says of it what the door knows, its body is
        empty. Holds no more than a few excerpts at a time. Never raises for what a sender wrote.
        """
        ...
