"""A profile tried on a file: what became of each column, and of each word in it. Pure.

Whether items are accepted is for the hub's rules; here is what the profile itself did.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from adapters.tables.cells import Exact, Unread
from adapters.tables.csv_rows import Sheet
from adapters.tables.engine import Source, Table
from adapters.tables.folding import fold
from adapters.tables.headings import HeadingIndex, Match
from adapters.tables.profile_model import Profile
from contracts.categories import Catalogue
from contracts.messages import Limits
from contracts.reasons import Reason

_EXAMPLES = 5
_LONGEST_EXAMPLE = 80
#: Kinds that hand on as text what they cannot read: then this is what they should have given.
_STATED: Mapping[str, tuple[type, ...]] = {"number": (str,), "boolean": (str,), "structure": (str,)}
#: Kinds of a column that no pointer says of whether it is personal, and that hold words alone.
_HARMLESS = frozenset({"code", "option", "yes_no", "boolean"})


@dataclass(frozen=True)
class ColumnTrial:
    """`became`: mapped | dropped | unknown | no_heading. Counts are cells. `to`: a member, or `steps` where the
    steps of the profile read the column. `unread` and `nothing`: texts, how often; empty for personal columns,
    whose texts are withheld.
    """

    heading: str
    became: str
    column: str | None = None
    to: str | None = None
    unit: str | None = None
    why: str | None = None
    stated: int = 0
    blank: int = 0
    unreadable: int = 0
    is_personal: bool = False
    unread: Mapping[str, int] = field(default_factory=dict)
    nothing: Mapping[str, int] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        shown = {
            "heading": self.heading,
            "became": self.became,
            "column": self.column,
            "to": self.to,
            "unit": self.unit,
            "why": self.why,
        }
        body: dict[str, Any] = {name: value for name, value in shown.items() if value is not None}
        if self.became == "mapped":
            counts = {"stated": self.stated, "blank": self.blank, "unreadable": self.unreadable}
            body |= {**counts, "examples_withheld": self.is_personal}
            body |= {"unknown_values": dict(self.unread), "read_as_nothing": dict(self.nothing)}
        return body


@dataclass(frozen=True)
class Trial:
    """`defaulted`: members that every item has without a column. `absent`: columns of the profile that the file
    does not have. `reasons`: of the headings.
    """

    columns: tuple[ColumnTrial, ...]
    defaulted: Mapping[str, str]
    absent: tuple[str, ...]
    reasons: tuple[Reason, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "columns": [each.as_json() for each in self.columns],
            "defaulted": dict(self.defaulted),
            "absent": list(self.absent),
        }


def try_profile(
    profile: Profile, sheets: Iterable[Sheet], stated_on: date, catalogue: Catalogue, limits: Limits
) -> Trial:
    """What became of the columns of these sheets."""
    index = HeadingIndex(profile)
    columns: list[ColumnTrial] = []
    reasons: list[Reason] = []
    met: set[str] = set()
    for sheet in sheets:
        layout = index.layout(sheet.headings, sheet.heading_row, sheet.where)
        reasons += layout.reasons
        rows = [(row, cells) for row, cells in sheet.rows if not isinstance(cells, Reason)]
        source = Source(stated_on, limits.cell_characters, sheet.where)
        read = {
            match.index: _mapped(match, cells, values, catalogue)
            for match, cells, values in Table(profile, layout, rows, source).columns
        }
        met |= {match.column.name for match in layout.matches}
        columns += (
            read.get(place) or _not_mapped(profile, heading)
            for place, heading in enumerate(sheet.headings)
        )
    absent = tuple(column.name for column in profile.columns if column.name not in met)
    constants = {
        p: v.replace("{statement_date}", stated_on.isoformat())
        for p, v in profile.constants.items()
    }
    return Trial(tuple(columns), constants, absent, tuple(reasons))


def personal_pointers(catalogue: Catalogue) -> frozenset[str]:
    """Members whose values are a person's, or lead to one: they stand in no report."""
    attributes = (a for category in catalogue for a in category.attributes if a.personal)
    return frozenset(f"/attributes/{each.name}" for each in attributes) | {
        "/accounting_point",
        "/accounting_point/id",
    }


def _not_mapped(profile: Profile, heading: str) -> ColumnTrial:
    if not heading.strip():
        return ColumnTrial("", "no_heading")
    why = profile.dropped.get(fold(heading))
    if why is not None:
        return ColumnTrial(heading.strip(), "dropped", why=why)
    return ColumnTrial(heading.strip(), "unknown", why="the profile does not know the heading")


def _mapped(
    match: Match,
    cells: Sequence[Any],
    values: Sequence[Any],
    catalogue: Catalogue,
) -> ColumnTrial:
    column = match.column
    unread: Counter[str] = Counter()
    nothing: Counter[str] = Counter()
    blank = stated = 0
    for cell, value in zip(cells, values, strict=True):
        if value is None:
            blank += 1
            nothing.update(_texts(cell))
        elif isinstance(value, Unread) or _is_handed_on(match, value):
            unread.update(_texts(cell) or ["(no value)"])
        else:
            stated += 1
    is_personal = _is_personal(match, catalogue)
    shown = {} if is_personal else _most(unread)
    return ColumnTrial(
        match.heading, "mapped", column.name, column.to or "steps", match.unit, None, stated, blank,
        sum(unread.values()), is_personal, shown, {} if is_personal else _most(nothing),
    )  # fmt: skip


def _is_handed_on(match: Match, value: Any) -> bool:
    """Whether it is a text that the category's schema will refuse."""
    column = match.column
    if column.kind == "option":
        return value not in column.options["options"]
    return isinstance(value, _STATED.get(column.kind, ()))


def _texts(cell: Any) -> list[str]:
    text = cell.text if isinstance(cell, Exact) else cell
    return [text.strip()[:_LONGEST_EXAMPLE]] if isinstance(text, str) and text.strip() else []


def _most(counted: Counter[str]) -> dict[str, int]:
    """The most frequent ones; of equals the first in order."""
    ordered = sorted(counted.items(), key=lambda item: (-item[1], item[0]))
    return dict(ordered[:_EXAMPLES])


def _is_personal(match: Match, catalogue: Catalogue) -> bool:
    if match.column.kind in _HARMLESS:
        return False
    return match.column.to is None or match.column.to in personal_pointers(catalogue)


def withheld(reason: Reason, personal: frozenset[str]) -> str:
    """A reason's text; where it may quote a personal value, the rule's sentence instead."""
    return reason.rule.sentence if reason.path in personal else reason.text
