"""Goals, answers, and what stands for an answer that is not there."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from registry_store.containment.formulas import Formula

Goal = frozenset[Formula]
#: The goals that are being worked on around a goal.
Path = frozenset[Goal]


@dataclass(frozen=True, slots=True)
class Gap:
    """Here the search was not complete: that nothing was found proves nothing.

    `goal` is set where a goal came back within itself: then it is complete once that goal is left.
    """

    reason: str
    goal: Goal | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A value that satisfies a goal."""

    value: Any


Answer = Found | Gap
Answers = Iterator[Answer]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The first value of a goal, or why none is known. No value and no gaps: there is none."""

    found: Found | None
    gaps: tuple[Gap, ...] = ()

    @property
    def is_empty(self) -> bool:
        return self.found is None and not self.gaps


def first(answers: Answers) -> Outcome:
    gaps: dict[Gap, None] = {}
    for answer in answers:
        if isinstance(answer, Found):
            return Outcome(answer)
        gaps[answer] = None
    return Outcome(None, tuple(gaps))


def some(answers: Answers, most: int) -> tuple[list[Any], list[Gap]]:
    """Up to `most` values; no gaps and fewer values: there are no others."""
    values: list[Any] = []
    gaps: list[Gap] = []
    for answer in answers:
        if isinstance(answer, Gap):
            gaps.append(answer)
            continue
        values.append(answer.value)
        if len(values) >= most:
            break
    return values, gaps
