"""All differences between two versions, with their direction, weight and sentence."""

from collections.abc import Mapping
from itertools import islice
from typing import Any

from contracts.reasons import escape_pointer
from contracts.verdicts import Difference, Severity
from registry_store.containment.comparing.changes import ABSENT, Change, changes
from registry_store.containment.comparing.effects import Effects
from registry_store.containment.comparing.sentences import CONTRACT, sentence
from registry_store.containment.formulas import Arena

#: Differences that are listed; a version that differs in more is another document.
MOST_DIFFERENCES = 1000
_SEVERITY: dict[str, Severity] = {
    "wider": "compatible",
    "narrower": "breaking",
    "incomparable": "breaking",
    "annotation": "documentation",
}


def differences(
    old: Any, new: Any, known: Mapping[str, Any], arena: Arena
) -> tuple[Difference, ...]:
    """What has changed from `old` to `new`, in the order of `new`."""
    effects = Effects(old, new, known, arena)
    return tuple(_difference(each, effects) for each in islice(changes(old, new), MOST_DIFFERENCES))


def _difference(change: Change, effects: Effects) -> Difference:
    direction = effects.direction(change)
    severity = _SEVERITY[direction]
    if direction == "annotation" and change.keyword in CONTRACT:
        severity = "compatible"
    return Difference(
        pointer="".join(f"/{escape_pointer(str(step))}" for step in change.path),
        old=None if change.old is ABSENT else change.old,
        new=None if change.new is ABSENT else change.new,
        direction=direction,
        severity=severity,
        sentence=sentence(change, direction),
        is_added=change.old is ABSENT,
        is_removed=change.new is ABSENT,
    )
