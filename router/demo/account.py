"""What the demo remembers: who sent what and was answered what, and what each subscriber was told."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


class DemoFailed(RuntimeError):
    """A step did not go as it must."""

    def __init__(self, step: str, cause: str) -> None:
        super().__init__(f"{step}: {cause}")
        self.step = step
        self.cause = cause


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason, as its sender reads it."""

    place: str
    rule: str
    text: str


@dataclass(frozen=True, slots=True)
class Exchange:
    """One message and its answer. `counts`: items by status; `note`: what the step shows."""

    sender: str
    door: str
    format: str
    content: str
    status: str
    counts: dict[str, int]
    reasons: tuple[Refusal, ...]
    note: str


@dataclass(slots=True)
class Told:
    """What one subscriber received, in order of arrival."""

    subscriber: str
    way: str
    asked_for: str
    subscription: str
    notifications: list[dict[str, Any]] = field(default_factory=list)


@dataclass(slots=True)
class Account:
    """`names`: id -> what people call the record; `seconds`: where the time went."""

    exchanges: list[Exchange] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    checks: list[str] = field(default_factory=list)
    audit: dict[str, Any] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    first_message: Mapping[str, Any] = field(default_factory=dict)

    def expect(self, holds: bool, step: str, cause: str) -> None:  # noqa: FBT001 - reads as a sentence
        """Notes the step as checked, or ends the demo with the cause."""
        if not holds:
            raise DemoFailed(step, cause)
        if step not in self.checks:
            self.checks.append(step)

    def as_json(self) -> dict[str, Any]:
        return {"ok": True, **asdict(self)}
