"""Series by a parser: of a document that has something out of the ordinary, or that breaks off.

What the parser has read is thrown away series by series, so that a document of any size is read in the memory
that one series takes.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from lxml import etree

from adapters.market_document.cutting_tags import CONTROLS
from adapters.market_document.names import local
from adapters.market_document.parsing import instruction_reason, syntax_reason
from adapters.market_document.plans import name_of
from contracts.reasons import Reason, Rule

#: Bytes between the ends of two series.
_LONGEST_SERIES = 16 * 1024 * 1024
_LONGEST_SHOWN = 60
_LINE_END = b"\n"
_POSITION = re.compile(r"line ([0-9]+)(?:, column ([0-9]+))?")


class Parsed(NamedTuple):
    """A series as text, and its mRID."""

    text: bytes
    name: str


class SeriesParser:
    """Parses what is left of a document. `opening`: the start tag of its root; `line`: that of the first byte
    which is fed; `reasons` take what ends the reading, with its place.
    """

    def __init__(
        self, opening: bytes, tag: str, id_tag: str, *, line: int, reasons: list[Reason]
    ) -> None:
        self._opening = opening.replace(b"\n", b" ")
        self._tag, self._id_tag = tag, id_tag
        self._line = line
        self._reasons = reasons
        self._parser = etree.XMLPullParser(
            ("end", "pi"),
            tag=(tag, etree.PI),
            encoding="utf-8",
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
            remove_comments=True,
        )

    def series(self, blocks: Iterator[bytes]) -> Iterator[Parsed]:
        """The series of these bytes, up to what is wrong with the document."""
        self._parser.feed(self._opening)
        fed = 0
        for block in self._of_xml(blocks):
            fed += len(block)
            problem = self._fed(block)
            for parsed in self._found():
                fed = len(block)
                yield parsed
            if problem is not None and not self._reasons:
                self._reasons.append(problem)
            elif fed > _LONGEST_SERIES:
                text = f"a TimeSeries has more than {_LONGEST_SERIES} bytes"
                self._reasons.append(Reason(Rule.MSG_03, text))
            if self._reasons:
                return
        if self._reasons:
            return
        try:
            root = self._parser.close()
        except etree.XMLSyntaxError as error:
            self._reasons.append(self._broken(str(error.msg or ""), error.position))
        else:
            self._reasons.extend(self._misplaced(root, None))

    def _of_xml(self, blocks: Iterator[bytes]) -> Iterator[bytes]:
        """Blocks up to a character that XML does not have, at which the parser would stop without a word."""
        line = self._line
        for block in blocks:
            if block.translate(None, CONTROLS) == block:
                yield block
                line += block.count(b"\n")
                continue
            at = next(at for at, byte in enumerate(block) if byte in CONTROLS)
            yield block[:at]
            where = f"line {line + block[:at].count(_LINE_END)}"
            text = f"the document is not well-formed XML: it has the byte 0x{block[at]:02x}"
            self._reasons.append(Reason(Rule.MSG_02, text, place=where))
            return

    def _fed(self, block: bytes) -> Reason | None:
        """What stops the parser: series that ended before are found all the same. Not all that stops it is
        raised.
        """
        error = None
        try:
            self._parser.feed(block)
        except etree.XMLSyntaxError as raised:
            error = raised
        for entry in self._parser.feed_error_log:
            if entry.level == etree.ErrorLevels.FATAL:
                return self._broken(entry.message, (entry.line, entry.column))
        return None if error is None else self._broken(str(error.msg or ""), error.position)

    def _found(self) -> Iterator[Parsed]:
        for event, element in self._parser.read_events():
            if event == "pi":
                self._reasons.append(self._placed(instruction_reason(element)))
                return
            root = element.getparent()
            if root is None or root.getparent() is not None:
                continue
            if misplaced := self._misplaced(root, element):
                self._reasons.extend(misplaced)
                return
            while element.getprevious() is not None:
                del root[0]
            text = etree.tostring(element, encoding="utf-8", with_tail=False)
            if problem := self._problem_of(text):
                self._reasons.append(problem)
                return
            parsed = Parsed(text, name_of(element, self._id_tag))
            # The element itself stays until its neighbour ends: the parser may be within its tail.
            element.clear(keep_tail=True)
            yield parsed

    def _misplaced(self, root: etree._Element, until: etree._Element | None) -> list[Reason]:
        """What stands before a series (or at the end) and is none: elements, or text (MSG_13)."""
        place = f"/{local(root.tag)}"
        texts = [root.text]
        reasons: list[Reason] = []
        for each in root:
            if each is until:
                break
            texts.append(each.tail)
            if each.tag != self._tag:
                name = local(each.tag)[:_LONGEST_SHOWN]
                text = f"{name} stands after a TimeSeries: the rest of the document is not read"
                reasons.append(Reason(Rule.MSG_13, text, place=f"{place}/{name}"))
        if any(text and not text.isspace() for text in texts):
            text = "there is text between the elements: the rest of the document is not read"
            reasons.append(Reason(Rule.MSG_13, text, place=place))
        return reasons

    def _problem_of(self, series: bytes) -> Reason | None:
        """What is wrong with namespaces does not stop the parser: it says so at the end."""
        log = self._parser.feed_error_log
        if not len(log):
            return None
        try:
            etree.fromstring(series, etree.XMLParser(encoding="utf-8", resolve_entities=False))
        except etree.XMLSyntaxError:
            return self._broken(log[0].message, (log[0].line, log[0].column))
        return None

    def _broken(self, message: str, position: tuple[int, int]) -> Reason:
        return self._placed(syntax_reason(message, position))

    def _placed(self, reason: Reason) -> Reason:
        """Lines and columns as in the document: the parser began with a start tag of ours."""
        match = _POSITION.fullmatch(reason.place)
        if match is None:
            return reason
        line, column = int(match[1]), match[2]
        if column is not None and line == 1:
            column = str(max(1, int(column) - len(self._opening)))
        place = f"line {line + self._line - 1}"
        return replace(reason, place=place if column is None else f"{place}, column {column}")
