"""The dress of a flat file of any flow: header first, trailer last, counts and checksum, every record closed.

Of what stands between them only the group codes are looked at. Pure: lines in, a value out.
"""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from adapters.flat_file.checksum import checksum
from adapters.flat_file.header import POOL, USER, Header, read_header
from adapters.flat_file.lines import Lines
from adapters.flat_file.places import at_each, place
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
    texts = lines.texts
    start = next((number for number, text in enumerate(texts) if text), None)
    if start is None or texts[start].split("|", 1)[0] not in _HEADERS:
        reason = _no_header(texts[start] if start is not None else "", (start or 0) + 1)
        found = lines.reasons if not texts else (*lines.reasons, reason)
        return Undressed(None, (), 1, found, lines.notes)
    header, reasons = read_header(texts[start], start + 1)
    reasons[:0] = lines.reasons
    end = _trailer_line(lines)
    reasons += _strays(lines, start, len(texts) if end is None else end)
    body, unclosed = _closed(lines, start + 1, end, header.dress)
    reasons += unclosed
    if end is None:
        sentence = f"the file ends without its trailer ({TRAILER}): it may have been cut off"
        reasons.append(Reason(Rule.FLAT_02, sentence, place=place(len(texts))))
    else:
        if header.dress == USER and not texts[end].endswith("|"):
            reasons.append(_unclosed([end + 1])[0])
        found_there = _found(lines, body, start, end, header, roots)
        reasons += trailer_reasons(texts[end], end + 1, header, found_there)
    if header.dress == USER and not texts[start].endswith("|"):
        reasons += _unclosed([start + 1])
    if header.flow not in roots:
        reasons += _group_reasons(body, start + 2)
    return Undressed(header, body, start + 2, tuple(reasons), lines.notes)


def _found(
    lines: Lines,
    body: Sequence[str],
    start: int,
    end: int,
    header: Header,
    roots: Mapping[str, str],
) -> Found:
    records = len(body) - body.count("")
    first = next((text for text in body if text), "")
    root = roots.get(header.flow, first.split("|", 1)[0])
    instances = 0
    if root and end == len(lines.texts) - 1:
        instances = lines.beginning_with(f"{root}|")
    elif root:
        instances = sum(text.startswith(f"{root}|") for text in body)
    return Found(
        records,
        instances,
        root,
        lambda: checksum(lines.raw(start, end)),
        root_is_known=header.flow in roots,
    )


def _no_header(text: str, line: int) -> Reason:
    begins = repr(text[:20]) if text else "nothing"
    sentence = f"a flat file begins with {USER}| or {POOL}|, this one with {begins}"
    return Reason(Rule.FLAT_01, sentence, place=place(line))


def _trailer_line(lines: Lines) -> int | None:
    """Index of the first trailer, which nearly always is the last line."""
    texts = lines.texts
    if texts[-1].startswith(_ENVELOPE[2]) and lines.beginning_with(TRAILER) == 1:
        return len(texts) - 1
    return next((n for n, text in enumerate(texts) if text[:4] in (TRAILER, f"{TRAILER}|")), None)


def _strays(lines: Lines, start: int, end: int) -> list[Reason]:
    """Headers that are not the first record, and whatever stands after the trailer."""
    texts, reasons = lines.texts, []
    if sum(map(lines.beginning_with, _ENVELOPE[:2])) > 1:
        second = [
            number
            for number, text in enumerate(texts, 1)
            if number != start + 1 and text.startswith(_ENVELOPE[:2])
        ]
        sentence = "a second header: send each file by itself"
        reasons += at_each(second, Rule.FLAT_01, sentence)
    after = [
        number
        for number, text in enumerate(texts[end + 1 :], end + 2)
        if text and not text.startswith(_ENVELOPE[:2])
    ]
    return reasons + at_each(after, Rule.FLAT_02, "a record after the trailer")


def _closed(
    lines: Lines, start: int, end: int | None, dress: str
) -> tuple[list[str], list[Reason]]:
    """The records, each ended by |; in a user file one that is not is cut off."""
    body = lines.texts[start:end]
    if dress == POOL:
        return [f"{text}|" if text else "" for text in body], []
    if lines.text.count("|\n") == len(lines.texts):
        return body, []
    bad = [n for n, text in enumerate(body, start + 1) if text and not text.endswith("|")]
    closed = [text if not text or text.endswith("|") else f"{text}|" for text in body]
    return closed, _unclosed(bad)


def _unclosed(lines: Sequence[int]) -> list[Reason]:
    sentence = "the record does not end in |: something of it may be missing"
    return at_each(lines, Rule.FLAT_05, sentence)


def _group_reasons(body: Sequence[str], first_line: int) -> list[Reason]:
    """Of a flow that the hub does not know: whether each record has a group at all."""
    bad = [
        number
        for number, text in enumerate(body, first_line)
        if text and not _GROUP.fullmatch(text.split("|", 1)[0]) and not text.startswith(_ENVELOPE)
    ]
    sentence = "a record begins with its group: three letters or digits and |"
    return at_each(bad, Rule.FLAT_06, sentence)
