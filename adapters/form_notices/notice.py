"""One thing that a sender notices."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from contracts.verdicts import Difference, Severity


@dataclass(frozen=True, slots=True)
class Notice:
    """`place`: in the words of the format, such as a heading or an ordinal."""

    place: str
    severity: Severity
    sentence: str

    def as_json(self) -> dict[str, Any]:
        return {"place": self.place, "severity": self.severity, "sentence": self.sentence}


#: What is said of an attribute, and not of one of its values.
_OF_NO_VALUE = ("/unit", "/identity", "/minItems", "/maxItems")


def of_differences(differences: Iterable[Difference]) -> tuple[Notice, ...]:
    """The notices of a format whose schemas have been compared."""
    return tuple(Notice(d.pointer, d.severity, d.sentence) for d in differences)


def severity_of_values(name: str, differences: Iterable[Difference]) -> Severity:
    """How much a change of the values of an attribute matters, by the proofs over its JSON Schema."""
    place = f"/properties/{name}"
    own = [d for d in differences if d.pointer == place or d.pointer.startswith(f"{place}/")]
    own = [d for d in own if not d.pointer.endswith(_OF_NO_VALUE)]
    return "breaking" if any(d.severity == "breaking" for d in own) else "compatible"
