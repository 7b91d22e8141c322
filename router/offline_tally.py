"""What a validation found, counted: of one message, or of a file as it is answered part by part."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from contracts.reasons import Reason, Rule, has_errors
from contracts.receipts import Outcome

#: Rejected items that are kept to be listed for a person.
LISTED = 40


@dataclass(slots=True)
class Tally:
    """`reasons`: of the file as a whole. `rejected_items`: the first `LISTED` of them, with their reasons."""

    items: int = 0
    rejected: int = 0
    warnings: int = 0
    by_rule: Counter[str] = field(default_factory=Counter)
    rejected_items: list[tuple[str, tuple[Reason, ...]]] = field(default_factory=list)
    notes: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()

    @property
    def is_usable(self) -> bool:
        return self.items > 0 and not has_errors(self.reasons)

    def say(self, reasons: Iterable[Reason]) -> None:
        """Reasons of the file as a whole."""
        said = tuple(reasons)
        self.reasons += said
        self._count(said)

    def add(self, outcomes: Sequence[Outcome]) -> None:
        self.items += len(outcomes)
        for outcome in outcomes:
            if outcome.reasons:
                self._count(outcome.reasons)
            if outcome.status == "rejected":
                self.rejected += 1
                if len(self.rejected_items) < LISTED:
                    self.rejected_items.append((outcome.place, outcome.reasons))

    def join(self, part: "Tally") -> None:
        """The items that come after."""
        self.items += part.items
        self.rejected += part.rejected
        self.warnings += part.warnings
        self.by_rule += part.by_rule
        self.rejected_items += part.rejected_items[: LISTED - len(self.rejected_items)]

    def as_json(self, results: list[dict[str, Any]] | None = None) -> dict[str, Any]:
        """`results` stand in it where they are given."""
        by_code: Counter[str] = Counter()
        for key, times in self.by_rule.items():
            by_code[rule_of(key).code] += times
        body: dict[str, Any] = {
            "items": self.items,
            "accepted": self.items - self.rejected,
            "rejected": self.rejected,
            "warnings": self.warnings,
            "by_code": dict(sorted(by_code.items())),
            "by_rule": dict(sorted(self.by_rule.items())),
            "notes": list(self.notes),
        }
        if results is not None:
            body["results"] = results
        if self.reasons:
            body["reasons"] = [reason.as_json() for reason in self.reasons]
        return body

    def _count(self, reasons: Iterable[Reason]) -> None:
        for reason in reasons:
            self.by_rule[reason.rule.key] += 1
            self.warnings += not reason.is_error


def rule_of(key: str) -> Rule:
    """The rule of a public key, as in `ASSET-02`."""
    return Rule[key.replace("-", "_")]
