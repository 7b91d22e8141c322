"""Numbers as tables write them: which of point and comma is the decimal sign of a column.

`1,234` is 1234 to one writer and 1.234 to another. It is not in the cell but in its column: `7,4` and
`1.234,5` show a decimal comma, `7.4` and `1,234.5` a decimal point. A column without such a cell is read
like the others of its file, else by the profile's usual sign; one with both kinds has its ambiguous cells
refused, never guessed.
Groups of three digits may be parted by the other sign, a blank (also a narrow one) or an apostrophe.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

_GROUPS = (
    r"[1-9][0-9]{{0,2}}(?:(?P<g>[{other} '’\u00a0\u202f])[0-9]{{3}})(?:(?P=g)[0-9]{{3}}){{0,4}}"
)
_FORM = (
    r"[+-]?(?:"
    + _GROUPS
    + r"(?:{sign}[0-9]{{0,30}})?|[0-9]{{1,18}}(?:{sign}[0-9]{{0,30}})?|{sign}[0-9]{{1,30}})"
)
_EXPONENT_AND_UNIT = r"((?:[eE][+-]?[0-9]{1,2})?)\s*((?:[A-Za-z%°][A-Za-z%°/³²0-9]{0,11})?)"
_FORMS = {
    ".": re.compile(f"({_FORM.format(sign='[.]', other=',')}){_EXPONENT_AND_UNIT}"),
    ",": re.compile(f"({_FORM.format(sign=',', other='.')}){_EXPONENT_AND_UNIT}"),
}
_NAMES = {".": "a decimal point", ",": "a decimal comma"}
_GROUP_SIGNS = str.maketrans("", "", " '’\u00a0\u202f")
_TWO_POINTS = re.compile(r"[0-9]\.[0-9]{3}\.")


@dataclass(frozen=True, slots=True)
class NumberForm:
    """The decimal sign of a column; None where its cells contradict each other.

    `evident`: cells showed it. `ambiguous`: a cell that only the sign decides, as an example. `pinned`: it
    was found in other rows of the file, which these may contradict.
    """

    sign: str | None = "."
    evident: bool = False
    ambiguous: str | None = None
    pinned: bool = False

    @property
    def sign_name(self) -> str:
        return _NAMES[self.sign] if self.sign else f"{_NAMES['.']} or {_NAMES[',']}"

    @property
    def otherwise(self) -> str:
        return f"is not written with {self.sign_name}, as the first rows of the file are"

    def contradicts(self, cell: str) -> bool:
        """Whether it is a number, and written otherwise than the rows by which the form is pinned."""
        return self.pinned and self.sign is not None and bool(_readings(cell.strip()))

    def split(self, cell: str) -> tuple[str, str] | None:
        """(plain number with a point and perhaps an exponent, unit), or None if it is no number or
        cannot be told.
        """
        text = cell.strip()
        if self.sign is None and _is_ambiguous(text):
            return None
        for sign in (self.sign,) if self.sign else _FORMS:
            if (match := _FORMS[sign].fullmatch(text)) is not None:
                return _plain(match[1], sign) + match[3], match[4]
        return None

    def note(self, heading: str) -> str | None:
        """What the receipt says of it: nothing of what is usual and evident."""
        column = f"numbers: column {heading}"
        if self.sign is None:
            both = f"some have {_NAMES['.']}, some {_NAMES[',']}"
            return f"{column}: {both}; where it cannot be told they are refused"
        if self.ambiguous is not None and not self.evident:
            usual = f"is read with {_NAMES[self.sign]}, as is usual for the profile"
            return f"{column}: {self.ambiguous!r} {usual}"
        return f"{column}: {_NAMES[self.sign]}" if self.sign == "," else None


#: A decimal point, of which nothing is said.
USUAL_FORM = NumberForm()


def number_forms(columns: Mapping[int, Collection[str]], *, usual: str) -> dict[int, NumberForm]:
    """The form of each column of a file, by its index. One that shows nothing itself is written like the
    others, if those agree.
    """
    forms = {index: number_form(cells, usual=usual) for index, cells in columns.items()}
    shown = {form.sign for form in forms.values() if form.evident}
    sign = shown.pop() if len(shown) == 1 else None
    if sign is None:
        return forms
    return {
        index: form if form.evident else NumberForm(sign, evident=True)
        for index, form in forms.items()
    }


def number_form(cells: Collection[str], *, usual: str = ".") -> NumberForm:
    """The form of a column with these cells. What is no number either way says nothing."""
    joined = "\n".join(cells)
    only_points = "," not in joined and not _TWO_POINTS.search(joined)
    seen: set[str] = set()
    ambiguous = None
    for cell in cells:
        if "," not in cell and "." not in cell:
            continue
        if _is_ambiguous(text := cell.strip()):
            ambiguous = ambiguous or text
            continue
        seen.update(_readings(text))
        if len(seen) > 1:
            return NumberForm(None, evident=True)
        if seen and only_points:
            break
    return NumberForm(next(iter(seen), usual), bool(seen), ambiguous)


def _readings(text: str) -> list[str]:
    """The decimal signs with which a text is a number."""
    return [sign for sign, form in _FORMS.items() if form.fullmatch(text)]


def _is_ambiguous(text: str) -> bool:
    """Whether it is one number with a point as the decimal sign, and another with a comma."""
    return ("," in text or "." in text) and len(_readings(text)) > 1


def _plain(number: str, sign: str) -> str:
    """With a point as decimal sign and without groups."""
    other = "," if sign == "." else "."
    return number.translate(_GROUP_SIGNS).replace(other, "").replace(sign, ".")
