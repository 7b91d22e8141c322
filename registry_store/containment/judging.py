"""Whether a value shows that a new version breaks something: valid before and invalid now, by both engines."""

from dataclasses import dataclass
from typing import Any

from registry_store.containment.engines import Engines, Schema


@dataclass
class Judge:
    """Judges values against two versions; `asked` counts them, `disputed` those without a common word."""

    old: Engines
    new: Engines
    asked: int = 0
    disputed: int = 0

    @classmethod
    def of(cls, old: Schema, new: Schema) -> "Judge":
        """Raises ValueError for a schema that an engine does not take."""
        return cls(Engines(old), Engines(new))

    def is_counterexample(self, value: Any) -> bool:
        self.asked += 1
        if self.old.first(value) is not True or self.new.first(value) is not False:
            return False
        if self.old.second(value) is True and self.new.second(value) is False:
            return True
        self.disputed += 1
        return False
