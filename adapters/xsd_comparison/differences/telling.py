"""The differences of one pair of declarations, each with its direction."""

from collections.abc import Iterator
from dataclasses import dataclass

from adapters.xsd_comparison.comparing.elements import Elements
from adapters.xsd_comparison.comparing.pair import Pair, Suspect, Typed
from adapters.xsd_comparison.comparing.texts import stated
from adapters.xsd_comparison.differences.attributes import attributes
from adapters.xsd_comparison.differences.changes import (
    change,
    direction_of,
    looked_at,
    occurrence,
    texts_direction,
    values,
)
from adapters.xsd_comparison.differences.describing import described
from adapters.xsd_comparison.differences.occurrences import declared, occurrences, wildcards
from adapters.xsd_comparison.model.components import Declaration
from adapters.xsd_comparison.model.reading import SKIPPED, Shape
from adapters.xsd_comparison.namespaces import split
from contracts.verdicts import Difference, Direction


@dataclass(frozen=True, slots=True)
class Telling:
    """`onwards` compares the old version with the new one, `back` the other way round."""

    onwards: Elements
    back: Elements

    def roots(self) -> Iterator[Difference]:
        old, new = self.onwards.old.roots, self.onwards.new.roots
        for name in {**old, **new}:
            path = f"/{split(name)[1]}"
            if name not in new:
                text = f"a document may no longer be `{path[1:]}`"
                yield change(path, "element", None, "narrower", text)
            elif name not in old:
                yield change(path, None, "element", "wider", f"a document may now be `{path[1:]}`")

    def of(self, pair: Pair) -> Iterator[Difference]:
        if SKIPPED in (pair.old.type, pair.new.type):
            return
        before, after = self._shapes(pair)
        yield from self._element(pair, before, after)
        yield from self._types(pair)
        if not _is_abstract(pair.old) and _is_abstract(pair.new):
            text = "a document must now name the type that it is (xsi:type)"
            yield change(pair.path, None, "abstract", "narrower", text)
        for identity in sorted(pair.old.identities ^ pair.new.identities):
            is_new = identity in pair.new.identities
            text = f"{identity[0]} of {', '.join(identity[2:])} over {identity[1]} {'must now hold' if is_new else 'is gone'}"
            was, now = (None, identity[0]) if is_new else (identity[0], None)
            yield change(pair.path, was, now, "narrower" if is_new else "wider", text)
        if (before.simple is None) == (after.simple is None):
            yield from attributes(pair.path, before, after, self.onwards.old, self.onwards.new)
            if before.other_attributes != after.other_attributes:
                text = "attributes that are not named, or how they are looked at, have changed"
                yield change(f"{pair.path}/@*", None, None, self._of_attributes(pair), text)
            yield from self._children(pair, before, after)

    def children(self, pair: Pair) -> Iterator[Pair]:
        """The pairs of children of the same name."""
        if SKIPPED in (pair.old.type, pair.new.type):
            return
        before, after = self._shapes(pair)
        others = declared(after.content)
        for name, old in declared(before.content).items():
            if name in others:
                path = f"{pair.path}/{split(name)[1]}"
                yield Pair(name, old, others[name], path, lambda tree: tree)

    def _shapes(self, pair: Pair) -> tuple[Shape, Shape]:
        return self.onwards.old.shape(pair.old.type), self.onwards.new.shape(pair.new.type)

    def _element(self, pair: Pair, before: Shape, after: Shape) -> Iterator[Difference]:
        old, new = pair.old, pair.new
        if before.simple is not None and after.simple is not None:
            words = _words(before, old.fixed), _words(after, new.fixed)
            texts = stated(before.texts or (), old), stated(after.texts or (), new)
            yield from values(pair.path, "the text", words, texts_direction(*texts))
        elif (
            before.simple is not None
            or after.simple is not None
            or (before.texts is None) != (after.texts is None)
        ):
            was, now = _kind(before), _kind(after)
            yield change(
                pair.path, was, now, self._of_pair(pair), f"holds {now} now; it held {was}"
            )
        if old.default != new.default:
            text = f"the value of an empty element is now {new.default or 'none'}; it was {old.default or 'none'}"
            yield change(pair.path, old.default, new.default, "annotation", text)
        if old.nillable != new.nillable:
            text = "xsi:nil is now allowed" if new.nillable else "xsi:nil is no longer allowed"
            yield change(
                pair.path, old.nillable, new.nillable, "wider" if new.nillable else "narrower", text
            )

    def _children(self, pair: Pair, before: Shape, after: Shape) -> Iterator[Difference]:
        one, other = occurrences(before.content), occurrences(after.content)
        is_open = bool(wildcards(before.content) | wildcards(after.content))
        whole = self._of_order(pair, before, after) if is_open or one == other else None
        for name in {**one, **other}:
            was, now = one.get(name, (0, 0)), other.get(name, (0, 0))
            if was != now:
                yield occurrence(f"{pair.path}/{split(name)[1]}", name, was, now, whole)
        if one == other and whole is not None and whole != "annotation":
            text = "its children may come in another order, or by another choice, than before"
            yield change(pair.path, None, None, whole, text)
        direction = looked_at(wildcards(before.content), wildcards(after.content))
        if direction != "annotation":
            text = "elements that are not named are looked at in another way (processContents)"
            yield change(f"{pair.path}/*", None, None, direction, text)

    def _types(self, pair: Pair) -> Iterator[Difference]:
        """Types that a document may name in place of the declared one."""
        old = self.onwards.old.derived(pair.old.type)
        new = self.onwards.new.derived(pair.new.type)
        for name in {**old, **new}:
            local = split(name)[1]
            if name not in new:
                text = f"a document may no longer name the type {local} (xsi:type)"
                yield change(pair.path, local, None, "narrower", text)
            elif name not in old:
                text = f"a document may now name the type {local} (xsi:type)"
                yield change(pair.path, None, local, "wider", text)

    def _of_pair(self, pair: Pair) -> Direction:
        turned = Pair(pair.name, pair.new, pair.old, pair.path, lambda tree: tree)
        return direction_of(
            _is_found(self.onwards.compare(pair)), _is_found(self.back.compare(turned))
        )

    def _of_attributes(self, pair: Pair) -> Direction:
        turned = Pair(pair.name, pair.new, pair.old, pair.path, lambda tree: tree)
        sides = ((self.onwards, pair), (self.back, turned))
        found = [
            _is_found(
                side.attributes.compare(
                    Typed(each, (None, each.old.type), each.new.type),
                    side.least.tree(each.name, each.old),
                )
            )
            for side, each in sides
            if side.least.is_possible(each.old)
        ]
        return direction_of(found[0], found[-1])

    def _of_order(self, pair: Pair, before: Shape, after: Shape) -> Direction:
        turned = Pair(pair.name, pair.new, pair.old, pair.path, lambda tree: tree)
        onwards = Typed(pair, (None, pair.old.type), pair.new.type)
        back = Typed(turned, (None, pair.new.type), pair.old.type)
        return direction_of(
            _is_found(self.onwards.children.compare(onwards, before.content, after.content)),
            _is_found(self.back.children.compare(back, after.content, before.content)),
        )


def _is_abstract(declaration: Declaration) -> bool:
    return bool(getattr(declaration.type, "abstract", False))


def _is_found(findings: Iterator[object]) -> bool:
    return any(isinstance(finding, Suspect) for finding in findings)


def _words(shape: Shape, fixed: str | None) -> str:
    return described(shape.simple) + (f", fixed to {fixed}" if fixed is not None else "")


def _kind(shape: Shape) -> str:
    return (
        "text"
        if shape.simple is not None
        else "mixed content"
        if shape.texts is None
        else "children"
    )
