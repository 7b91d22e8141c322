"""Columns that repeat within a row, numbered: `Energy Source 1`, `Energy Source 2`, each set an asset of its own."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from adapters.tables.drafting.observed import Observed
from adapters.tables.folding import fold

_NUMBER = re.compile(r"(?<![0-9])([1-9])(?![0-9A-Za-z])")
_FEWEST_GROUPS = 2


@dataclass(frozen=True, slots=True)
class SlotColumn:
    """One of the columns that repeat. `whole`: all its numbers together; `template`: its heading with `{n}`."""

    whole: Observed
    template: str
    indexes: tuple[int, ...]
    headings: tuple[str, ...]


def slots_in(
    columns: Sequence[Observed], own: frozenset[str]
) -> tuple[tuple[int, ...], tuple[SlotColumn, ...]]:
    """(numbers, columns that have them all), or nothing. `own`: folded headings that mean something with their
    number (`Address line 1`): they are no slots.
    """
    groups: dict[str, dict[int, Observed]] = {}
    plain: dict[str, Observed] = {}
    for column in columns:
        spelt = column.heading.replace("_", " ")
        found = _NUMBER.search(spelt)
        if found is None:
            plain.setdefault(fold(column.heading), column)
        elif fold(column.heading) not in own:
            base = fold(spelt[: found.start()] + spelt[found.end() :])
            groups.setdefault(base, {}).setdefault(int(found[1]), column)
    for base, group in groups.items():
        if 1 not in group and base in plain:
            group[1] = plain[base]
    most: dict[tuple[int, ...], list[dict[int, Observed]]] = {}
    for group in groups.values():
        numbers = tuple(sorted(group))
        if numbers == tuple(range(1, len(numbers) + 1)) and len(numbers) > 1:
            most.setdefault(numbers, []).append(group)
    best = max(most, key=lambda numbers: (len(most[numbers]), numbers), default=())
    if len(most.get(best, ())) < _FEWEST_GROUPS:
        return (), ()
    return best, tuple(_slot_column(group) for group in most[best])


def _slot_column(group: dict[int, Observed]) -> SlotColumn:
    second = group[2].heading.replace("_", " ")
    found = _NUMBER.search(second)
    assert found is not None, "every number but the first stands in its heading"
    has_first = _NUMBER.search(group[1].heading.replace("_", " ")) is not None
    mark = "{n}" if has_first else "{n?}"
    before, after = (
        part.replace("{", "(").replace("}", ")")
        for part in (second[: found.start()], second[found.end() :])
    )
    counts: dict[str, int] = {}
    for column in group.values():
        for text, count in column.counts:
            counts[text] = counts.get(text, 0) + count
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    markers = tuple(dict.fromkeys(m for column in group.values() for m in column.markers))
    bare = " ".join(f"{before} {after}".split())
    whole = Observed(bare, group[1].index, tuple(ordered), markers, group[1].rows)
    return SlotColumn(
        whole,
        f"{before}{mark}{after}",
        tuple(c.index for c in group.values()),
        tuple(c.heading for c in group.values()),
    )
