"""What a place in a schema is about, in the words of somebody who sends documents."""

import json
from typing import Any

from registry_store.containment.comparing.changes import ABSENT, Path
from registry_store.containment.resources import LISTED, NAMED

_LONGEST = 90
_IN_PLACE = {
    "not": "what is excluded of",
    "if": "the condition of",
    "then": "where the condition holds,",
    "else": "where the condition does not hold,",
    "propertyNames": "each name in",
}
_SUFFIXES = {
    "items": "[]",
    "unevaluatedItems": "[]",
    "contains": "[]",
    "additionalProperties": ".*",
    "unevaluatedProperties": ".*",
}


def subject(path: Path) -> str:
    """`site.meters[].id` for the schema at a path; the document for its root."""
    name, steps = "", [str(step) for step in path]
    remarks: list[str] = []
    while steps:
        step = steps.pop(0)
        if step in (*NAMED, *LISTED) and steps:
            name, remark = _beneath(step, steps.pop(0), name)
        else:
            name += _SUFFIXES.get(step, "")
            remark = _IN_PLACE.get(step, "")
        if step in ("$defs", "definitions"):
            remarks.clear()
        if remark:
            remarks.insert(0, remark)
    return " ".join([*remarks, f"`{name.lstrip('.')}`" if name else "the document"])


def _beneath(keyword: str, step: str, name: str) -> tuple[str, str]:  # noqa: PLR0911 - one return per keyword
    """The name, and a remark, of what stands under `step` in a keyword of named or listed schemas."""
    match keyword:
        case "prefixItems":
            return f"{name}[{step}]", ""
        case "allOf":
            return name, f"part {int(step) + 1} of"
        case "anyOf" | "oneOf":
            return name, f"alternative {int(step) + 1} of"
        case "$defs" | "definitions":
            return step, "definition"
        case "patternProperties":
            return f"{name}.<{step}>", ""
        case "dependentSchemas":
            return name, f"with `{step}` given,"
    return f"{name}.{step}", ""


def shown(value: Any) -> str:
    """A value as it is written, shortened."""
    if value is ABSENT:
        return "nothing"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


def listed(values: list[Any], word: str = "or") -> str:
    texts = [shown(value).strip('"') if word == "or" else shown(value) for value in values[:12]]
    if len(values) > len(texts):
        texts.append(f"{len(values) - len(texts)} more")
    return (
        texts[0]
        if len(texts) == 1
        else f"{', '.join(texts[:-1])} {word} {texts[-1]}"
        if texts
        else "nothing"
    )
