"""Places in a flat file: `line 4, field 3`; field 1 is the group code."""

from collections.abc import Iterable

from contracts.reasons import Reason, Rule, Severity

#: Reasons of one kind that are listed with their lines; of the rest it is said how many there are.
MOST_LISTED = 100


def place(line: int, field: int | None = None) -> str:
    return f"line {line}" if field is None else f"line {line}, field {field}"


class LineNumbers:
    """Lines with the same fault: the first of them, and how many there are. A file may be all fault."""

    def __init__(self, lines: Iterable[int] = ()) -> None:
        self.first: list[int] = []
        self.count = 0
        self.add(lines)

    def add(self, lines: Iterable[int]) -> None:
        for line in lines:
            if self.count <= MOST_LISTED:
                self.first.append(line)
            self.count += 1


def at_each(
    lines: LineNumbers,
    rule: Rule,
    text: str,
    severity: Severity = Severity.error,
    field: int | None = None,
) -> list[Reason]:
    """One reason per line, the first hundred of them."""
    places = (place(line, field) for line in lines.first)
    reasons = [Reason(rule, text, place=where, severity=severity) for where in places]
    return shortened(reasons, lines.count)


def shortened(reasons: list[Reason], count: int | None = None) -> list[Reason]:
    """At most a hundred reasons; the last says how many of `count` are not listed."""
    count = len(reasons) if count is None else count
    if count <= MOST_LISTED:
        return reasons
    last = reasons[MOST_LISTED]
    text = f"here and later there are {count - MOST_LISTED} more like these: {last.text}"
    return [
        *reasons[:MOST_LISTED],
        Reason(last.rule, text, last.path, last.place, last.severity),
    ]
