"""Types in a few words."""

from typing import Any

from xmlschema.validators import XsdList, XsdUnion

from adapters.xsd_comparison.sources import XS
from adapters.xsd_comparison.texts.simple_types import own_facets

_SHOWN = 8


def described(simple: Any) -> str:
    """Base type and facets: `string, maxLength 5`."""
    name = simple.name or ""
    if name.startswith(f"{{{XS}}}"):
        return name.partition("}")[2]
    if isinstance(simple, XsdUnion):
        return "either " + " or ".join(described(member) for member in simple.member_types)
    if isinstance(simple, XsdList):
        return f"list of {described(simple.item_type)}"
    facets: dict[str, list[str]] = {}
    for facet, value in own_facets(simple):
        facets.setdefault(facet, []).append(value)
    stated = [f"{facet} {_values(values)}" for facet, values in facets.items()]
    return ", ".join([described(simple.base_type), *stated])


def _values(values: list[str]) -> str:
    more = f" and {len(values) - _SHOWN} more" if len(values) > _SHOWN else ""
    return " | ".join(values[:_SHOWN]) + more


def times(bounds: tuple[int, int | None]) -> str:
    least, most = bounds
    if most is None:
        return (
            "any number of times"
            if not least
            else "once or more"
            if least == 1
            else f"{least} times or more"
        )
    if least == most:
        return "once" if most == 1 else "never" if most == 0 else f"{most} times"
    return "at most once" if (least, most) == (0, 1) else f"{least} to {most} times"
