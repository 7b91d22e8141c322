"""What the schema of profiles cannot check: that names which refer to each other exist."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from adapters.tables.profile_model import Column, Profile, Step
from contracts.reasons import Rule

#: Parameters of steps that name one value, and those that name several.
_NAMES_ONE = ("column", "needs", "eastings", "northings", "latitude", "longitude")
_NAMES_SEVERAL = ("columns", "inputs")


def profile_problems(profile: Profile) -> Iterator[str]:
    """Everything in a profile that points nowhere, as sentences."""
    names = [column.name for column in profile.columns]
    for name, count in Counter(names).items():
        if count > 1:
            yield f"{count} columns have the name {name}"
    for column in profile.columns:
        yield from _column_problems(profile, column)
    own = (profile.command_column, profile.joined and profile.joined.numbered_by)
    for missing in own:
        if missing is not None and missing not in names:
            yield f"there is no column {missing}"
    for name in set(profile.filled_when).difference(names):
        yield f"filled_when: there is no column {name}"
    known = set(names)
    for number, step in enumerate(profile.steps, 1):
        yield from (
            f"step {number}, {step.do}: {problem}" for problem in _step_problems(step, known)
        )
        known.update(_values_of(step))


def _column_problems(profile: Profile, column: Column) -> Iterator[str]:
    if column.kind == "code" and column.options.get("codes") not in profile.codes:
        yield f"column {column.name}: there is no code table {column.options.get('codes')}"
    if any(column.in_slot != ("{n" in heading) for heading in column.headings):
        yield f"column {column.name}: headings of slots carry {{n}}, others do not"
    if any("{unit}" in heading for heading in column.headings) and not column.units:
        yield f"column {column.name}: a heading has {{unit}}, and there are no units"


def _values_of(step: Step) -> Iterable[str]:
    """The values that a step adds for those after it."""
    if step.do == "accounting_point":
        return ("accounting_point",)
    return (step.parameters["as"],) if step.do == "decide" else ()


def names_of(step: Step) -> set[str]:
    """The values that a step asks for."""
    parameters = step.parameters
    named = {*step.when, *(parameters[name] for name in _NAMES_ONE if name in parameters)}
    for name in _NAMES_SEVERAL:
        named.update(parameters.get(name, ()))
    for part in parameters.get("parts", ()):
        named.update(part["values"])
    return named


def _step_problems(step: Step, known: set[str]) -> Iterator[str]:
    parameters = step.parameters
    for name in sorted(names_of(step) - known):
        yield f"there is no value {name} at this point"
    for rule in sorted(set(_rules(parameters)) - Rule.__members__.keys()):
        yield f"there is no rule {rule}"
    groups = parameters.get("groups", {})
    for group in sorted(set(_groups(parameters)) - groups.keys()):
        yield f"there is no group {group}"


def _rules(parameters: Mapping[str, Any]) -> Iterator[str]:
    doubts = [parameters, parameters.get("instead", {}), parameters.get("otherwise", {})]
    doubts += [row.get("refuse", {}) for row in parameters.get("rows", ())]
    return (doubt["rule"] for doubt in doubts if "rule" in doubt)


def _groups(parameters: Mapping[str, Any]) -> Iterator[str]:
    lists = list(parameters.get("groups", {}).values())
    for row in parameters.get("rows", ()):
        lists += row.get("when", {}).values()
    return (entry[1:] for entries in lists for entry in entries if str(entry).startswith("@"))
