"""Sentences about what has changed."""

from collections.abc import Iterator
from typing import Any

from adapters.xsd_comparison.comparing.texts import excess
from adapters.xsd_comparison.differences.describing import times
from adapters.xsd_comparison.differences.occurrences import ANY_ELEMENT, Range
from adapters.xsd_comparison.model.components import Leaf, Wildcard
from adapters.xsd_comparison.texts.lexical import Texts
from contracts.verdicts import Difference, Direction, Severity

_SEVERITY: dict[Direction, Severity] = {
    "wider": "compatible",
    "narrower": "breaking",
    "incomparable": "breaking",
    "annotation": "documentation",
}
_CLOSELY = {"skip": 0, "lax": 1, "strict": 2}
_VALUES: dict[Direction, str] = {
    "narrower": "fewer values",
    "wider": "more values",
    "incomparable": "other values",
    "annotation": "the same values",
}


def direction_of(breaks: bool, opens: bool) -> Direction:  # noqa: FBT001 # both ways, side by side
    """`breaks`: something was allowed and is not; `opens`: something is allowed and was not."""
    if breaks and opens:
        return "incomparable"
    return "narrower" if breaks else "wider" if opens else "annotation"


def texts_direction(before: Texts, after: Texts) -> Direction:
    return direction_of(excess(before, after) is not None, excess(after, before) is not None)


def change(path: str, old: Any, new: Any, direction: Direction, text: str) -> Difference:
    sentence = f"`{path}`: {text}"
    return Difference(
        path,
        old,
        new,
        direction,
        _SEVERITY[direction],
        sentence,
        is_added=old is None,
        is_removed=new is None,
    )


def values(
    path: str, what: str, words: tuple[str, str], direction: Direction
) -> Iterator[Difference]:
    """`words`: the old type and the new one; nothing where both words and texts are the same."""
    if words[0] != words[1] or direction != "annotation":
        text = f"{what} has {_VALUES[direction]}: {words[1]}; it was {words[0]}"
        yield change(path, *words, direction, text)


def occurrence(path: str, name: str, was: Range, now: Range, whole: Direction | None) -> Difference:
    """`whole`: the direction of the content as a whole, where other particles may answer for this one."""
    is_more = now[1] is None or (was[1] is not None and was[1] <= now[1])
    is_less = was[1] is None or (now[1] is not None and now[1] <= was[1])
    is_wider, is_narrower = now[0] <= was[0] and is_more, now[0] >= was[0] and is_less
    own: Direction = "wider" if is_wider else "narrower" if is_narrower else "incomparable"
    what = "elements that are not named" if name == ANY_ELEMENT else "it"
    may = f"may come {times(now)}" if now != (0, 0) else "may no longer come"
    return change(path, times(was), times(now), whole or own, f"{what} {may}; before: {times(was)}")


def looked_at(old: frozenset[Leaf], new: frozenset[Leaf]) -> Direction:
    """Whether elements that are not named are looked at more closely than before."""
    if not old or not new:
        return "annotation"
    before, after = (
        {_CLOSELY[leaf.process] for leaf in each if isinstance(leaf, Wildcard)}
        for each in (old, new)
    )
    return direction_of(max(after) > max(before), min(after) < min(before))
