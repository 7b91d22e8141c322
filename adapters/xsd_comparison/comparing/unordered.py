"""`xs:all` as the new content: a condition for each of its particles, instead of a place for each subset."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from adapters.xsd_comparison.comparing.pair import Finding, Gap, Suspect, Typed
from adapters.xsd_comparison.model.components import Leaf
from adapters.xsd_comparison.model.content import State, Unordered
from adapters.xsd_comparison.namespaces import split
from adapters.xsd_comparison.trees import Tree

if TYPE_CHECKING:
    from adapters.xsd_comparison.comparing.children import Children


@dataclass(frozen=True, slots=True)
class OneOfAll:
    """The condition of one particle: it comes at most once, and at least once if it must."""

    particles: tuple[Leaf, ...]
    own: int
    required: bool
    optional_group: bool
    is_seen: bool = False
    has_begun: bool = False

    @property
    def is_final(self) -> bool:
        return self.is_seen or not self.required or (self.optional_group and not self.has_begun)

    def steps(self) -> Iterator[tuple[Leaf, "OneOfAll"]]:
        for place, leaf in enumerate(self.particles):
            if place != self.own:
                yield leaf, self._after(is_seen=self.is_seen)
            elif not self.is_seen:
                yield leaf, self._after(is_seen=True)

    def _after(self, *, is_seen: bool) -> "OneOfAll":
        return OneOfAll(
            self.particles, self.own, self.required, self.optional_group, is_seen, has_begun=True
        )


@dataclass(frozen=True, slots=True)
class AnyOfThem:
    """More than an `xs:all` allows: its particles in any number. What holds of it holds of the `xs:all`."""

    particles: tuple[Leaf, ...]
    is_final: bool = True

    def steps(self) -> Iterator[tuple[Leaf, "AnyOfThem"]]:
        return ((leaf, self) for leaf in self.particles)


def members_of(content: Unordered) -> tuple[State, ...]:
    particles = content.particles
    return tuple(
        OneOfAll(particles, place, required, content.optional)
        for place, (_, required) in enumerate(content.left)
    )


def together(
    children: "Children",
    typed: Typed,
    before: Unordered,
    after: Unordered,
    whole: Callable[[tuple[Tree, ...]], Tree],
) -> Iterator[Finding]:
    """`xs:all` against `xs:all`: particle by particle, since neither knows an order."""
    least = children.least
    for place, (leaf, _) in enumerate(before.left):
        others = Unordered(before.left[:place] + before.left[place + 1 :])
        rest = least.completion(others)
        if rest is None:
            continue
        for child in least.names(leaf):
            found = children.answering(after, child[0])
            if found is None:
                yield Suspect(whole(least.children((child, *rest))))
                yield Gap(
                    f"{typed.pair.path}/{split(child[0])[1]}: a child that is no longer allowed there"
                )
                continue
            yield from (
                children.pair(typed, None, child, others, other, whole) for other in found[1]
            )
    yield from _missing(children, typed, before, after, whole)


def _missing(
    children: "Children",
    typed: Typed,
    before: Unordered,
    after: Unordered,
    whole: Callable[[tuple[Tree, ...]], Tree],
) -> Iterator[Finding]:
    """Particles that must now come, and words of the old content without them."""
    least = children.least
    needed = [leaf for leaf, required in after.left if required]
    if before.is_final and needed and not after.optional:
        yield Suspect(whole(()))
    for leaf in needed:
        answered = [
            required and all(children.new.child(leaf, n) is not None for n, _ in least.names(own))
            for own, required in before.left
        ]
        if not any(answered) or (before.optional and not after.optional):
            without = [
                m
                for m in before.left
                if all(children.new.child(leaf, n) is None for n, _ in least.names(m[0]))
            ]
            word = least.completion(Unordered(tuple(without)))
            others = [m for m in without if not m[1]]
            if word is not None:
                yield Suspect(whole(least.children(word)))
            if after.optional and others:
                extra = next(iter(least.names(others[0][0])), None)
                yield from [Suspect(whole(least.children((extra, *(word or ())))))] if extra else []
            if not (after.optional and not others and not word):
                yield Gap(f"{typed.pair.path}: fewer children than the new version asks for")
