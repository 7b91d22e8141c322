"""A pair to be compared, and what comes of it."""

from collections.abc import Callable
from dataclasses import dataclass, field

from adapters.xsd_comparison.model.components import Declaration
from adapters.xsd_comparison.smallest import Way
from adapters.xsd_comparison.trees import Tree


@dataclass(frozen=True, slots=True)
class Pair:
    """Elements of one name at one place. `whole` puts an element that stands there into a document."""

    name: str
    old: Declaration
    new: Declaration
    path: str
    whole: Callable[[Tree], Tree] = field(compare=False)


@dataclass(frozen=True, slots=True)
class Suspect:
    """A document that the new version should refuse."""

    document: Tree


@dataclass(frozen=True, slots=True)
class Gap:
    """A question that stays open."""

    reason: str


@dataclass(frozen=True, slots=True)
class Typed:
    """A pair in one of the ways that its old element may be: with the new type that answers to it."""

    pair: Pair
    way: Way
    new_type: object


#: What a comparison finds: documents to try, open questions, further pairs.
Finding = Suspect | Gap | Pair
