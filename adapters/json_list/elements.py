"""The elements of a list, some at a time, as they stand in their text."""

import re
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

from adapters import strict_json
from adapters.json_list.coming_text import ComingText, as_bytes
from adapters.json_list.scanning import BROKEN, Value, value_at
from adapters.strict_json import Within
from contracts.messages import Limits
from contracts.reasons import Reason, Rule

_SOLID = re.compile(r"[^ \t\n\r]")
#: So much white space between two elements does not go into one group.
_WIDEST_GAP = 4_096
_FIRST_LOOK = 64 * 1024
#: An element (about what it holds, as it stands there, its index) -> items in it. Called once for each, in order.
Weigh = Callable[[Any, bytes, int], int]


class Group(NamedTuple):
    """Elements that follow each other, with what stands between them. `first`: position of the first in the
    list, with its `line` and `column`; `elements` and `rows` (items): how many.
    """

    body: bytes
    first: int
    elements: int
    rows: int
    line: int
    column: int


class _Element(NamedTuple):
    start: int
    end: int
    rows: int


class Elements:
    """A list whose `[` stands before the first character of `text`. `pointer`: of the list; `depth`: of what is
    open within it. `reasons` say why it could not be read to its end.
    """

    def __init__(
        self, text: ComingText, limits: Limits, pointer: str, depth: int, weigh: Weigh
    ) -> None:
        self.text = text
        self.count = 0
        self.reasons: tuple[Reason, ...] = ()
        #: Of the closing bracket, once `take` gave None without reasons.
        self.end = 0
        self._limits = limits
        #: What is refused was bounded when it was read.
        self._any_size = replace(limits, body_bytes=sys.maxsize)
        self._pointer = pointer
        self._depth = depth
        self._weigh = weigh
        self._at = 0
        self._held: _Element | None = None
        self._is_over = False

    def take(self, rows: int, characters: int) -> Group | None:
        """The next elements: of so many rows and characters at most, unless it is one alone."""
        taken: list[_Element] = []
        weight = 0
        while (element := self._next()) is not None:
            begin = taken[0].start if taken else element.start
            gap = element.start - taken[-1].end if taken else 0
            is_full = weight + element.rows > rows or element.end - begin > characters
            if taken and (is_full or gap > _WIDEST_GAP):
                self._held = element
                break
            taken.append(element)
            weight += element.rows
            if weight >= rows:
                break
        return self._group(taken, weight) if taken else None

    def _group(self, taken: list[_Element], rows: int) -> Group | None:
        start, end = taken[0].start, taken[-1].end
        body = as_bytes(self.text.text[start:end])
        line, column = self.text.at(start)
        if len(body) > self._limits.body_bytes:
            self._refuse_too_large(start)
            return None
        first = self.count - len(taken) - bool(self._held)
        group = Group(body, first, len(taken), rows, line, column)
        self._forget(end)
        return group

    def _forget(self, count: int) -> None:
        self.text.drop(count)
        self._at -= count
        self.end -= count
        if self._held is not None:
            start, end, rows = self._held
            self._held = _Element(start - count, end - count, rows)

    def _next(self) -> _Element | None:
        if self._held is not None:
            held, self._held = self._held, None
            return held
        start = None if self._is_over else self._start()
        found = None if start is None else self._element(start)
        if start is None or found is None:
            self._is_over = True
            return None
        rows = self._weigh(found.value, as_bytes(self.text.text[start : found.end]), self.count)
        self._at = found.end
        self.count += 1
        return _Element(start, found.end, rows)

    def _start(self) -> int | None:
        """Where the next element begins; None at the end of the list, or where something else stands."""
        if (at := self._solid(self._at)) is None:
            return None
        text = self.text.text
        if text[at : at + 1] == "]":
            self.end = at
            return None
        if not self.count:
            return at
        if text[at : at + 1] != ",":
            self._refuse_between(at)
            return None
        start = self._solid(at + 1)
        if start is not None and self.text.text[start : start + 1] == "]":
            self._refuse_between(at)
            return None
        return start

    def _solid(self, start: int) -> int | None:
        """The next character that is no white space, or the end; None where white space does not end."""
        at = start
        while True:
            text = self.text.text
            if at < len(text) and text[at] > " ":
                return at
            found = _SOLID.search(text, at)
            at = found.start() if found else len(text)
            if at - start > self._limits.body_bytes:
                self._refuse_too_large(start)
                return None
            if at < len(text) or not self.text.more():
                return at

    def _element(self, start: int) -> Value | None:
        look = _FIRST_LOOK
        while True:
            text = self.text.text
            found = value_at(text, start, is_all=self.text.is_at_end)
            if isinstance(found, Value):
                return found
            if found == BROKEN:
                self._refuse_value(start)
                return None
            if len(text) - start > self._limits.body_bytes:
                self._refuse_too_large(start)
                return None
            self.text.more(look)
            look *= 2

    def _refuse_value(self, start: int) -> None:
        """What the reader of JSON says of it."""
        within = Within(f"{self._pointer}/{self.count}", self._depth, ((0, *self.text.at(start)),))
        rest = as_bytes(self.text.text[start:])
        self.reasons = strict_json.read(rest, self._any_size, within)[1]

    def _refuse_between(self, at: int) -> None:
        """Neither a comma nor the end of the list: what the reader says behind any element."""
        before = "[0"
        within = Within("", 0, ((0, 1, 1), (len(before), *self.text.at(at))))
        rest = as_bytes(before + self.text.text[at:])
        self.reasons = strict_json.read(rest, self._any_size, within)[1][-1:]

    def _refuse_too_large(self, start: int) -> None:
        line, column = self.text.at(start)
        text = f"an element of the list has more than {self._limits.body_bytes} bytes: it and the rest are not read"
        where = f"{self._pointer}/{self.count} (line {line}, column {column})"
        self.reasons = (Reason(Rule.MSG_03, text, place=where),)
