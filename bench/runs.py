"""What a contender is told, and what it says of a run."""

import json
from dataclasses import asdict, dataclass
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Configuration:
    """`queues`: the lanes of this process; `receipt_bytes`: how large the floor's answers are."""

    database_url: str
    broker_url: str
    lanes: int
    queues: tuple[str, ...]
    receipt_bytes: int

    def as_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def read(cls, text: str) -> Self:
        members = json.loads(text)
        return cls(**members | {"queues": tuple(members["queues"])})


@dataclass(slots=True)
class Run:
    """One measured run of one process. Times are monotonic seconds."""

    began: float = 0.0
    ended: float = 0.0
    cpu_seconds: float = 0.0
    profile: dict[str, Any] | None = None
    messages: int = 0
    #: How many groups they were taken in (floor and hub).
    groups: int = 0
