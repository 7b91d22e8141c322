"""What has changed about attributes."""

from collections.abc import Iterator

from adapters.xsd_comparison.comparing.attributes import texts_of_use
from adapters.xsd_comparison.differences.changes import change, texts_direction, values
from adapters.xsd_comparison.differences.describing import described
from adapters.xsd_comparison.model.components import FREE, AttributeUse
from adapters.xsd_comparison.model.reading import Model, Shape
from adapters.xsd_comparison.namespaces import split
from contracts.verdicts import Difference


def attributes(
    path: str, before: Shape, after: Shape, old: Model, new: Model
) -> Iterator[Difference]:
    for name in {**before.attributes, **after.attributes}:
        place = f"{path}/@{split(name)[1]}"
        one, other = before.attributes.get(name), after.attributes.get(name)
        if one is not None and other is not None:
            yield from _of_both(place, one, other)
        elif one is not None:
            yield _gone(place, one, new.attribute(after, name))
        elif other is not None:
            yield _new(place, old.attribute(before, name), other)


def _of_both(place: str, one: AttributeUse, other: AttributeUse) -> Iterator[Difference]:
    if one.required != other.required:
        text = "is now mandatory" if other.required else "is now optional"
        direction = "narrower" if other.required else "wider"
        yield change(place, one.required, other.required, direction, text)  # type: ignore[arg-type] # both are
    words = _use(one), _use(other)
    direction = texts_direction(texts_of_use(one), texts_of_use(other))
    yield from values(place, "its value", words, direction)


def _gone(place: str, one: AttributeUse, through: AttributeUse | None) -> Difference:
    """`through`: as a wildcard lets it through."""
    if through is None:
        return change(place, _use(one), None, "narrower", "the attribute is no longer declared")
    direction = texts_direction(texts_of_use(one), texts_of_use(through))
    text = "the attribute is no longer declared, and let through like any other"
    return change(place, _use(one), None, direction, text)


def _new(place: str, through: AttributeUse | None, other: AttributeUse) -> Difference:
    if other.required:
        return change(place, None, _use(other), "narrower", "a mandatory attribute is new")
    if through is None:
        return change(place, None, _use(other), "wider", "an optional attribute is new")
    direction = texts_direction(texts_of_use(through), texts_of_use(other))
    text = "the attribute is now declared; it was let through like any other"
    return change(place, None, _use(other), direction, text)


def _use(use: AttributeUse) -> str:
    if use is FREE:
        return "anything"
    return described(use.type) + (f", fixed to {use.fixed}" if use.fixed is not None else "")
