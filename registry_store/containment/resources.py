"""Where the references of a document lead: resources by `$id`, anchors, JSON Pointers. Nothing is fetched.

Source: JSON Schema 2020-12 core sections 8.2 and 9; RFC 6901 for pointers.
"""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

#: Keywords whose value is a schema, a list of schemas, schemas by name.
SINGLE = (
    "additionalProperties", "contains", "contentSchema", "else", "if", "items", "not",
    "propertyNames", "then", "unevaluatedItems", "unevaluatedProperties",
)  # fmt: skip
LISTED = ("allOf", "anyOf", "oneOf", "prefixItems")
NAMED = ("$defs", "definitions", "dependentSchemas", "patternProperties", "properties")

#: Dynamic anchors in force: the outermost resource that has each, by name; sorted.
Scope = tuple[tuple[str, str], ...]


class ReferenceRefusedError(ValueError):
    """A reference leads nowhere, outside of what is given, or in a circle."""


def subschemas(schema: Any) -> Iterator[tuple[tuple[str, ...], Any]]:
    """The schemas directly inside a schema, with the steps that lead there."""
    if not isinstance(schema, dict):
        return
    for keyword in SINGLE:
        if keyword in schema:
            yield (keyword,), schema[keyword]
    for keyword in LISTED:
        members = schema.get(keyword)
        for place, member in enumerate(members if isinstance(members, list) else ()):
            yield (keyword, str(place)), member
    for keyword in NAMED:
        members = schema.get(keyword)
        for name, member in (members if isinstance(members, dict) else {}).items():
            yield (keyword, name), member


class Resources:
    """The resources of a root document and of the documents that are known beside it."""

    def __init__(self, root: Any, known: Mapping[str, Any]) -> None:
        self._roots: dict[str, Any] = {}
        self._anchors: dict[tuple[str, str], Any] = {}
        self._dynamic: dict[str, dict[str, Any]] = {}
        self._base_of: dict[int, str] = {}
        self._known = known
        #: URIs of the known documents that were referred to.
        self.loaded: set[str] = set()
        self._roots[""] = root
        self._index(root, "")

    def base_of(self, schema: Any) -> str:
        """The URI of the resource that a schema stands in."""
        return self._base_of.get(id(schema), "")

    def entered(self, scope: Scope, schema: Any) -> Scope:
        """The scope inside the resource of `schema`: outer anchors win."""
        anchors = self._dynamic.get(self.base_of(schema))
        if not anchors:
            return scope
        base = self.base_of(schema)
        return tuple(sorted({**dict.fromkeys(anchors, base), **dict(scope)}.items()))

    def target(self, reference: str, schema: Any) -> Any:
        """What a `$ref` in `schema` names. Raises ReferenceRefusedError."""
        base, fragment = self._resolved(reference, schema)
        return self._within(base, fragment, reference)

    def dynamic_target(self, reference: str, schema: Any, scope: Scope) -> Any:
        """What a `$dynamicRef` in `schema` names within `scope`. Raises ReferenceRefusedError."""
        base, fragment = self._resolved(reference, schema)
        target = self._within(base, fragment, reference)
        if fragment not in self._dynamic.get(base, {}):
            return target
        return self._dynamic[dict(scope).get(fragment, base)][fragment]

    def dynamic_anchors(self) -> Iterator[Any]:
        """Every schema with a `$dynamicAnchor`, in the order of its resource and name."""
        for base in sorted(self._dynamic):
            yield from (self._dynamic[base][name] for name in sorted(self._dynamic[base]))

    def _resolved(self, reference: str, schema: Any) -> tuple[str, str]:
        uri, fragment = urldefrag(reference)
        base = self.base_of(schema)
        resolved = _joined(base, uri) if uri else base
        if resolved not in self._roots:
            if resolved not in self._known:
                raise ReferenceRefusedError(
                    f"{reference!r} is not in the document, and nothing is fetched"
                )
            self.loaded.add(resolved)
            self._roots[resolved] = self._known[resolved]
            self._index(self._known[resolved], resolved)
        return resolved, unquote(fragment)

    def _within(self, base: str, fragment: str, reference: str) -> Any:
        if fragment and not fragment.startswith("/"):
            if (base, fragment) not in self._anchors:
                raise ReferenceRefusedError(f"{reference!r} names an anchor that is not there")
            return self._anchors[base, fragment]
        found = self._roots[base]
        for step in fragment.split("/")[1:]:
            found = _step(found, step.replace("~1", "/").replace("~0", "~"), reference)
        if not isinstance(found, (dict, bool)):
            raise ReferenceRefusedError(f"{reference!r} does not name a schema")
        if isinstance(found, dict) and id(found) not in self._base_of:
            self._index(found, base)  # below an unknown keyword: legal, if unusual
        return found

    def _index(self, schema: Any, base: str) -> None:
        waiting = [(schema, base)]
        while waiting:
            schema, base = waiting.pop()
            if not isinstance(schema, dict):
                continue
            if isinstance(schema.get("$id"), str):
                base = _joined(base, urldefrag(schema["$id"]).url)
                self._roots[base] = schema
            self._base_of[id(schema)] = base
            for keyword in ("$anchor", "$dynamicAnchor"):
                if isinstance(schema.get(keyword), str):
                    self._anchors[base, schema[keyword]] = schema
            if isinstance(schema.get("$dynamicAnchor"), str):
                self._dynamic.setdefault(base, {})[schema["$dynamicAnchor"]] = schema
            waiting += [(inner, base) for _, inner in subschemas(schema)]


def _joined(base: str, uri: str) -> str:
    return uri if urlsplit(uri).scheme else urljoin(base, uri)


def _step(found: Any, step: str, reference: str) -> Any:
    if isinstance(found, dict) and step in found:
        return found[step]
    if isinstance(found, list) and step.isascii() and step.isdigit() and int(step) < len(found):
        return found[int(step)]
    raise ReferenceRefusedError(f"{reference!r} leads to nothing")
