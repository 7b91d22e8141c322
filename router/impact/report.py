"""The whole answer to: what would this version do? The proof, the formats, what is stored, who sends."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from contracts.categories import Category
from registry_store.category_comparison import Comparison, compare
from registry_store.replay.stored import replay_stored
from registry_store.replay.tally import Tally
from router.form_verdicts import FormVerdict, form_verdicts
from router.impact.partners import PartnersImpact, replay_partners

#: What is gone through, how much is done, and how much there is.
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Impact:
    """`against`: the version that the new one is compared with; without one there is nothing to break."""

    category: Category
    against: Category | None
    proof: Comparison | None
    forms: tuple[FormVerdict, ...]
    stored: Tally
    partners: PartnersImpact
    since: datetime

    @property
    def breaks(self) -> bool:
        return (
            (self.proof is not None and self.proof.is_breaking)
            or self.stored.failing > 0
            or any(partner.refused for partner in self.partners.partners.values())
        )

    def as_json(self) -> dict[str, Any]:
        return {
            "category": self.category.name,
            "version": self.category.version,
            "against": self.against.version if self.against is not None else None,
            "breaks": self.breaks,
            "proof": self.proof.as_json() if self.proof is not None else None,
            "formats": [verdict.as_json() for verdict in self.forms],
            "stored": self.stored.as_json(),
            "partners": {"since": self.since.isoformat(), **self.partners.as_json()},
        }


def impact_of(
    category: Category,
    versions: tuple[Category, ...],
    url: str,
    *,
    now: datetime,
    since: datetime,
    workers: int,
    progress: Progress,
) -> Impact:
    """`versions`: those of the category that are published, the newest first. `url`: of the runtime role.

    Compared is the version in force at `now`, else the newest.
    """
    in_force = next((each for each in versions if each.is_effective(now)), None)
    against = in_force or next(iter(versions), None)
    stored = replay_stored(
        url,
        category,
        versions,
        workers=workers,
        progress=lambda done, every: progress("records", done, every),
    )
    partners = replay_partners(
        url,
        category,
        since=since,
        workers=workers,
        progress=lambda done, every: progress("messages", done, every),
    )
    return Impact(
        category,
        against,
        compare(against, category) if against is not None else None,
        form_verdicts(against, category) if against is not None else (),
        stored,
        partners,
        since,
    )
