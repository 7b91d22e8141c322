"""A fingerprint of a schema with all that it refers to.

Recursive definitions that two versions share have one fingerprint, and so are one formula.
"""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from registry_store.containment.resources import Resources


def closure(resources: Resources, schema: Any) -> str:
    """Equal for schemas that are written alike and lead to schemas that are written alike."""
    digest = hashlib.sha256()
    waiting, seen = [schema], {id(schema)}
    while waiting:
        current = waiting.pop()
        digest.update(json.dumps(current, sort_keys=True).encode())
        for target in _targets(resources, current):
            digest.update(resources.base_of(target).encode())
            if id(target) not in seen:
                seen.add(id(target))
                waiting.append(target)
    return digest.hexdigest()


def _targets(resources: Resources, schema: Any) -> Iterator[Any]:
    inside = [schema]
    while inside:
        part = inside.pop()
        if isinstance(part, list):
            inside += part
        elif isinstance(part, dict):
            # Sorted: two documents that differ in the order of members are alike.
            inside += [part[name] for name in sorted(part)]
            if isinstance(part.get("$ref"), str):
                yield resources.target(part["$ref"], part)
            if isinstance(part.get("$dynamicRef"), str):
                yield resources.target(part["$dynamicRef"], part)
                yield from resources.dynamic_anchors()
