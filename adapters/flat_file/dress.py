"""The dress of a flat file of any flow: header first, trailer last, counts and checksum, every record closed.

Of what stands between them only the group codes are looked at. Pure: lines in, a value out.
"""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from adapters.flat_file.checksum import Checksum
from adapters.flat_file.header import POOL, USER, Header, read_header
from adapters.flat_file.lines import Block, Lines
from adapters.flat_file.places import LineNumbers, at_each, place
from adapters.flat_file.trailer import TRAILER, Found, trailer_reasons
from contracts.reasons import Reason, Rule

_GROUP = re.compile(r"[0-9A-Z]{3}")
_HEADERS = (USER, POOL)
_ENVELOPE = (f"{USER}|", f"{POOL}|", f"{TRAILER}|")


class Undressed(NamedTuple):
    """A file without its dress.

    `records[n]` stands on line `n + 2` at the earliest: `first_line` is the line of `records[0]`. Records
    end in | in either dress; blank lines are empty. `reasons` are all that is wrong, of the lines too.
    """

    header: Header | None
    records: Sequence[str]
    first_line: int
    reasons: tuple[Reason, ...]
    notes: tuple[str, ...]


def undress(lines: Lines, roots: Mapping[str, str]) -> Undressed:
    """`roots`: flow -> its root group, of the flows that the hub knows. Reasons: FLAT_01 to FLAT_06."""
    if lines.block is None:
        return Undressed(None, (), 1, lines.reasons, lines.notes)
    dress = Dress(roots)
    body = dress.add(lines.block)
    first_line = 1 if dress.header is None else dress.header.line + 1
    reasons = (*lines.reasons, *dress.reasons())
    return Undressed(dress.header, body, first_line, reasons, lines.notes)


class Dress:
    """Looks at the lines of one file, which may come in blocks."""

    def __init__(self, roots: Mapping[str, str]) -> None:
        self._roots = roots
        self.header: Header | None = None
        #: The first line that is not blank, where it is no header.
        self._other: tuple[str, int] | None = None
        self._of_header: list[Reason] = []
        self._header_is_closed = True
        #: Number and text of the trailer's line.
        self.trailer: tuple[int, str] | None = None
        self._records, self._instances, self._root = 0, 0, ""
        self._checksum = Checksum()
        self._second, self._after = LineNumbers(), LineNumbers()
        self._unclosed, self._groupless = LineNumbers(), LineNumbers()
        self._last_line = 0

    def add(self, block: Block) -> list[str]:
        """The records of the next lines, each ended by |."""
        self._last_line = block.first_line + len(block.texts) - 1
        begins = 0
        if self.header is None:
            found = self._begin(block)
            if found is None:
                return []
            begins = found + 1
        self._note_second(block, begins)
        if self.trailer is not None:
            self._note_after(block, 0)
            return []
        end = _trailer_in(block, begins)
        if end is not None:
            self.trailer = (block.first_line + end, block.texts[end])
            self._note_after(block, end + 1)
        return self._body(block, begins, len(block.texts) if end is None else end)

    def reasons(self) -> list[Reason]:
        """All that is wrong, after the last line."""
        header = self.header
        if header is None:
            return [_no_header(*(self._other or ("", 1)))]
        reasons = [*self._of_header]
        reasons += at_each(self._second, Rule.FLAT_01, "a second header: send each file by itself")
        reasons += at_each(self._after, Rule.FLAT_02, "a record after the trailer")
        reasons += _unclosed(self._unclosed)
        if self.trailer is None:
            sentence = f"the file ends without its trailer ({TRAILER}): it may have been cut off"
            reasons.append(Reason(Rule.FLAT_02, sentence, place=place(self._last_line)))
        else:
            line, text = self.trailer
            if header.dress == USER and not text.endswith("|"):
                reasons += _unclosed(LineNumbers([line]))
            reasons += trailer_reasons(text, line, header, self._found(header))
        if header.dress == USER and not self._header_is_closed:
            reasons += _unclosed(LineNumbers([header.line]))
        sentence = "a record begins with its group: three letters or digits and |"
        return reasons + at_each(self._groupless, Rule.FLAT_06, sentence)

    def _begin(self, block: Block) -> int | None:
        """Where the header stands in the block, if it does and nothing stands before it."""
        if self._other is not None:
            return None
        at = next((n for n, text in enumerate(block.texts) if text), None)
        if at is None:
            return None
        text, line = block.texts[at], block.first_line + at
        if text.split("|", 1)[0] not in _HEADERS:
            self._other = (text, line)
            return None
        self.header, self._of_header = read_header(text, line)
        self._header_is_closed = text.endswith("|")
        self._root = self._roots.get(self.header.flow, "")
        self._checksum.add(block.raw(at, at + 1))
        return at

    def _note_second(self, block: Block, begins: int) -> None:
        if sum(map(block.beginning_with, _ENVELOPE[:2])) > (1 if begins else 0):
            self._second.add(
                number
                for number, text in enumerate(block.texts[begins:], block.first_line + begins)
                if text.startswith(_ENVELOPE[:2])
            )

    def _note_after(self, block: Block, start: int) -> None:
        self._after.add(
            number
            for number, text in enumerate(block.texts[start:], block.first_line + start)
            if text and not text.startswith(_ENVELOPE[:2])
        )

    def _body(self, block: Block, start: int, end: int) -> list[str]:
        """What stands between header and trailer."""
        header = self.header
        assert header is not None
        body = block.texts[start:end]
        self._records += len(body) - body.count("")
        self._checksum.add(block.raw(start, end))
        is_known = header.flow in self._roots
        if not self._root and not is_known:
            self._root = next((text for text in body if text), "").split("|", 1)[0]
        if self._root:
            beginning = f"{self._root}|"
            rest = (*block.texts[:start], *block.texts[end:])
            self._instances += block.beginning_with(beginning)
            self._instances -= sum(text.startswith(beginning) for text in rest)
        first_line = block.first_line + start
        if not is_known:
            self._groupless.add(_without_group(body, first_line))
        if header.dress == POOL:
            return [f"{text}|" if text else "" for text in body]
        if block.text.count("|\n") == len(block.texts):
            return body
        self._unclosed.add(
            n for n, text in enumerate(body, first_line) if text and not text.endswith("|")
        )
        return [text if not text or text.endswith("|") else f"{text}|" for text in body]

    def _found(self, header: Header) -> Found:
        return Found(
            self._records,
            self._instances,
            self._root,
            self._checksum.value,
            root_is_known=header.flow in self._roots,
        )


def _no_header(text: str, line: int) -> Reason:
    begins = repr(text[:20]) if text else "nothing"
    sentence = f"a flat file begins with {USER}| or {POOL}|, this one with {begins}"
    return Reason(Rule.FLAT_01, sentence, place=place(line))


def _trailer_in(block: Block, begins: int) -> int | None:
    """Index of the first trailer, which nearly always is the last line of the file."""
    texts, count = block.texts, block.beginning_with(TRAILER)
    if not count:
        return None
    if count == 1 and texts[-1].startswith(_ENVELOPE[2]) and len(texts) > begins:
        return len(texts) - 1
    numbers = range(begins, len(texts))
    return next((n for n in numbers if texts[n][:4] in (TRAILER, f"{TRAILER}|")), None)


def _unclosed(lines: LineNumbers) -> list[Reason]:
    sentence = "the record does not end in |: something of it may be missing"
    return at_each(lines, Rule.FLAT_05, sentence)


def _without_group(body: Sequence[str], first_line: int) -> list[int]:
    """Of a flow that the hub does not know: records that have no group at all."""
    return [
        number
        for number, text in enumerate(body, first_line)
        if text and not _GROUP.fullmatch(text.split("|", 1)[0]) and not text.startswith(_ENVELOPE)
    ]
