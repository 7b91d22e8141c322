"""What literals say about the elements of an array, sorted by what the search needs to know."""

from dataclasses import dataclass, field
from functools import cached_property

from registry_store.containment.formulas import Arena, Formula


@dataclass(frozen=True, slots=True)
class Wish:
    """At least `least` elements from place `start` on satisfy `formula`."""

    start: int
    formula: Formula
    least: int


@dataclass
class ElementWishes:
    """Lengths, places, and counts. `most` None: no bound."""

    least: int = 0
    most: int | None = None
    #: The element at this place satisfies this, if it is there.
    placed: list[tuple[int, Formula]] = field(default_factory=list)
    #: All elements from this place on satisfy this.
    universal: list[tuple[int, Formula]] = field(default_factory=list)
    existing: list[Wish] = field(default_factory=list)
    #: At most so many elements satisfy this.
    limits: list[tuple[Formula, int]] = field(default_factory=list)
    is_unique: bool = False
    is_repeating: bool = False

    @property
    def speaks_of_equality(self) -> bool:
        return self.is_unique or self.is_repeating

    @cached_property
    def alike_from(self) -> int:
        """From this place on, all elements are alike."""
        starts = [start for start, _ in self.universal]
        starts += [place + 1 for place, _ in self.placed]
        starts += [wish.start for wish in self.existing]
        return max(starts, default=0)

    @cached_property
    def longest(self) -> int:
        """No longer array is needed: an element more could be taken away again."""
        needed = self.alike_from + sum(wish.least for wish in self.existing)
        enough = max(self.least, needed + (2 if self.is_repeating else 0))
        return enough if self.most is None else min(enough, self.most)

    def at(self, place: int) -> list[Formula]:
        """What every element at `place` must satisfy."""
        return [
            *(formula for each, formula in self.placed if each == place),
            *(formula for start, formula in self.universal if place >= start),
        ]


def read_wishes(arena: Arena, literals: tuple[Formula, ...]) -> ElementWishes:
    wishes = ElementWishes()
    for literal in literals:
        name, *arguments = literal.parts
        match name, literal.sign:
            case ("min_items", True) | ("max_items", False):
                bound = arguments[0] if literal.sign else arguments[0] + 1
                wishes.least = max(wishes.least, bound)
            case ("max_items", True) | ("min_items", False):
                bound = arguments[0] if literal.sign else arguments[0] - 1
                wishes.most = bound if wishes.most is None else min(wishes.most, bound)
            case "element", True:
                wishes.placed.append((arguments[0], arguments[1]))
            case "element", False:
                wishes.placed.append((arguments[0], arena.no(arguments[1])))
                wishes.least = max(wishes.least, arguments[0] + 1)
            case "unique", sign:
                wishes.is_unique, wishes.is_repeating = sign, not sign
            case _:
                _read_counted(arena, wishes, literal)
    return wishes


def _read_counted(arena: Arena, wishes: ElementWishes, literal: Formula) -> None:
    """`rest` and `count`: what all elements, enough of them, or not too many of them satisfy."""
    match literal.parts, literal.sign:
        case ("rest", start, formula), True:
            wishes.universal.append((start, formula))
        case ("rest", start, formula), False:
            wishes.existing.append(Wish(start, arena.no(formula), 1))
        case ("count", formula, least), True:
            wishes.existing.append(Wish(0, formula, least))
        case ("count", formula, least), False:
            _limit(arena, wishes, formula, least - 1)


def _limit(arena: Arena, wishes: ElementWishes, formula: Formula, most: int) -> None:
    if most == 0:
        wishes.universal.append((0, arena.no(formula)))
    else:
        wishes.limits.append((formula, most))
