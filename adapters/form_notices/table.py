"""What a sender of tables notices: the columns of the category's template."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from adapters.form_notices.notice import Notice, severity_of_values
from adapters.tables.folding import fold
from adapters.tables.templates.documents import category_template
from contracts.categories import Category
from contracts.verdicts import Difference

Column = Mapping[str, Any]


def table_notices(
    old: Category, new: Category, differences: Sequence[Difference]
) -> tuple[Notice, ...]:
    """`differences`: of the two JSON Schemas. In the order of the columns."""
    before, after = _columns(old), _columns(new)
    columns = [
        notice
        for pointer in {**before, **after}
        for notice in _of_column(pointer, before.get(pointer), after.get(pointer), new, differences)
    ]
    return (*columns, *_of_units(old, new))


def _of_units(old: Category, new: Category) -> Iterator[Notice]:
    for now in new.attributes:
        was = old.attribute(now.name)
        if was is not None and was.unit != now.unit:
            text = f'the column "{now.heading}" is now in {now.unit or "no unit"}, it was in {was.unit or "no unit"}'
            yield Notice(now.heading, "breaking", text)


def _columns(category: Category) -> dict[str, Column]:
    """The columns of attributes by the JSON Pointer that they fill."""
    columns = category_template(category, stated_version=True)["columns"]
    return {c["to"]: c for c in columns if c.get("to", "").startswith("/attributes/")}


def _of_column(
    pointer: str,
    was: Column | None,
    now: Column | None,
    new: Category,
    differences: Sequence[Difference],
) -> Iterator[Notice]:
    name = pointer.split("/")[2]
    if was is None and now is not None:
        is_mandatory = name in new.required and pointer == f"/attributes/{name}"
        severity, text = (
            ("breaking", "is new and mandatory") if is_mandatory else ("compatible", "is new")
        )
        yield Notice(_heading(now), severity, f'the column "{_heading(now)}" {text}')  # type: ignore[arg-type] # both are
    elif now is None and was is not None:
        text = f'the column "{_heading(was)}" is no longer read'
        yield Notice(_heading(was), "breaking", text)
    elif was is not None and now is not None:
        yield from _changed(name, was, now, differences)


def _changed(
    name: str, was: Column, now: Column, differences: Sequence[Difference]
) -> Iterator[Notice]:
    heading = _heading(now)
    if _heading(was) != heading:
        is_known = _spellings(was) <= _spellings(now)
        text = f'the column "{_heading(was)}" is now called "{heading}"'
        more = (
            "; the former heading is still read"
            if is_known
            else "; the former heading is no longer read"
        )
        yield Notice(heading, "compatible" if is_known else "breaking", text + more)
    if was["kind"] != now["kind"]:
        text = f'the column "{heading}" now holds {_kind(now)}, it held {_kind(was)}'
        yield Notice(heading, "breaking", text)
    elif was.get("options") != now.get("options"):
        severity = severity_of_values(name, differences)
        text = f'the column "{heading}" now takes {", ".join(now["options"])}'
        yield Notice(heading, severity, text)
    elif severity_of_values(name, differences) == "breaking":
        text = f'cells of the column "{heading}" that were accepted are refused'
        yield Notice(heading, "breaking", text)
    gone = was.get("units", {}).keys() - now.get("units", {}).keys()
    if gone:
        text = f'the column "{heading}" is no longer read in {", ".join(sorted(gone))}'
        yield Notice(heading, "breaking", text)


def _heading(column: Column) -> str:
    """The heading as the template has it: with the first unit."""
    unit = next(iter(column.get("units", {"": ""})))
    return str(column["headings"][0]).replace("{unit}", unit)


def _spellings(column: Column) -> set[str]:
    units = column.get("units", {"": ""})
    return {fold(each.replace("{unit}", unit)) for each in column["headings"] for unit in units}


def _kind(column: Column) -> str:
    kind = str(column["kind"])
    return {"option": "one of a list", "line": "text", "day": "a date"}.get(kind, kind)
