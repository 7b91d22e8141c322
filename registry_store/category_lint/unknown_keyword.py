"""Keywords that the profile does not know: no format would carry what they mean."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from contracts.reasons import escape_pointer
from registry_store.category_lint.draft import Draft, members
from registry_store.category_lint.finding import Finding


def check(draft: Draft) -> Iterator[Finding]:
    meta = draft.surroundings.meta
    document, inner = frozenset(meta["properties"]), _of_values(meta["$defs"])
    yield from _unknown(draft.document, "", document)
    for part in draft.parts:
        yield from _unknown(part.own, part.pointer, inner)
    assertions = draft.document.get("assertions")
    if isinstance(assertions, list):
        known = frozenset(meta["$defs"]["assertion"]["properties"]) | {"$ref"}
        for name, assertion in members({str(place): each for place, each in enumerate(assertions)}):
            yield from _unknown(assertion, f"/assertions/{name}", known)


def _of_values(definitions: Mapping[str, Any]) -> frozenset[str]:
    """Keywords of attributes, elements and members, as the profile lists them."""
    listed = ("attribute", "value", "member", "reference")
    names = {name for each in listed for name in definitions[each]["properties"]}
    branches = (definitions["attribute"]["then"], definitions["element"]["then"])
    return frozenset(names | {name for branch in branches for name in branch["properties"]})


def _unknown(schema: Mapping[str, Any], pointer: str, known: frozenset[str]) -> Iterator[Finding]:
    for keyword in schema:
        if keyword not in known:
            near = get_close_matches(keyword, known, 1)
            remedy = (
                f"Did you mean {near[0]}?"
                if near
                else "Leave it out: nothing in the hub would heed it."
            )
            place = f"{pointer}/{escape_pointer(keyword)}"
            yield Finding("unknown_keyword", place, f"the profile has no keyword {keyword}", remedy)
