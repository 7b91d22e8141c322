"""A file of any size looked at before its first item is decided: its dress, and what holds for all its items."""

import re
from collections.abc import Mapping, Sequence
from typing import BinaryIO, NamedTuple

from adapters.cutting import CutLimits
from adapters.flat_file.cutting_blocks import ReadAs, blocks
from adapters.flat_file.dress import Dress
from adapters.flat_file.flow_checks import limit_reasons
from adapters.flat_file.header import Header
from adapters.flat_file.layout import ACTS_FOR, ITEM, ROOTS
from adapters.flat_file.line_ends import LineEnds
from adapters.flat_file.lines import Block
from adapters.flat_file.places import MOST_LISTED, LineNumbers, at_each, place, shortened
from adapters.flat_file.trailer import TRAILER
from contracts.reasons import Reason, Rule

#: Command and organisation of an item, in FA1.
_OF_ITEM = re.compile(rf"^{ITEM}\|[^|\n]*\|([^|\n]*)(?:\|([^|\n]*))?", re.MULTILINE)
_BEGINNING = f"{ITEM}|"
_ENVELOPE = ("ZHV|", "ZHD|", f"{TRAILER}|")

#: What the items of a flow are, and groups that it has besides those of items.
OfFlow = tuple[frozenset[str], tuple[str, ...]]


class Surveyed(NamedTuple):
    """What was seen of a file. `acts_for`: the organisation that its items act for; `end`: line of the
    trailer; `items`: how many there are.
    """

    header: Header | None
    reasons: tuple[Reason, ...]
    items: int = 0
    acts_for: str | None = None
    end: int = 0


def survey(
    source: BinaryIO, read_as: ReadAs, limits: CutLimits, flows: Mapping[str, OfFlow]
) -> Surveyed:
    """`flows`: those that have items. Reasons: FLAT_*, MSG_03, MSG_11, MSG_13."""
    ends, dress = LineEnds(), Dress(ROOTS)
    items: _Items | None = None
    for block in blocks(source, read_as, ends):
        records = dress.add(block)
        header = dress.header
        if items is None and header is not None and header.flow in flows:
            items = _Items(header, limits, *flows[header.flow])
        if items is not None and records:
            items.add(block, records)
    reasons = [*read_as.reasons, *ends.reasons(), *dress.reasons()]
    if items is None:
        return Surveyed(dress.header, tuple(reasons))
    reasons += items.reasons()
    acts_for = next(iter(items.acts_for), None) or None
    end = dress.trailer[0] if dress.trailer is not None else 0
    return Surveyed(dress.header, tuple(reasons), items.count, acts_for, end)


class _Items:
    """Looks at the items of a file, block by block."""

    def __init__(
        self, header: Header, limits: CutLimits, commands: frozenset[str], also: tuple[str, ...]
    ) -> None:
        self._header = header
        self._limits = limits
        self._commands = commands
        self._allowed = (*_ENVELOPE, *(f"{code}|" for code in also))
        self.count = 0
        #: Organisation ("": none) -> line of the first item that acts for it.
        self.acts_for: dict[str, int] = {}
        self._long: list[Reason] = []
        self._before = LineNumbers()
        self._since_item = 0
        self._is_too_large = False

    def add(self, block: Block, records: Sequence[str]) -> None:
        first_line = max(block.first_line, self._header.line + 1)
        if not self.count:
            self._note_before(records, first_line)
        self.count += block.beginning_with(_BEGINNING)
        self._note_acts_for(block)
        if len(self._long) <= MOST_LISTED:
            self._long += limit_reasons(records, first_line, self._header, self._limits.whole)
        self._note_size(block)

    def reasons(self) -> list[Reason]:
        sentence = f"a record before the first item has no place in the flow {self._header.flow}"
        reasons = [*shortened(self._long), *at_each(self._before, Rule.FLAT_06, sentence, field=1)]
        if len(self.acts_for) > 1:
            text = "the items of a file act for one organisation: send a file for each"
            line = list(self.acts_for.values())[1]
            reasons.append(Reason(Rule.MSG_13, text, place=place(line, ACTS_FOR)))
        if self._is_too_large:
            text = f"an item has more than {self._limits.whole.body_bytes} bytes"
            reasons.append(Reason(Rule.MSG_03, text))
        if self.count > self._limits.file_rows:
            text = f"{self.count} items, the limit is {self._limits.file_rows}: send several files"
            reasons.append(Reason(Rule.MSG_03, text))
        if not self.count:
            reasons.append(Reason(Rule.MSG_11, f"the file has no item ({ITEM})"))
        return reasons

    def _note_before(self, records: Sequence[str], first_line: int) -> None:
        for line, record in enumerate(records, first_line):
            if record.startswith(_BEGINNING):
                break
            if record and not record.startswith(self._allowed):
                self._before.add([line])

    def _note_acts_for(self, block: Block) -> None:
        commands = self._commands
        found = set(_OF_ITEM.findall(block.text))
        named = {acts_for for command, acts_for in found if command in commands}
        if not named - self.acts_for.keys():
            return
        for line, record in enumerate(block.texts, block.first_line):
            match = _OF_ITEM.match(record)
            if match is not None and match[1] in commands:
                self.acts_for.setdefault(match[2] or "", line)

    def _note_size(self, block: Block) -> None:
        """Of the item that goes on from block to block: each is as large as may be taken at once."""
        text, most = block.text, self._limits.whole.body_bytes
        begins = 0 if text.startswith(_BEGINNING) else text.find(f"\n{_BEGINNING}")
        self._is_too_large |= self._since_item + (len(text) if begins < 0 else begins) > most
        last = max(0, text.rfind(f"\n{_BEGINNING}"))
        self._since_item = len(text) - last + (self._since_item if begins < 0 else 0)
