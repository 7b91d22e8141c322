"""Patterns of XML Schema as regular languages: anchored by nature, `^` and `$` mean themselves.

Source: XML Schema part 2, appendix F.
"""

from functools import lru_cache

from adapters.xsd_comparison.texts import unicode_sets
from contracts.regular import charsets, terms
from contracts.regular.charsets import Charset
from contracts.regular.counts import CountError, counted
from contracts.regular.terms import Term

_SINGLE = {"n": 0xA, "r": 0xD, "t": 0x9}
_DEEPEST = 100


class UnreadPatternError(ValueError):
    """The pattern is not one that this module understands exactly."""


@lru_cache(maxsize=4096)
def language(pattern: str) -> Term:
    """Texts that the pattern matches as a whole. Raises UnreadPatternError."""
    reader = _Reader(pattern)
    term = reader.choice(0)
    if not reader.is_done:
        raise UnreadPatternError(f"unbalanced ) at {reader.place}")
    return term


class _Reader:
    """Recursive descent over one pattern."""

    def __init__(self, source: str) -> None:
        self._source = source
        self.place = 0

    @property
    def is_done(self) -> bool:
        return self.place >= len(self._source)

    def choice(self, depth: int) -> Term:
        if depth > _DEEPEST:
            raise UnreadPatternError("groups nest too deep")
        parts = [self._sequence(depth)]
        while self._take("|"):
            parts.append(self._sequence(depth))
        return terms.either(parts)

    def _sequence(self, depth: int) -> Term:
        parts: list[Term] = []
        while not self.is_done and self._peek() not in "|)":
            parts.append(self._quantified(self._atom(depth)))
        whole = terms.EMPTY_WORD
        for part in reversed(parts):
            whole = terms.concat(part, whole)
        return whole

    def _atom(self, depth: int) -> Term:
        character = self._next()
        match character:
            case "(":
                inner = self.choice(depth + 1)
                if not self._take(")"):
                    raise UnreadPatternError("a group does not end")
                return inner
            case "[":
                return terms.chars(self._class())
            case "\\":
                return terms.chars(self._escape())
            case ".":
                return terms.chars(charsets.complement(charsets.of(0xA, 0xD)))
            case "*" | "+" | "?" | "{" | "}" | "]":
                raise UnreadPatternError(f"{character} stands alone")
        return terms.chars(charsets.of(ord(character)))

    def _quantified(self, term: Term) -> Term:
        bounds = self._bounds()
        if self._peek() in "*+?{":
            raise UnreadPatternError("a quantifier follows a quantifier")
        return term if bounds is None else terms.repeat(term, *bounds)

    def _bounds(self) -> tuple[int, int | None] | None:
        try:
            bounds, self.place = counted(self._source, self.place)
        except CountError as error:
            raise UnreadPatternError(str(error)) from error
        return bounds

    def _class(self) -> Charset:
        is_negated = self._take("^")
        sets: list[Charset] = []
        subtracted: Charset = ()
        while not self._take("]"):
            if sets and self._take("-["):
                subtracted = self._class()
                if not self._take("]"):
                    raise UnreadPatternError("a class does not end after what it leaves out")
                break
            sets.append(self._range())
        if not sets:
            raise UnreadPatternError("an empty class")
        charset = charsets.union(*sets)
        charset = charsets.complement(charset) if is_negated else charset
        return charsets.intersection(charset, charsets.complement(subtracted))

    def _range(self) -> Charset:
        low = self._class_member()
        if self._peek() != "-" or self._source[self.place + 1 : self.place + 2] in ("]", "[", ""):
            return low
        self._next()
        high = self._class_member()
        if not _is_single(low) or not _is_single(high) or low[0][0] > high[0][0]:
            raise UnreadPatternError("a range of a class has no order")
        return charsets.intersection(((low[0][0], high[0][0]),), charsets.ANY)

    def _class_member(self) -> Charset:
        character = self._next()
        if character == "[":
            raise UnreadPatternError("[ within a class")
        return self._escape() if character == "\\" else charsets.of(ord(character))

    def _escape(self) -> Charset:
        character = self._next()
        if character in "pP":
            return self._property(is_negated=character == "P")
        if character in _SINGLE:
            return charsets.of(_SINGLE[character])
        if not character.isalnum():
            return charsets.of(ord(character))
        sets = {"s": unicode_sets.SPACE, "i": unicode_sets.NAME_START, "c": unicode_sets.NAME}
        charset = sets.get(character.lower())
        if character.lower() == "d":
            charset = unicode_sets.digits()
        elif character.lower() == "w":
            charset = unicode_sets.words()
        if charset is None:
            raise UnreadPatternError(f"\\{character} means nothing")
        return charsets.complement(charset) if character.isupper() else charset

    def _property(self, *, is_negated: bool) -> Charset:
        end = self._source.find("}", self.place)
        if not self._take("{") or end < 0:
            raise UnreadPatternError("a property without name")
        name = self._source[self.place : end]
        self.place = end + 1
        charset = unicode_sets.BLOCKS.get(name) or unicode_sets.of_category(name)
        if charset is None:
            raise UnreadPatternError(f"the property {name} is not known here")
        return charsets.complement(charset) if is_negated else charset

    def _peek(self) -> str:
        # Past the end this is a text that no rule asks for, and that is in no other.
        return self._source[self.place] if not self.is_done else "\0\0"

    def _next(self) -> str:
        if self.is_done:
            raise UnreadPatternError("the pattern ends too early")
        self.place += 1
        return self._source[self.place - 1]

    def _take(self, text: str) -> bool:
        if not self._source.startswith(text, self.place):
            return False
        self.place += len(text)
        return True


def _is_single(charset: Charset) -> bool:
    return len(charset) == 1 and charset[0][0] == charset[0][1]
