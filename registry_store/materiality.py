"""Which changes of an asset are material: decided by the category, attribute by attribute."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from contracts.categories import Attribute, Category


def changed_materially(
    category: Category, before: Mapping[str, Any], after: Mapping[str, Any]
) -> tuple[str, ...]:
    """Names of the attributes whose change is material, in the category's order.

    Both are canonical. A number with a relative rule changes materially from that many percent of
    its former value on; to appear, to vanish and to leave zero are material.
    """
    return tuple(
        attribute.name
        for attribute in category.attributes
        if _is_material(attribute, before.get(attribute.name), after.get(attribute.name))
    )


def _is_material(attribute: Attribute, before: Any, after: Any) -> bool:
    if before == after or attribute.material == "never":
        return False
    if attribute.material == "always" or before is None or after is None:
        return True
    was, now = Decimal(str(before)), Decimal(str(after))
    return abs(now - was) * 100 >= abs(was) * Decimal(attribute.material)
