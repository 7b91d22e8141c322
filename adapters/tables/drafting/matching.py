"""How well a column fits a target: by its heading, its unit and its values; 0 to 1, and why in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from adapters.tables.drafting.coding import Coding, coding_of
from adapters.tables.drafting.observed import Observed
from adapters.tables.drafting.targets import POINT, REFERENCE, Target
from adapters.tables.drafting.units import kind_of, unit_in, without_unit
from adapters.tables.drafting.vocabulary import Vocabulary
from adapters.tables.drafting.word_lists import PEOPLE
from adapters.tables.drafting.wording import likeness, words_of

#: From here on a column is proposed; below, it is listed as dropped with what it came nearest to.
PROPOSED = 0.6
NAMED = 0.35
#: Two targets so near to each other are not told apart.
_TOLD_APART = 0.02
_MOST_VALUES = 0.8
_WITHOUT_SUBJECT = 0.95


@dataclass(frozen=True)
class Fit:
    """`score`: 0 to 1. `why`: one clause for each thing that spoke for or against."""

    column: Observed
    target: Target
    score: float
    why: tuple[str, ...]
    coding: Coding | None = None

    @cached_property
    def sentence(self) -> str:
        return "; ".join(self.why)


def fits_of(
    column: Observed,
    targets: Sequence[Target],
    vocabulary: Vocabulary,
    about: frozenset[str] = frozenset(),
) -> list[Fit]:
    """The fits of one column, the best first. `about`: words for what the whole file is about, which say nothing in
    a heading: `Battery model` is the model.
    """
    if PEOPLE & set(words_of(column.heading)):
        return []
    fits = [fit for target in targets if (fit := _fit(column, target, vocabulary, about)).score]
    order = {target.pointer: place for place, target in enumerate(targets)}
    return sorted(
        fits,
        key=lambda fit: (-fit.score, not fit.target.is_mandatory, order[fit.target.pointer]),
    )


def is_ambiguous(best: Fit, others: Sequence[Fit]) -> bool:
    """Whether another target fits as well, so that choosing would be a guess. What every asset of the category has
    is rather meant than what it may have.
    """
    return any(
        other.target is not best.target
        and abs(best.score - other.score) < _TOLD_APART
        and best.target.is_mandatory <= other.target.is_mandatory
        for other in others
    )


def _fit(column: Observed, target: Target, vocabulary: Vocabulary, about: frozenset[str]) -> Fit:
    heading = column.heading
    unit = unit_in(heading)
    bare = without_unit(heading) if unit and target.kind == "decimal" else heading
    score, phrase = max(
        ((_heading_score(bare, heading, phrase, about), phrase) for phrase in target.phrases),
        key=lambda pair: pair[0],
    )
    why = [] if score < NAMED else [f"the heading is {_degree(score)} {phrase!r}"]
    if unit is not None and target.kind == "decimal" and target.units:
        own = kind_of(next(iter(target.units)))
        if own != unit.kind:
            return Fit(column, target, 0.0, (f"{unit.written} is no unit of it",))
        why.append(f"the heading's unit is {unit.written}")
    elif target.units and target.kind == "decimal":
        score *= 0.95
        usual = next(iter(target.units))
        why.append(f"no unit in the heading: taken for {usual}")
    is_named = score >= NAMED
    coding = coding_of(column, target, vocabulary) if target.options and is_named else None
    factor, floor, clause = _values_say(column, target, coding)
    score = max(score * factor, floor)
    if clause:
        why.append(clause)
    return Fit(column, target, round(min(score, 1.0), 3), tuple(why), coding)


def _heading_score(bare: str, heading: str, phrase: str, about: frozenset[str]) -> float:
    """Units of the hub's own names do not count either."""
    score = max(likeness(bare, without_unit(phrase)), likeness(heading, phrase))
    left = [word for word in words_of(bare) if word not in about]
    if score < _WITHOUT_SUBJECT and left and len(left) < len(words_of(bare)):
        score = max(score, _WITHOUT_SUBJECT * likeness(" ".join(left), without_unit(phrase)))
    return score


def _degree(score: float) -> str:
    return "a known name," if score == 1 else "nearly" if score >= _MOST_VALUES else "somewhat like"


def _values_say(
    column: Observed, target: Target, coding: Coding | None
) -> tuple[float, float, str]:
    """(factor on the score, what it is at least, a clause)."""
    if not column.counts:
        return 0.9, 0.0, "no row states a value"
    if (form := _FORMS.get(target.pointer)) is not None:
        name, share, floor = form[0], getattr(column, form[1]), form[2]
        if share >= _MOST_VALUES * 0.75:
            return 1.0, floor, f"{share:.0%} of its values are {name}"
        if target.pointer == POINT and column.eics >= _MOST_VALUES:
            return 1.0, floor, f"{column.eics:.0%} of its values are EICs"
        return 0.75, 0.0, f"only {share:.0%} of its values are {name}"
    if coding is not None:
        share = coding.share
        return (0.4 + 0.6 * share, 0.0, f"{share:.0%} of its values are known words of it")
    return _kind_says(column, target)


def _kind_says(column: Observed, target: Target) -> tuple[float, float, str]:
    if (form := _FORMS_OF_KINDS.get(target.kind)) is not None:
        name, share = form[0], getattr(column, form[1])
        if share < _MOST_VALUES:
            return 0.3, 0.0, f"only {share:.0%} of its values are {name}"
        return 1.0, 0.0, f"{share:.0%} of its values are {name}"
    if target.pointer == REFERENCE:
        return (
            (1.0, 0.0, "no two rows have the same")
            if column.is_unique
            else (0.5, 0.0, "values repeat")
        )
    if target.kind == "text" and column.dates >= _MOST_VALUES:
        return 0.5, 0.0, "its values are dates"
    return 1.0, 0.0, ""


#: Kind -> (what its values are called, their share).
_FORMS_OF_KINDS: dict[str, tuple[str, str]] = {
    "decimal": ("numbers", "numbers"),
    "date": ("dates", "dates"),
    "yes_no": ("yes or no", "yes_no"),
}
#: Members whose values have a form that nothing else has: (what it is called, its share, what it proves).
_FORMS: dict[str, tuple[str, str, float]] = {
    POINT: ("MPANs with a right check digit", "mpans", 0.93),
    "/attributes/postcode": ("postcodes", "postcodes", 0.9),
    "/network/gsp_group": ("GSP groups", "gsp_groups", 0.95),
}
