"""Write schemas are closed: a misspelt attribute is refused, not lost."""

from collections.abc import Iterator

from registry_store.category_lint.draft import Draft
from registry_store.category_lint.finding import Finding

_CLOSE = 'Say "additionalProperties": false.'


def check(draft: Draft) -> Iterator[Finding]:
    if draft.document.get("type") != "object" or not _is_closed(draft.document):
        yield Finding(
            "open_root", "", "the document lets through attributes that it does not define", _CLOSE
        )
    for part in draft.parts:
        if part.schema.get("type") == "object" and not _is_closed(part.schema):
            text = f"{part.name} lets through members that it does not define"
            yield Finding("open_root", part.pointer, text, _CLOSE)


def _is_closed(schema: object) -> bool:
    return isinstance(schema, dict) and schema.get("additionalProperties") is False
