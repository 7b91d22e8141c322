"""What a sender of flat files notices: attribute records (FA2) by ordinal and name."""

from collections.abc import Iterator, Sequence

from adapters.flat_file.attribute_lines import AttributeLine, attribute_lines
from adapters.form_notices.notice import Notice, severity_of_values
from contracts.categories import Category
from contracts.verdicts import Difference


def flat_notices(
    old: Category, new: Category, differences: Sequence[Difference]
) -> tuple[Notice, ...]:
    """`differences`: of the two JSON Schemas. In the order of the ordinals."""
    before, after = (
        {(line.ordinal, line.name): line for line in attribute_lines(c)} for c in (old, new)
    )
    return tuple(
        notice
        for key in sorted({**before, **after})
        for notice in _of_line(before.get(key), after.get(key), differences)
    )


def _of_line(
    was: AttributeLine | None, now: AttributeLine | None, differences: Sequence[Difference]
) -> Iterator[Notice]:
    if was is None and now is not None:
        if now.is_mandatory:
            text = f"records of ordinal {now.ordinal} ({now.name}) are new and mandatory"
            yield Notice(_place(now), "breaking", text)
        else:
            text = f"records of ordinal {now.ordinal} ({now.name}) may be given: {now.allowed}"
            yield Notice(_place(now), "compatible", text)
    elif now is None and was is not None:
        text = f"records of ordinal {was.ordinal} ({was.name}) are refused"
        yield Notice(_place(was), "breaking", text)
    elif was is not None and now is not None:
        yield from _changed(was, now, differences)


def _changed(
    was: AttributeLine, now: AttributeLine, differences: Sequence[Difference]
) -> Iterator[Notice]:
    place, which = _place(now), f"ordinal {now.ordinal} ({now.name})"
    if was.type != now.type:
        yield Notice(place, "breaking", f"{which} is now of type {now.type}, it was {was.type}")
    elif was.allowed != now.allowed:
        severity = severity_of_values(now.name.partition("/")[0], differences)
        yield Notice(place, severity, f"{which} now takes {now.allowed}; it took {was.allowed}")
    if was.unit != now.unit:
        text = f"{which} is now in {now.unit or 'no unit'}, it was in {was.unit or 'no unit'}"
        yield Notice(place, "breaking", text)
    if was.is_mandatory != now.is_mandatory:
        words = (
            ("breaking", "now mandatory")
            if now.is_mandatory
            else ("compatible", "no longer mandatory")
        )
        yield Notice(place, words[0], f"{which} is {words[1]}")  # type: ignore[arg-type] # two of the severities
    if was.title != now.title:
        yield Notice(
            place, "documentation", f"{which} is now called {now.title}, it was {was.title}"
        )


def _place(line: AttributeLine) -> str:
    return f"FA2|{line.ordinal}|{line.name}"
