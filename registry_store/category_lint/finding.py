"""What lint says of a document."""

from dataclasses import dataclass

from contracts.reasons import Severity


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to mend. `pointer`: a JSON Pointer into the document. An error bars publication; a
    warning is for the steward to judge. `remedy` is what to do about it.
    """

    rule: str
    pointer: str
    sentence: str
    remedy: str
    severity: Severity = Severity.error

    def as_json(self) -> dict[str, str]:
        return {
            "rule": self.rule,
            "pointer": self.pointer,
            "severity": self.severity.value,
            "sentence": self.sentence,
            "remedy": self.remedy,
        }
