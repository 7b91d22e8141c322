"""The question: is every document that is valid under the old schema valid under the new one?

Target namespaces are mapped onto each other. Documents that name a simple type, or the declared type itself,
by xsi:type are left out of account: nobody writes them, and every change of a type's name would break them.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from adapters.xsd_comparison.alphabet import Alphabet, alphabet
from adapters.xsd_comparison.comparing.attributes import Attributes
from adapters.xsd_comparison.comparing.children import Children
from adapters.xsd_comparison.comparing.elements import Elements
from adapters.xsd_comparison.comparing.pair import Gap, Pair, Suspect
from adapters.xsd_comparison.differences.telling import Telling
from adapters.xsd_comparison.engines import Engines
from adapters.xsd_comparison.judging import Judge
from adapters.xsd_comparison.minimising import minimised
from adapters.xsd_comparison.model.particles import UnmodelledError
from adapters.xsd_comparison.model.reading import Model
from adapters.xsd_comparison.namespaces import Names, split
from adapters.xsd_comparison.probing import probes
from adapters.xsd_comparison.smallest import Smallest
from adapters.xsd_comparison.sources import Source, UnusableSchemaError
from adapters.xsd_comparison.trees import Tree
from contracts.regular.budget import BudgetSpentError
from contracts.verdicts import Difference, Unusable, Verdict

#: Pairs of declarations that are compared; documents that are tried for each; documents that probe a proof.
_MOST_PAIRS, _MOST_SUSPECTS, _MOST_PROBES = 4000, 60, 600


@dataclass
class _Answer:
    counterexample: Tree | None = None
    gaps: dict[str, None] = field(default_factory=dict)
    pairs: list[Pair] = field(default_factory=list)
    differences: tuple[Difference, ...] = ()


def check(old: Source, new: Source) -> Verdict | tuple[Unusable, ...]:
    """The verdict, or every reason why a schema cannot be used. The same pair gets the same verdict."""
    engines: list[Engines] = []
    reasons: list[Unusable] = []
    for side, source in (("old", old), ("new", new)):
        try:
            engines.append(Engines(source))
        except UnusableSchemaError as error:
            reasons.append(Unusable(side, "", str(error)))
    if reasons:
        return tuple(reasons)
    before, after = engines
    one, other = (Names(each.readable.target_namespace) for each in engines)
    return _verdict(Judge(before, after, one, other))


def _verdict(judge: Judge) -> Verdict:
    old = Model(judge.old.readable, judge.old_names)
    new = Model(judge.new.readable, judge.new_names)
    try:
        answer = _compared(old, new, judge)
    except (UnmodelledError, BudgetSpentError, RecursionError) as error:
        return Verdict("unproved", f"not compared: {error or 'too large'}")
    if answer.counterexample is not None:
        asked = judge.asked
        smallest = minimised(answer.counterexample, judge.is_counterexample, set(old.roots))
        method = (
            f"counterexample found after {asked} documents, made small in {judge.asked - asked} steps; valid under old "
            "and, its namespace mapped, invalid under new, by libxml2 and by xmlschema"
        )
        return Verdict("refuted", method, judge.text_of(smallest), answer.differences)
    if answer.gaps:
        listed = "; ".join(list(answer.gaps)[:5])
        return Verdict(
            "unproved",
            f"open: {listed}; {judge.asked} documents tried, none refused by both",
            None,
            answer.differences,
        )
    pairs = len(answer.pairs)
    return Verdict(
        "proved",
        f"contents, attributes and texts of {pairs} pairs of declarations contained; {judge.asked} documents tried, "
        "none refused",
        None,
        answer.differences,
    )


def _compared(old: Model, new: Model, judge: Judge) -> _Answer:
    names = alphabet((old, new))
    least = Smallest(old, names)
    elements = _elements(old, new, least, names)
    answer = _answered(judge, old, new, least, elements)
    telling = Telling(elements, _elements(new, old, Smallest(new, names), names))
    answer.differences = tuple(_told(telling, _roots(old, new)))
    return answer


def _elements(old: Model, new: Model, least: Smallest, names: Alphabet) -> Elements:
    attributes = Attributes(old, new, least, names.attributes)
    return Elements(old, new, least, attributes, Children(old, new, least))


def _answered(judge: Judge, old: Model, new: Model, least: Smallest, elements: Elements) -> _Answer:
    answer = _Answer()
    for finding in _findings(old, new, least, elements, answer):
        if isinstance(finding, Gap):
            answer.gaps[finding.reason] = None
        elif judge.is_counterexample(finding.document):
            answer.counterexample = finding.document
            return answer
    found = (probe for pair in answer.pairs for probe in probes(pair, old, least))
    for number, document in enumerate(found):
        if number >= _MOST_PROBES:
            break
        if judge.is_counterexample(document):
            answer.counterexample = document
            break
    return answer


def _told(telling: Telling, roots: Iterator[Pair]) -> Iterator[Difference]:
    """The differences of every pair of children of the same name, from the roots on."""
    yield from telling.roots()
    waiting = deque(roots)
    seen: set[Pair] = set()
    while waiting and len(seen) < _MOST_PAIRS:
        pair = waiting.popleft()
        if replace(pair, path="") not in seen:
            seen.add(replace(pair, path=""))
            yield from telling.of(pair)
            waiting.extend(telling.children(pair))


def _roots(old: Model, new: Model) -> Iterator[Pair]:
    for name, declaration in old.roots.items():
        if name in new.roots:
            yield Pair(name, declaration, new.roots[name], f"/{split(name)[1]}", lambda tree: tree)


def _findings(
    old: Model, new: Model, least: Smallest, elements: Elements, answer: _Answer
) -> Iterator[Suspect | Gap]:
    for name, declaration in old.roots.items():
        if name not in new.roots and least.is_possible(declaration):
            yield Suspect(least.tree(name, declaration))
            yield Gap(f"/{split(name)[1]}: an element that is no longer there")
    waiting = deque(pair for pair in _roots(old, new) if least.is_possible(pair.old))
    seen = set()
    while waiting:
        pair = waiting.popleft()
        if (pair.old, pair.new) in seen:
            continue
        seen.add((pair.old, pair.new))
        answer.pairs.append(pair)
        if len(seen) > _MOST_PAIRS:
            yield Gap(f"more than {_MOST_PAIRS} pairs of declarations")
            return
        tried = 0
        for finding in elements.compare(pair):
            if isinstance(finding, Pair):
                waiting.append(finding)
            elif isinstance(finding, Gap) or tried < _MOST_SUSPECTS:
                tried += isinstance(finding, Suspect)
                yield finding
