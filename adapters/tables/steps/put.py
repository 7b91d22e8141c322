"""A member of the payload from several columns: the first, the sum or the least of them."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from adapters.tables.drafts import Draft
from contracts.reasons import Rule, Severity

_TAKE: dict[str, Callable[[Sequence[Any]], Any]] = {
    "first": lambda values: values[0],
    "sum": sum,
    "least": min,
}


def put(drafts: Sequence[Draft], parameters: Mapping[str, Any]) -> None:
    """Puts what is stated in `columns` at `to`; nothing where none is stated.

    Parameters: `columns`, `to`, and
    `take`: first | sum | least, first unless told;
    `needs`: a column without which there is nothing to put;
    `once`: for the first item of a row alone, since it belongs to the row and is not to count twice;
    `beyond`: only what is above this number;
    `instead`: a rule and text; the value is not put but doubted, since the item cannot carry it.
    """
    take = _TAKE[parameters.get("take", "first")]
    columns, needs = parameters["columns"], parameters.get("needs")
    beyond = Decimal(parameters["beyond"]) if "beyond" in parameters else None
    instead = parameters.get("instead")
    for draft in drafts:
        if parameters.get("once") and not draft.first_of_row:
            continue
        stated = [name for name in columns if draft.values[name] is not None]
        if not stated or (needs is not None and draft.values[needs] is None):
            continue
        value = take([draft.values[name] for name in stated])
        if beyond is not None and value <= beyond:
            continue
        if instead is None:
            draft.put(parameters["to"], value, stated[0])
        else:
            rule, severity = Rule[instead["rule"]], Severity(instead.get("severity", "error"))
            draft.doubt(rule, instead["text"], column=stated[0], severity=severity)
