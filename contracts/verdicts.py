"""The answer to a check: a verdict with its evidence, or the reasons why the input cannot be used."""

from dataclasses import dataclass
from typing import Any, Literal

Backward = Literal["proved", "refuted", "unproved"]
Direction = Literal["wider", "narrower", "incomparable", "annotation"]
Severity = Literal["breaking", "compatible", "documentation"]


@dataclass(frozen=True, slots=True)
class Difference:
    """One change. `pointer` is where it stands (JSON Pointer; of the old version where it was removed).

    `is_added`/`is_removed` tell "was not there" from null.
    """

    pointer: str
    old: Any
    new: Any
    direction: Direction
    severity: Severity
    sentence: str
    is_added: bool = False
    is_removed: bool = False

    def as_json(self) -> dict[str, Any]:
        members: dict[str, Any] = {"pointer": self.pointer}
        if not self.is_added:
            members["old"] = self.old
        if not self.is_removed:
            members["new"] = self.new
        return {
            **members,
            "direction": self.direction,
            "severity": self.severity,
            "sentence": self.sentence,
        }


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether every document that was valid still is; `counterexample` only with `refuted`."""

    backward: Backward
    method: str
    counterexample: Any = None
    differences: tuple[Difference, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "backward": self.backward,
            "counterexample": self.counterexample,
            "method": self.method,
            "differences": [difference.as_json() for difference in self.differences],
        }


@dataclass(frozen=True, slots=True)
class Unusable:
    """Why no question can be answered about a schema. `side` is old or new."""

    side: str
    pointer: str
    text: str

    def __str__(self) -> str:
        place = f" at {self.pointer}" if self.pointer else ""
        return f"{self.side}{place}: {self.text}"
