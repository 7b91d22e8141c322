"""A file of lines as excerpts: whole lines, so many that few are read at a time."""

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any, BinaryIO, NamedTuple

from adapters.cutting import Cut, CutLimits, Excerpt
from adapters.json_lines.items import subject_of
from adapters.json_lines.lines import BOM, is_blank, lines_of, no_text
from contracts.messages import Decoded, Envelope
from contracts.reasons import Reason, Rule

#: Lines that are long make an excerpt of fewer rows.
_EXCERPT_BYTES = 4 * 1024 * 1024
EMPTY = Reason(Rule.MSG_11, "the file has no line with an item")
_Numbered = Iterator[tuple[int, bytes]]


class Start(NamedTuple):
    """Where an excerpt begins: number of its first line and of its first item; for whom the file acts."""

    line: int = 1
    item: int = 1
    acts_for: str | None = None

    @classmethod
    def said(cls, said: Mapping[str, Any]) -> "Start":
        return cls(said["line"], said["item"], said["acts_for"])


def cut_lines(source: BinaryIO, envelope: Envelope, limits: CutLimits) -> Cut:
    """Reasons of the head: MSG_02, MSG_11; after the excerpts: MSG_03 (more rows than a file may have)."""
    numbered = ((n, line.removeprefix(BOM) if n == 1 else line) for n, line in _lines(source))
    first = next(((number, line) for number, line in numbered if not is_blank(line)), None)
    problem = EMPTY if first is None else no_text(first[1])
    if first is None or problem is not None:
        assert problem is not None
        return Cut(Decoded(reasons=(problem,), is_file=True), iter(()))
    acts_for = envelope.on_behalf_of or subject_of(first[1], limits.whole)
    cut = Cut(Decoded(on_behalf_of=acts_for, is_file=True), iter(()))
    cut.excerpts = _excerpts(chain((first,), numbered), acts_for, limits, cut.reasons)
    return cut


def _lines(source: BinaryIO) -> _Numbered:
    return enumerate(lines_of(source), 1)


def _excerpts(
    numbered: _Numbered, acts_for: str | None, limits: CutLimits, reasons: list[Reason]
) -> Iterator[Excerpt]:
    """Blank lines within an excerpt stay, so that lines are numbered as in the file."""
    lines: list[bytes] = []
    start, rows, size = Start(acts_for=acts_for), 0, 0
    for number, line in numbered:
        if is_blank(line):
            if lines:
                lines.append(b"")
                size += 1
            continue
        if rows == limits.rows or size >= _EXCERPT_BYTES:
            yield Excerpt(b"\n".join(lines), start._asdict(), rows)
            start, rows, size = Start(number, start.item + rows, acts_for), 0, 0
            lines = []
        if start.item + rows > limits.file_rows:
            text = f"the file has more than {limits.file_rows} items: the rest was not read"
            reasons.append(Reason(Rule.MSG_03, text, place=f"line {number}"))
            break
        if not lines:
            start = start._replace(line=number)
        lines.append(line)
        rows += 1
        size += len(line) + 1
    if rows:
        yield Excerpt(b"\n".join(lines), start._asdict(), rows)
