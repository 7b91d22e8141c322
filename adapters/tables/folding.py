"""Spellings that count as one: of headings, of coded values, of the words for "nothing here"."""

import unicodedata


def fold(text: str) -> str:
    """Letters and digits alone, in lower case: `Town/ City ` and `town_city` are one heading."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return "".join(filter(str.isalnum, text.casefold()))


def squeeze(text: str) -> str:
    """Outer blanks off, runs of blanks and line breaks as one blank, lower case; punctuation stays."""
    return " ".join(text.split()).casefold()
