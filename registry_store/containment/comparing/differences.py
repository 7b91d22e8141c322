"""All differences between two versions, with their direction, weight and sentence."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import islice
from typing import Any

from contracts.reasons import escape_pointer
from contracts.verdicts import Backward, Difference, Severity
from registry_store.containment.comparing.changes import ABSENT, Change, changes
from registry_store.containment.comparing.effects import Effects
from registry_store.containment.comparing.sentences import CONTRACT, NO_EFFECT, sentence
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
    old: Any, new: Any, known: Mapping[str, Any], arena: Arena, backward: Backward
) -> tuple[Difference, ...]:
    """What has changed from `old` to `new`, in the order of `new`; `backward` is the verdict on the whole.

    Each is judged as if it alone were made. Where that is not the whole story, its sentence says so: changes
    may make up for each other, or break something only together.
    """
    effects = Effects(old, new, known, arena)
    found = list(islice(changes(old, new), MOST_DIFFERENCES))
    told = [_difference(change, effects, backward) for change in found]
    if backward == "refuted" and not any(each.severity == "breaking" for each in told):
        told = [
            _together(each) if effects.is_assertion(change) else each
            for each, change in zip(told, found, strict=True)
        ]
    return tuple(told)


def _difference(change: Change, effects: Effects, backward: Backward) -> Difference:
    direction = effects.direction(change)
    severity = _SEVERITY[direction]
    text = sentence(change, direction, effects.unit(change))
    if direction == "annotation" and change.keyword in CONTRACT:
        severity = "compatible"
    if severity == "breaking" and backward == "proved":
        severity = "compatible"
        text += "; the other changes make up for it, no document is refused"
    return Difference(
        pointer="".join(f"/{escape_pointer(str(step))}" for step in change.place),
        old=None if change.old is ABSENT else change.old,
        new=None if change.new is ABSENT else change.new,
        direction=direction,
        severity=severity,
        sentence=text,
        is_added=change.old is ABSENT,
        is_removed=change.new is ABSENT,
    )


def _together(difference: Difference) -> Difference:
    return replace(
        difference,
        direction="incomparable",
        severity="breaking",
        sentence=f"{difference.sentence.removesuffix(NO_EFFECT)}; together with the other changes it breaks documents",
    )
