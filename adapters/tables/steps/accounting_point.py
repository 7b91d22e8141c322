"""The accounting point: the first of some columns that has a value, its check digit checked."""

from collections.abc import Mapping, Sequence
from typing import Any

from adapters.tables.drafts import Draft
from contracts.identifiers import ACCOUNTING_POINT_PROBLEM
from contracts.reasons import Rule


def accounting_point(drafts: Sequence[Draft], parameters: Mapping[str, Any]) -> None:
    """Puts `/accounting_point` and the value `accounting_point`; ASSET_01 if the id is wrong.

    Parameters: `scheme`, `columns` in the order in which they are asked. A wrong id is not replaced by
    that of the next column: two points of one site are not alternatives once one is stated.
    """
    scheme = parameters["scheme"]
    problem_of = ACCOUNTING_POINT_PROBLEM[scheme]
    pointer = "/accounting_point/id"
    for draft in drafts:
        column = next(
            (name for name in parameters["columns"] if draft.values[name] is not None), None
        )
        if column is None:
            continue
        value = draft.values[column]
        if (problem := problem_of(value)) is not None:
            draft.doubt(Rule.ASSET_01, f"{value[:40]}: {problem}", column=column, pointer=pointer)
            continue
        draft.put("/accounting_point/scheme", scheme, column)
        draft.put(pointer, value, column)
        draft.values["accounting_point"] = value
