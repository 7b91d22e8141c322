"""The texts of one type: a language of normalised texts, and what that language leaves out."""

from dataclasses import dataclass, replace
from typing import Literal

from contracts.regular import charsets, terms
from contracts.regular.terms import Term

Space = Literal["preserve", "replace", "collapse"]


@dataclass(frozen=True, slots=True)
class Opaque:
    """A facet that is not read as a language: bounds of times and floats, lengths of base64 ..."""

    facet: str
    values: tuple[str, ...]
    family: str


@dataclass(frozen=True, slots=True)
class Lexical:
    """One alternative of a type. `language` is of texts after white space is treated as `space` says.

    `family`: the primitive type, or `list`. `built_in`: the nearest type of XML Schema itself, whose
    lexical forms `language` states exactly; unless there is `sure`, which is what is allowed without doubt.
    """

    space: Space
    language: Term
    family: str
    built_in: str
    sure: Term | None = None
    opaque: frozenset[Opaque] = frozenset()

    def narrowed(self, language: Term) -> "Lexical":
        sure = None if self.sure is None else terms.both((self.sure, language))
        return replace(self, language=terms.both((self.language, language)), sure=sure)

    @property
    def certain(self) -> "Lexical":
        """What is allowed without doubt."""
        return self if self.sure is None else replace(self, language=self.sure, sure=None)

    def with_opaque(self, facet: str, *values: str) -> "Lexical":
        return replace(self, opaque=self.opaque | {Opaque(facet, values, self.family)})


#: A type: alternatives of a union, or just one.
Texts = tuple[Lexical, ...]

#: What an element may hold beside its children when it holds no text.
BLANK: Texts = (
    Lexical(
        "preserve",
        terms.repeat(terms.chars(((0x9, 0xA), (0xD, 0xD), (0x20, 0x20))), 0, None),
        "blank",
        "blank",
    ),
)
NONE: Texts = (Lexical("preserve", terms.EMPTY_WORD, "blank", "blank"),)
ANY: Texts = (Lexical("preserve", terms.ANYTHING, "string", "anySimpleType"),)

_CHARACTER = terms.chars(charsets.ANY)


def lengths_of(language: Term) -> tuple[int, int | None] | None:
    """Least and most characters of a language that says nothing else; None for any other."""
    if language.kind == "repeat" and language.parts[0] is _CHARACTER:
        _, least, most = language.parts
        return least, most  # type: ignore[return-value] # counts
    return None
