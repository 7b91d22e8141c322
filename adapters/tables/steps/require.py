"""What an item must state, and the form of what it states, with the rule that says so."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from adapters.tables.drafts import Draft
from contracts.identifiers import is_postcode
from contracts.reasons import Rule, Severity


def require(drafts: Sequence[Draft], parameters: Mapping[str, Any]) -> None:
    """One of `columns` has a value, or was doubted already; else `rule`, `text`, `severity` at the first.

    A cell that is there and wrong has its own reason: it is not missing as well. `pointer` says which
    member is missed.
    """
    rule, severity = Rule[parameters["rule"]], Severity(parameters.get("severity", "error"))
    columns, pointer = parameters["columns"], parameters.get("pointer", "")
    for draft in drafts:
        if any(draft.values[name] is not None or draft.is_doubted(name) for name in columns):
            continue
        draft.doubt(rule, parameters["text"], column=columns[0], pointer=pointer, severity=severity)


_FORMS: dict[str, Callable[[str], bool]] = {"postcode": is_postcode}


def well_formed(drafts: Sequence[Draft], parameters: Mapping[str, Any]) -> None:
    """What `column` states has the `form` (postcode); else `rule`, `text`, `severity`. Kept as it is."""
    rule, severity = Rule[parameters["rule"]], Severity(parameters.get("severity", "error"))
    column, has_form = parameters["column"], _FORMS[parameters["form"]]
    for draft in drafts:
        value = draft.values[column]
        if value is not None and not has_form(value):
            text = parameters["text"].format_map({column: value})
            draft.doubt(
                rule, text, column=column, pointer=parameters.get("pointer", ""), severity=severity
            )
