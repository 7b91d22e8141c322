"""What an outcome file says of a row: of its one item, or of the several that stand in its slots."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

#: Headings of the columns that are added to a table.
COLUMNS = ("FMAR status", "FMAR record id", "FMAR version", "FMAR codes", "FMAR texts")
REJECTED = "rejected"

_Outcome = Mapping[str, Any]
_PLACE = re.compile(
    r"(?P<where>sheet \".*\", )?rows? (?P<first>[0-9]+)(?: to (?P<last>[0-9]+))?(?:, slot (?P<slot>[0-9]+))?",
    re.DOTALL,
)


class Answer(NamedTuple):
    """The cells of `COLUMNS`, as texts."""

    status: str
    id: str
    version: str
    codes: str
    texts: str


#: Of a row that is not answered: a blank one, or one that is not decided.
NO_ANSWER = Answer("", "", "", "", "")


def answer_of(outcomes: Sequence[_Outcome]) -> Answer:
    """The answer to a row. Where it has several items, each part says of which slot it is."""
    if not outcomes:
        return NO_ANSWER
    if len(outcomes) == 1:
        (outcome,) = outcomes
        codes, texts = _reasons(outcome) if outcome["reasons"] else ("", "")
        version = str(outcome.get("version", ""))
        return Answer(outcome["status"], outcome.get("id", ""), version, codes, texts)
    each = [(_of(outcome), answer_of([outcome])) for outcome in outcomes]
    return Answer(
        *("; ".join(f"{of}: {answer[at]}" for of, answer in each if answer[at]) for at in range(5))
    )


def _of(outcome: _Outcome) -> str:
    place = _PLACE.fullmatch(outcome["place"])
    return f"slot {place['slot']}" if place and place["slot"] else f"item {outcome['item']}"


def _reasons(outcome: _Outcome) -> tuple[str, str]:
    reasons = outcome["reasons"]
    codes = dict.fromkeys(reason["code"] for reason in reasons)
    return "; ".join(codes), "; ".join(sentence(reason, outcome["place"]) for reason in reasons)


def sentence(reason: Mapping[str, Any], place: str) -> str:
    """`SCH-PATTERN, column "Postcode": postcode has another form`; the place as far as the row does not say it."""
    where = reason["place"].removeprefix(place).lstrip(", ")
    return f"{reason['rule']}{f', {where}' if where else ''}: {reason['text']}"


class _Placed(NamedTuple):
    where: str
    first: int
    last: int
    outcome: _Outcome


class RowAnswers:
    """Hands outcomes to the rows that they answer. `is_at_end`: there are none left."""

    def __init__(self, outcomes: Iterable[_Outcome]) -> None:
        self._placed = _placed(outcomes)
        self._next: _Placed | None = next(self._placed, None)
        self._open: list[_Placed] = []

    @property
    def is_at_end(self) -> bool:
        return self._next is None and not self._open

    def of(self, row: int, where: str = "") -> list[_Outcome]:
        """The outcomes of a row; of rows in their order, sheet after sheet."""
        while self._next is not None and self._next.where == where and self._next.first <= row:
            self._open.append(self._next)
            self._next = next(self._placed, None)
        if not self._open:
            return []
        found = [p.outcome for p in self._open if p.where == where and p.last >= row]
        self._open = [p for p in self._open if p.where == where and p.last > row]
        return found


def _placed(outcomes: Iterable[_Outcome]) -> Iterator[_Placed]:
    """Outcomes with the rows that their places name."""
    for outcome in outcomes:
        if (place := _PLACE.fullmatch(outcome["place"])) is not None:
            first = int(place["first"])
            yield _Placed(place["where"] or "", first, int(place["last"] or first), outcome)
