"""Terms for regular languages, with intersection and complement, and their derivatives.

Equal terms are one object (they are interned while somebody holds them), so that sets of terms are
cheap and the derivatives of a term are finitely many. Repetition is counted, not unrolled:
`[a-z]{1,4000}` is one term, however far it is followed.
"""

from collections.abc import Callable, Iterable
from weakref import WeakValueDictionary

from contracts.regular import charsets
from contracts.regular.charsets import Charset

_interned: "WeakValueDictionary[tuple[object, ...], Term]" = WeakValueDictionary()


class Term:
    """A language. Made by the functions of this module alone; compared by identity."""

    __slots__ = ("__weakref__", "_next", "firsts", "is_nullable", "kind", "parts")

    def __init__(self, kind: str, parts: tuple[object, ...]) -> None:
        self.kind = kind
        self.parts = parts
        self._next: dict[int, Term] = {}
        self.is_nullable: bool = _NULLABLE[kind](*parts)
        #: The character sets that decide about the next character.
        self.firsts: frozenset[Charset] = _FIRSTS[kind](*parts)

    def after(self, point: int) -> "Term":
        """What may follow the character `point` (its derivative)."""
        known = self._next.get(point)
        if known is None:
            known = self._next[point] = _AFTER[self.kind](point, *self.parts)
        return known


def _make(kind: str, *parts: object) -> Term:
    key = (kind, *parts)
    term = _interned.get(key)
    if term is None:
        term = _interned[key] = Term(kind, parts)
    return term


def chars(charset: Charset) -> Term:
    """One character of the set."""
    return _make("chars", charset) if charset else NOTHING


def concat(head: Term, tail: Term) -> Term:
    if NOTHING in (head, tail):
        return NOTHING
    if head is EMPTY_WORD:
        return tail
    if tail is EMPTY_WORD:
        return head
    if head.kind == "concat":
        first, rest = head.parts
        assert isinstance(first, Term)
        assert isinstance(rest, Term)
        return _make("concat", first, concat(rest, tail))
    return _make("concat", head, tail)


def repeat(term: Term, least: int, most: int | None) -> Term:
    """`term` from `least` to `most` times; None: without end."""
    if most == 0 or term is EMPTY_WORD:
        return EMPTY_WORD
    if term is NOTHING:
        return NOTHING if least else EMPTY_WORD
    if least == most == 1:
        return term
    if term.kind == "repeat" and term.parts[1:] == (0, None):
        return term
    return _make("repeat", term, 0 if term.is_nullable else least, most)


def either(terms: Iterable[Term]) -> Term:
    members = _flat("either", terms)
    if ANYTHING in members:
        return ANYTHING
    members.discard(NOTHING)
    letters = [member for member in members if member.kind == "chars"]
    if len(letters) > 1:
        members -= set(letters)
        members.add(chars(charsets.union(*(letter.parts[0] for letter in letters))))  # type: ignore[arg-type] # kind chars
    if any(_opposite(member) in members for member in members):
        return ANYTHING
    return _gathered("either", members, NOTHING)


def both(terms: Iterable[Term]) -> Term:
    members = _flat("both", terms)
    members.discard(ANYTHING)
    if NOTHING in members or any(_opposite(member) in members for member in members):
        return NOTHING
    if EMPTY_WORD in members:
        return EMPTY_WORD if all(member.is_nullable for member in members) else NOTHING
    return _gathered("both", members, ANYTHING)


def complement(term: Term) -> Term:
    if term.kind == "not":
        inner = term.parts[0]
        assert isinstance(inner, Term)
        return inner
    return {NOTHING: ANYTHING, ANYTHING: NOTHING}.get(term) or _make("not", term)


def word(text: str) -> Term:
    """The language of exactly this text."""
    term = EMPTY_WORD
    for character in reversed(text):
        term = concat(chars(charsets.of(ord(character))), term)
    return term


def accepts(term: Term, text: str) -> bool:
    for character in text:
        if term is NOTHING or term is ANYTHING:
            break
        term = term.after(ord(character))
    return term.is_nullable


def _flat(kind: str, terms: Iterable[Term]) -> set[Term]:
    members: set[Term] = set()
    for term in terms:
        members.update(term.parts[0] if term.kind == kind else (term,))  # type: ignore[arg-type] # a set of terms
    return members


def _gathered(kind: str, members: set[Term], neutral: Term) -> Term:
    if len(members) > 1:
        return _make(kind, frozenset(members))
    return next(iter(members), neutral)


def _opposite(term: Term) -> Term | None:
    """The complement, where it exists already as a term."""
    return term.parts[0] if term.kind == "not" else _interned.get(("not", term))  # type: ignore[return-value] # a term


def _after_concat(point: int, head: Term, tail: Term) -> Term:
    through = concat(head.after(point), tail)
    return either((through, tail.after(point))) if head.is_nullable else through


def _after_repeat(point: int, term: Term, least: int, most: int | None) -> Term:
    rest = repeat(term, max(least - 1, 0), None if most is None else most - 1)
    return concat(term.after(point), rest)


_NULLABLE: dict[str, Callable[..., bool]] = {
    "chars": lambda _: False,
    "empty": lambda: True,
    "concat": lambda head, tail: head.is_nullable and tail.is_nullable,
    "repeat": lambda _term, least, _most: least == 0,
    "either": lambda members: any(member.is_nullable for member in members),
    "both": lambda members: all(member.is_nullable for member in members),
    "not": lambda term: not term.is_nullable,
}
_FIRSTS: dict[str, Callable[..., frozenset[Charset]]] = {
    "chars": lambda charset: frozenset((charset,)),
    "empty": frozenset,
    "concat": lambda head, tail: head.firsts | tail.firsts if head.is_nullable else head.firsts,
    "repeat": lambda term, _least, _most: term.firsts,
    "either": lambda members: frozenset().union(*(member.firsts for member in members)),
    "both": lambda members: frozenset().union(*(member.firsts for member in members)),
    "not": lambda term: term.firsts,
}
_AFTER: dict[str, Callable[..., Term]] = {
    "chars": lambda point, charset: EMPTY_WORD if charsets.contains(charset, point) else NOTHING,
    "empty": lambda _: NOTHING,
    "concat": _after_concat,
    "repeat": _after_repeat,
    "either": lambda point, members: either(member.after(point) for member in members),
    "both": lambda point, members: both(member.after(point) for member in members),
    "not": lambda point, term: complement(term.after(point)),
}

NOTHING: Term = _make("chars", ())
EMPTY_WORD: Term = _make("empty")
ANYTHING: Term = _make("repeat", _make("chars", charsets.ANY), 0, None)
