"""The question: is every document that is valid under the old version still valid under the new one?

Three ways that share nothing: the canonical containment of jsonschema-rs, the solver of this package, and
a guided search. `refuted` is said for a value that both engines know to be valid before and invalid now;
`proved` only where one of the first two has proved it and the search finds no such value.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import jsonschema_rs

from contracts.regular.budget import Budget, BudgetSpentError
from contracts.verdicts import Unusable, Verdict
from registry_store.containment.comparing.differences import differences
from registry_store.containment.formulas import Arena
from registry_store.containment.json_values import size
from registry_store.containment.judging import Judge
from registry_store.containment.minimising import minimised
from registry_store.containment.searching import search
from registry_store.containment.solving.goals import Found
from registry_store.containment.solving.solver import Solver
from registry_store.containment.versions import Version, made_ready

Mode = Literal["full", "solver", "differences"]
_SOLVING_STEPS = 250_000
#: Values of the solver that are shown to the engines; candidates of the search after a proof and without.
_MOST_TRIED = 80
_CONFIRMING, _SEARCHING = 400, 5000
#: Values in both documents together up to which the canonicaliser is asked: its time grows with their square.
_MOST_NODES = 4000


@dataclass
class _Solution:
    """What the solver found: a counterexample, that there is none, or why it does not know."""

    counterexample: Found | None = None
    is_proof: bool = False
    gaps: dict[str, None] = field(default_factory=dict)
    values: list[Any] = field(default_factory=list)


def check(
    old: Any, new: Any, *, known: Mapping[str, Any] | None = None, mode: Mode = "full"
) -> Verdict | tuple[Unusable, ...]:
    """The verdict on `new` against `old`, or every reason why one of them cannot be used.

    Schemas are JSON values. References lead into the document itself, into `known` (documents by URI),
    or to the meta-schemas; nothing is fetched. The same pair always gets the same verdict. With `mode`
    `solver` the native canonicaliser is left out, with `differences` nothing is decided.
    """
    arena = Arena()
    before = made_ready("old", old, known or {}, arena)
    after = made_ready("new", new, known or {}, arena)
    if isinstance(before, Version) and isinstance(after, Version):
        verdict = _verdict(before, after, arena, mode)
        told = differences(before.schema, after.schema, before.known, arena, verdict.backward)
        return replace(verdict, differences=told)
    return tuple(
        reason for side in (before, after) if not isinstance(side, Version) for reason in side
    )


def _verdict(before: Version, after: Version, arena: Arena, mode: Mode) -> Verdict:
    if mode == "differences":
        return Verdict(
            "unproved", "nothing was searched: the processes that worked on this pair ended"
        )
    judge = Judge(before.engines, after.engines)
    canonical = _canonical(before, after) if mode == "full" else "left out"
    solution = _solved(before, after, arena, judge)
    if solution.counterexample is not None:
        return _refuted(solution.counterexample, judge, "the solver")
    # Where the two contradict each other, neither is believed.
    is_proof = canonical == "yes" or (solution.is_proof and canonical != "no")
    found = search(
        judge,
        (before.resources, after.resources),
        (before.schema, after.schema),
        solution.values,
        _CONFIRMING if is_proof else _SEARCHING,
    )
    if found is not None:
        return _refuted(found, judge, "the guided search")
    if is_proof:
        return Verdict("proved", _proof(canonical, solution, judge))
    return Verdict("unproved", _searched(canonical, solution, judge))


def _canonical(before: Version, after: Version) -> str:
    """The word of jsonschema-rs's canonical containment: yes, no, unknown; it is not asked about large pairs."""
    if size(before.whole) + size(after.whole) > _MOST_NODES:
        return "left out, the schemas are large"
    try:
        old, new = (
            jsonschema_rs.canonicalize(
                version.whole, draft=jsonschema_rs.Draft202012, validate_formats=True, offline=True
            )
            for version in (before, after)
        )
        return str(new.covers(old)).lower()
    except (ValueError, jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError):
        return "unknown"


def _solved(before: Version, after: Version, arena: Arena, judge: Judge) -> _Solution:
    solution = _Solution()
    solver = Solver(arena, Budget(_SOLVING_STEPS))
    try:
        goal = solver.goal((before.formula, arena.no(after.formula)))
        for answer in solver.answers(goal, frozenset()):
            if not isinstance(answer, Found):
                solution.gaps[answer.reason] = None
                continue
            if judge.is_counterexample(answer.value):
                solution.counterexample = answer
                return solution
            solution.values.append(answer.value)
            if len(solution.values) >= _MOST_TRIED:
                solution.gaps["the engines do not agree with the values it found"] = None
                return solution
    except BudgetSpentError:
        solution.gaps["its steps were used up"] = None
    except RecursionError:
        solution.gaps["the schemas nest too deep for it"] = None
    solution.is_proof = not solution.gaps and not solution.values
    return solution


def _refuted(found: Found, judge: Judge, finder: str) -> Verdict:
    asked = judge.asked
    smallest = minimised(found.value, judge.is_counterexample)
    return Verdict(
        "refuted",
        f"counterexample found by {finder} after {asked} candidates, made minimal in {judge.asked - asked} "
        "steps; valid under old and invalid under new by jsonschema and by jsonschema-rs",
        smallest,
    )


def _proof(canonical: str, solution: _Solution, judge: Judge) -> str:
    provers = [
        name
        for name, is_proof in (
            ("the canonical containment of jsonschema-rs", canonical == "yes"),
            ("the solver (no value satisfies old and not new)", solution.is_proof),
        )
        if is_proof
    ]
    return f"proved by {' and by '.join(provers)}; {judge.asked} candidates searched for a counterexample, none found"


def _no_gap(solution: _Solution) -> str:
    return (
        "says proved, which the canonical containment denies"
        if solution.is_proof
        else "the engines refuse its values"
    )


def _searched(canonical: str, solution: _Solution, judge: Judge) -> str:
    gaps = "; ".join(solution.gaps) or _no_gap(solution)
    disputed = (
        f", {judge.disputed} of them judged differently by the engines" if judge.disputed else ""
    )
    return (
        f"canonical containment of jsonschema-rs: {canonical}; solver: {gaps}; guided search: {judge.asked} "
        f"candidates{disputed} (boundary values, enum members, patterns, formats, members added and left out, "
        "elements, types), none valid under old and invalid under new by both engines"
    )
