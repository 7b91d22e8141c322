"""The syntax of `pattern`: ECMA-262 as both engines read it, as far as it is regular.

What is not regular or read differently by the engines (back-references, look-behind, word boundaries,
possessive quantifiers, flags, property escapes) is refused; the caller treats such a pattern as a black box.
Source: ECMA-262 section 22.2.1; JSON Schema 2020-12 core section 6.4.
"""

from dataclasses import dataclass

from contracts.regular import charsets
from contracts.regular.charsets import Charset
from contracts.regular.counts import CountError, counted

_CLASS_ESCAPES = {
    "d": charsets.DIGIT,
    "D": charsets.complement(charsets.DIGIT),
    "w": charsets.WORD,
    "W": charsets.complement(charsets.WORD),
    "s": charsets.SPACE,
    "S": charsets.complement(charsets.SPACE),
}
_CONTROL_ESCAPES = {"t": 0x9, "n": 0xA, "v": 0xB, "f": 0xC, "r": 0xD}
_HEX_DIGITS = {"x": 2, "u": 4}
_GROUPS = {"?:": None, "?=": True, "?!": False}


class UnsupportedPatternError(ValueError):
    """The pattern is not one that this package understands exactly."""


@dataclass(frozen=True, slots=True)
class Letters:
    """One character of a set."""

    charset: Charset


@dataclass(frozen=True, slots=True)
class Sequence:
    """One part after the other."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the parts."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Repetition:
    """`part` from `least` to `most` times; None: without end."""

    part: "Node"
    least: int
    most: int | None


@dataclass(frozen=True, slots=True)
class Ahead:
    """Look-ahead: what follows starts with `part` (or, negative, does not)."""

    part: "Node"
    is_positive: bool


@dataclass(frozen=True, slots=True)
class Start:
    """`^`."""


@dataclass(frozen=True, slots=True)
class End:
    """`$`."""


Node = Letters | Sequence | Choice | Repetition | Ahead | Start | End


def parse(source: str) -> Node:
    """Raises UnsupportedPatternError."""
    reader = _Reader(source)
    node = reader.choice()
    if not reader.is_done:
        raise UnsupportedPatternError(f"unbalanced ) at {reader.place}")
    return node


class _Reader:
    """Recursive descent over one pattern."""

    _DEEPEST = 100

    def __init__(self, source: str) -> None:
        self._source = source
        self._depth = 0
        self.place = 0

    @property
    def is_done(self) -> bool:
        return self.place >= len(self._source)

    def choice(self) -> Node:
        self._depth += 1
        if self._depth > self._DEEPEST:
            raise UnsupportedPatternError("groups nest too deep")
        parts = [self._sequence()]
        while self._take("|"):
            parts.append(self._sequence())
        self._depth -= 1
        return parts[0] if len(parts) == 1 else Choice(tuple(parts))

    def _sequence(self) -> Node:
        parts: list[Node] = []
        while not self.is_done and self._peek() not in "|)":
            parts.append(self._quantified(self._atom()))
        return parts[0] if len(parts) == 1 else Sequence(tuple(parts))

    def _atom(self) -> Node:  # noqa: PLR0911 - one return per mark
        character = self._next()
        match character:
            case "^":
                return Start()
            case "$":
                return End()
            case ".":
                return Letters(charsets.complement(charsets.LINE_END))
            case "(":
                return self._group()
            case "[":
                return Letters(self._class())
            case "\\":
                return Letters(self._escape())
            case "*" | "+" | "?" | "{":
                raise UnsupportedPatternError(f"{character} repeats nothing")
        return Letters(charsets.of(ord(character)))

    def _group(self) -> Node:
        ahead: bool | None = None
        if self._peek() == "?":
            ahead = self._group_kind()
        node = self.choice()
        if not self._take(")"):
            raise UnsupportedPatternError("a group does not end")
        return node if ahead is None else Ahead(node, ahead)

    def _group_kind(self) -> bool | None:
        opening = self._source[self.place : self.place + 2]
        if opening in _GROUPS:
            self.place += 2
            return _GROUPS[opening]
        name_at = 3 if opening == "?P" else 2
        start = self._source[self.place : self.place + name_at]
        end = self._source.find(">", self.place)
        if start in ("?<", "?P<") and end > 0 and self._source[self.place + name_at].isalpha():
            self.place = end + 1
            return None
        raise UnsupportedPatternError(f"group ({opening} is not supported")

    def _quantified(self, node: Node) -> Node:
        bounds = self._bounds()
        if bounds is None:
            return node
        self._take("?")  # lazy: finds the same texts
        if self._peek() in "+*?{":
            raise UnsupportedPatternError("a quantifier follows a quantifier")
        return Repetition(node, *bounds)

    def _bounds(self) -> tuple[int, int | None] | None:
        try:
            bounds, self.place = counted(self._source, self.place)
        except CountError as error:
            raise UnsupportedPatternError(str(error)) from error
        return bounds

    def _class(self) -> Charset:
        is_negated = self._take("^")
        sets: list[Charset] = []
        if self._peek() == "]":
            raise UnsupportedPatternError("an empty class is read differently by the engines")
        while not self._take("]"):
            low = self._class_member()
            if self._peek() == "-" and self._source[self.place + 1 : self.place + 2] not in (
                "]",
                "",
            ):
                self._next()
                low = _range(low, self._class_member())
            sets.append(low)
        charset = charsets.union(*sets)
        return charsets.complement(charset) if is_negated else charset

    def _class_member(self) -> Charset:
        character = self._next()
        if character != "\\":
            return charsets.of(ord(character))
        if self._take("b"):
            return charsets.of(0x8)
        return self._escape()

    def _escape(self) -> Charset:
        character = self._next()
        if character in _CLASS_ESCAPES:
            return _CLASS_ESCAPES[character]
        if character in _CONTROL_ESCAPES:
            return charsets.of(_CONTROL_ESCAPES[character])
        if character in _HEX_DIGITS:
            return self._hexadecimal(_HEX_DIGITS[character])
        if character.isalnum():
            raise UnsupportedPatternError(f"\\{character} is not supported")
        return charsets.of(ord(character))

    def _hexadecimal(self, digits: int) -> Charset:
        text = self._source[self.place : self.place + digits]
        if len(text) < digits or not all(each in "0123456789abcdefABCDEF" for each in text):
            raise UnsupportedPatternError("an escape lacks its hexadecimal digits")
        self.place += digits
        point = int(text, 16)
        if not charsets.contains(charsets.ANY, point):
            raise UnsupportedPatternError("surrogates are not supported")
        return charsets.of(point)

    def _peek(self) -> str:
        # Past the end this is a character that no rule asks for (and that is "in" no string of them).
        return self._source[self.place] if not self.is_done else "\0\0"

    def _next(self) -> str:
        if self.is_done:
            raise UnsupportedPatternError("the pattern ends too early")
        self.place += 1
        return self._source[self.place - 1]

    def _take(self, character: str) -> bool:
        if self._peek() != character:
            return False
        self.place += 1
        return True


def _range(low: Charset, high: Charset) -> Charset:
    is_single = len(low) == len(high) == 1 and low[0][0] == low[0][1] and high[0][0] == high[0][1]
    if not is_single or low[0][0] > high[0][0]:
        raise UnsupportedPatternError("a range of a class has no order")
    return charsets.intersection(((low[0][0], high[0][0]),), charsets.ANY)
