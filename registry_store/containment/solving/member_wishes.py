"""What literals say about the members of an object, sorted by what the search needs to know."""

from dataclasses import dataclass, field
from functools import cached_property

from registry_store.containment.formulas import Arena, Formula
from registry_store.containment.names import Names


@dataclass(frozen=True, slots=True)
class Wish:
    """There is a member whose name satisfies `name` and whose value satisfies `member`."""

    name: Formula
    member: Formula


@dataclass
class MemberWishes:
    """Sizes, names, and formulas. `most` None: no bound."""

    least: int = 0
    most: int | None = None
    present: list[str] = field(default_factory=list)
    absent: set[str] = field(default_factory=set)
    #: Members with these names satisfy this.
    universal: list[tuple[Names, Formula]] = field(default_factory=list)
    existing: list[Wish] = field(default_factory=list)
    #: Every name satisfies these.
    naming: list[Formula] = field(default_factory=list)
    #: The sets of names of wishes.
    wished: list[Names] = field(default_factory=list)

    @cached_property
    def listed(self) -> tuple[str, ...]:
        """The names that are spoken of one by one."""
        sets = [*(names for names, _ in self.universal), *self.wished]
        words = {word: None for names in sets for word in names.words}
        return tuple(sorted({*words, *self.present, *self.absent}))

    @cached_property
    def sets(self) -> tuple[Names, ...]:
        """The sets of names that tell unlisted names apart."""
        sets = {names: None for names, _ in self.universal if names.is_rest or names.patterns}
        return tuple(names for names in sets if names.patterns)

    def unlisted(self, arena: Arena) -> Formula:
        return arena.atom("named", Names(words=self.listed, is_rest=True))

    def member(self, name: str) -> list[Formula]:
        """What a member of this name must satisfy."""
        return [
            *self._by_word.get(name, ()),
            *(formula for names, formula in self._others if names.has(name)),
        ]

    @cached_property
    def _by_word(self) -> dict[str, list[Formula]]:
        by_word: dict[str, list[Formula]] = {}
        for names, formula in self.universal:
            if names.only is not None:
                by_word.setdefault(names.only, []).append(formula)
        return by_word

    @cached_property
    def _others(self) -> list[tuple[Names, Formula]]:
        return [(names, formula) for names, formula in self.universal if names.only is None]


def read_wishes(arena: Arena, literals: tuple[Formula, ...]) -> MemberWishes:
    wishes = MemberWishes()
    for literal in literals:
        name, *arguments = literal.parts
        match name, literal.sign:
            case ("min_members", True) | ("max_members", False):
                bound = arguments[0] if literal.sign else arguments[0] + 1
                wishes.least = max(wishes.least, bound)
            case ("max_members", True) | ("min_members", False):
                bound = arguments[0] if literal.sign else arguments[0] - 1
                wishes.most = bound if wishes.most is None else min(wishes.most, bound)
            case "present", True:
                wishes.present.append(arguments[0])
            case "present", False:
                wishes.absent.add(arguments[0])
            case "members", True:
                wishes.universal.append((arguments[0], arguments[1]))
            case "members", False:
                wishes.wished.append(arguments[0])
                wishes.existing.append(
                    Wish(arena.atom("named", arguments[0]), arena.no(arguments[1]))
                )
            case "names", True:
                wishes.naming.append(arguments[0])
            case "names", False:
                wishes.existing.append(Wish(arena.no(arguments[0]), arena.true))
    return wishes
