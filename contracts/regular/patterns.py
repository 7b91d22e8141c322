# ruff: noqa: FBT001, FBT003 - the one flag that all these pass on is whether a place is the start
"""The language of texts in which a pattern is found.

A pattern is read with its continuation, so that `$` and look-ahead speak exactly about what follows:
`(?=x)y` followed by K is the texts of `yK` that begin with `x`. Whether a place is the start of the
text is known everywhere, because the search for a later place is a case of its own.
"""

from collections.abc import Callable
from functools import lru_cache

from contracts.regular import charsets, terms
from contracts.regular.pattern_syntax import (
    Ahead,
    Choice,
    End,
    Letters,
    Node,
    Repetition,
    Sequence,
    Start,
    UnsupportedPatternError,
    parse,
)
from contracts.regular.terms import Term

_After = Callable[[bool], Term]  # given whether the place is the start of the text


@lru_cache(maxsize=4096)
def language(pattern: str) -> Term:
    """Texts that the pattern matches somewhere. Raises UnsupportedPatternError."""
    node = parse(pattern)
    at_start = _read(node, True, lambda _: terms.ANYTHING)
    later = _read(node, False, lambda _: terms.ANYTHING)
    any_character = terms.chars(charsets.ANY)
    return terms.either(
        (at_start, terms.concat(any_character, terms.concat(terms.ANYTHING, later)))
    )


def _read(node: Node, is_start: bool, after: _After) -> Term:  # noqa: PLR0911 - one return per kind
    match node:
        case Letters(charset):
            return terms.concat(terms.chars(charset), after(False))
        case Start():
            return after(True) if is_start else terms.NOTHING
        case End():
            return terms.both((terms.EMPTY_WORD, after(is_start)))
        case Choice(parts):
            return terms.either(_read(part, is_start, after) for part in parts)
        case Sequence(parts):
            return _read_all(parts, is_start, after)
        case Ahead(part, is_positive):
            begins = _read(part, is_start, lambda _: terms.ANYTHING)
            return terms.both(
                (begins if is_positive else terms.complement(begins), after(is_start))
            )
        case Repetition():
            return _repetition(node, is_start, after)


def _read_all(parts: tuple[Node, ...], is_start: bool, after: _After) -> Term:
    if not parts:
        return after(is_start)
    return _read(parts[0], is_start, lambda at_start: _read_all(parts[1:], at_start, after))


def _repetition(node: Repetition, is_start: bool, after: _After) -> Term:
    if _asserts(node.part):
        if node.most != 1:
            raise UnsupportedPatternError("an assertion is repeated")
        once = _read(node.part, is_start, after)
        return once if node.least else terms.either((once, after(is_start)))
    body = _read(node.part, False, lambda _: terms.EMPTY_WORD)
    some = terms.concat(terms.repeat(body, node.least, node.most), after(False))
    if not is_start or not (node.least == 0 or body.is_nullable):
        return some
    # The place stays the start of the text only if nothing was read.
    nonempty = terms.both((body, terms.complement(terms.EMPTY_WORD)))
    read = terms.concat(
        nonempty,
        terms.repeat(body, max(node.least - 1, 0), None if node.most is None else node.most - 1),
    )
    return terms.either((terms.concat(read, after(False)), after(True)))


def _asserts(node: Node) -> bool:
    match node:
        case Letters():
            return False
        case Start() | End() | Ahead():
            return True
        case Choice(parts) | Sequence(parts):
            return any(_asserts(part) for part in parts)
        case Repetition(part):
            return _asserts(part)
