"""What a replay counts: bounded, however much it goes through, and added up over its parts."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from contracts.reasons import Reason

#: Ids that are listed, and causes.
MOST_IDS, MOST_CAUSES = 100, 200
_PLACE_IN_LIST = re.compile(r"/[0-9]+(?=/|$)")


@dataclass
class Cause:
    """One rule at one path (elements of lists are `*`): how often, and what was said the first time."""

    count: int
    id: str
    text: str


@dataclass
class Tally:
    """`ids`: of those that fail, the first ones. `versions`: records by the version that they were checked with."""

    records: int = 0
    failing: int = 0
    ids: list[str] = field(default_factory=list)
    causes: dict[tuple[str, str], Cause] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)

    def fails(self, id: str, reasons: Iterable[Reason]) -> None:
        """Warnings are no failure, and not for here."""
        self.failing += 1
        if len(self.ids) < MOST_IDS:
            self.ids.append(id)
        for rule, path, text in {
            (r.rule.key, _PLACE_IN_LIST.sub("/*", r.path), r.text) for r in reasons
        }:
            self._count(rule, path, Cause(1, id, text))

    def add(self, other: "Tally") -> None:
        self.records += other.records
        self.failing += other.failing
        self.ids = sorted([*self.ids, *other.ids])[:MOST_IDS]
        for (rule, path), cause in other.causes.items():
            self._count(rule, path, cause)
        for version, count in other.versions.items():
            self.versions[version] = self.versions.get(version, 0) + count

    def _count(self, rule: str, path: str, cause: Cause) -> None:
        known = self.causes.get((rule, path))
        if known is not None:
            known.count += cause.count
        elif len(self.causes) < MOST_CAUSES:
            self.causes[rule, path] = cause

    def as_json(self) -> dict[str, Any]:
        frequent = sorted(self.causes.items(), key=lambda each: (-each[1].count, each[0]))
        return {
            "records": self.records,
            "failing": self.failing,
            "ids": self.ids,
            "causes": [
                {"rule": rule, "path": path, "count": c.count, "id": c.id, "text": c.text}
                for (rule, path), c in frequent
            ],
            "versions": dict(sorted(self.versions.items())),
        }
