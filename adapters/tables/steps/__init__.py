"""Steps: what a profile does with drafts beyond laying out their cells. One small function each.

A step takes the drafts that its `when` lets through and its parameters from the profile, and changes the
drafts: members put, reasons added, values for later steps. A new kind of step is one module and one line
here, and a definition in the schema of profiles.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from adapters.tables.drafts import Draft
from adapters.tables.profile_model import Step
from adapters.tables.steps.accounting_point import accounting_point
from adapters.tables.steps.decide import decide
from adapters.tables.steps.identity import identity, unique
from adapters.tables.steps.location import location
from adapters.tables.steps.put import put
from adapters.tables.steps.require import require, well_formed

STEPS: dict[str, Callable[[Sequence[Draft], Mapping[str, Any]], None]] = {
    "accounting_point": accounting_point,
    "decide": decide,
    "identity": identity,
    "location": location,
    "put": put,
    "require": require,
    "unique": unique,
    "well_formed": well_formed,
}

#: Steps that look at several rows together: files of their profiles are not cut.
COMPARING = frozenset({"unique"})


def run(steps: Sequence[Step], drafts: Sequence[Draft]) -> None:
    """All steps of a profile, in its order."""
    for step in steps:
        chosen = drafts
        for name, allowed in step.when.items():
            chosen = [draft for draft in chosen if draft.values.get(name) in allowed]
        STEPS[step.do](chosen, step.parameters)
