"""Two versions of a category, format by format: what a sender of each notices."""

from dataclasses import dataclass
from typing import Any

from adapters.form_notices.flat_file import flat_notices
from adapters.form_notices.json_event import json_notices
from adapters.form_notices.notice import Notice
from adapters.form_notices.rules import rule_notices, weighed
from adapters.form_notices.table import table_notices
from adapters.form_notices.xml import xml_verdict
from contracts.categories import Category
from contracts.verdicts import Verdict
from registry_store.category_comparison import compare
from registry_store.containment.checking import check


@dataclass(frozen=True, slots=True)
class FormVerdict:
    """`backward`: the proof, for the formats that have a schema of their own."""

    format: str
    notices: tuple[Notice, ...]
    backward: str | None = None
    counterexample: Any = None

    @property
    def is_breaking(self) -> bool:
        return any(notice.severity == "breaking" for notice in self.notices)

    def as_json(self) -> dict[str, Any]:
        members: dict[str, Any] = {"format": self.format, "is_breaking": self.is_breaking}
        if self.backward is not None:
            members["backward"] = self.backward
        if self.counterexample is not None:
            members["counterexample"] = self.counterexample
        return {**members, "notices": [notice.as_json() for notice in self.notices]}


def form_verdicts(old: Category, new: Category) -> tuple[FormVerdict, ...]:
    """JSON, XML, flat file and table. The same versions always get the same verdicts."""
    answer = check(dict(old.document), dict(new.document), mode="differences")
    differences = weighed(answer.differences) if isinstance(answer, Verdict) else ()
    proof = compare(old, new)
    xml, of_xml = xml_verdict(old, new)
    rules = rule_notices(old, new)
    return (
        FormVerdict(
            "json", (*json_notices(differences), *rules), proof.backward, proof.counterexample
        ),
        FormVerdict("xml", (*of_xml, *rules), xml.backward, xml.counterexample),
        FormVerdict("flat", (*flat_notices(old, new, differences), *rules)),
        FormVerdict("table", (*table_notices(old, new, differences), *rules)),
    )
