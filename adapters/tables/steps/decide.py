"""A decision table: the first row whose conditions a draft meets says what it is, or why it is refused."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from adapters.tables.drafts import Draft
from contracts.reasons import Rule

_Conditions = tuple[frozenset[Any] | None, ...]


def decide(drafts: Sequence[Draft], parameters: Mapping[str, Any]) -> None:
    """Puts the decided value at `to`, and as a value under the name `as` for later steps.

    Parameters: `inputs` (names of values), `groups` (name -> values, written `@name` in rows), `rows`: each
    with values per input (an input that is left out may be anything, null is "not stated") and either
    `is`, or `refuse` with rule and text; the text may name the inputs in braces.
    Where an input's cell could not be read there is nothing to decide.
    """
    inputs = tuple(parameters["inputs"])
    table = list(_compiled(parameters, inputs))
    known: dict[tuple[Any, ...], Mapping[str, Any] | None] = {}
    for draft in drafts:
        if any(draft.is_doubted(name) for name in inputs):
            continue
        facts = tuple(draft.values[name] for name in inputs)
        if facts not in known:
            known[facts] = next(
                (row for conditions, row in table if _meets(facts, conditions)), None
            )
        _apply(draft, known[facts], dict(zip(inputs, facts, strict=True)), parameters)


def _apply(
    draft: Draft,
    row: Mapping[str, Any] | None,
    facts: Mapping[str, Any],
    parameters: Mapping[str, Any],
) -> None:
    column = parameters["inputs"][-1]
    if row is None:
        refusal = parameters["otherwise"]
    elif "is" in row:
        draft.put(parameters["to"], row["is"], column)
        draft.values[parameters["as"]] = row["is"]
        return
    else:
        refusal = row["refuse"]
    stated = {name: value if value is not None else "not stated" for name, value in facts.items()}
    text = refusal["text"].format_map(stated)
    draft.doubt(Rule[refusal["rule"]], text, column=column, pointer=parameters["to"])


def _compiled(
    parameters: Mapping[str, Any], inputs: Sequence[str]
) -> Iterator[tuple[_Conditions, Mapping[str, Any]]]:
    values_of = partial(_values, groups=parameters.get("groups", {}))
    for row in parameters["rows"]:
        when = row.get("when", {})
        yield tuple(values_of(when[name]) if name in when else None for name in inputs), row


def _values(entries: Sequence[Any], groups: Mapping[str, Sequence[Any]]) -> frozenset[Any]:
    values: set[Any] = set()
    for entry in entries:
        if isinstance(entry, str) and entry.startswith("@"):
            values |= _values(groups[entry[1:]], groups)
        else:
            values.add(entry)
    return frozenset(values)


def _meets(facts: tuple[Any, ...], conditions: _Conditions) -> bool:
    return all(
        allowed is None or fact in allowed for fact, allowed in zip(facts, conditions, strict=True)
    )
