"""Parts of the schema that no value can satisfy: whoever sends that attribute is always refused."""

from collections.abc import Iterator

import jsonschema_rs
from jsonschema_rs.canonical import find_unsatisfiable

from registry_store.category_lint.draft import Draft
from registry_store.category_lint.finding import Finding

#: What of a document is JSON Schema; the rest are the hub's own keywords.
_JUDGED = ("type", "required", "additionalProperties")


def check(draft: Draft) -> Iterator[Finding]:
    schema = {keyword: draft.document[keyword] for keyword in _JUDGED if keyword in draft.document}
    schema["properties"] = {part.name: dict(part.schema) for part in draft.attributes}
    try:
        dead = find_unsatisfiable(
            schema, draft=jsonschema_rs.Draft202012, validate_formats=True, offline=True
        )
    except (
        ValueError,
        RecursionError,
        jsonschema_rs.ReferencingError,
    ):
        return  # no schema at all: the profile says so
    for pointer in dead:
        # `false` is how a schema is closed.
        if not pointer.endswith("/additionalProperties"):
            what = (
                f"nothing can satisfy {pointer}" if pointer else "nothing can satisfy the document"
            )
            remedy = "Correct what contradicts itself there, or drop the attribute."
            yield Finding("dead_subschema", pointer, what, remedy)
