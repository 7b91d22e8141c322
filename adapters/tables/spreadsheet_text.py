"""Text in CSV that a spreadsheet would take for something else: how it is written, and read back.

A spreadsheet that opens a CSV file evaluates cells that begin like a formula. Text that does gets an
apostrophe before it (and text that begins with apostrophes and then like one, one more), which reading
takes off again, so that nothing is lost and nothing evaluated. Numbers are numbers and need none.

Source: OWASP, "CSV Injection".
"""

import re

#: What a spreadsheet would take for a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
#: A number of many digits, after a spreadsheet has opened and saved it.
_CUT = re.compile(r"[0-9](?:\.[0-9]+)?E\+[0-9]{2}")
_TO_ESCAPE = re.compile(r"'*(?:[=+\-@\t\r]|[0-9](?:\.[0-9]+)?E\+[0-9]{2}$)")
_ESCAPED = re.compile(r"'+(?:[=+\-@\t\r]|[0-9](?:\.[0-9]+)?E\+[0-9]{2}$)")


def is_cut(text: str) -> bool:
    """Whether it is what is left of a number that a spreadsheet has rounded: `1.01457E+12`."""
    return "E+" in text and _CUT.fullmatch(text) is not None


def escaped(text: str) -> str:
    return f"'{text}" if _TO_ESCAPE.match(text) else text


def unescaped(text: str) -> str:
    return text[1:] if text[:1] == "'" and _ESCAPED.match(text) else text
