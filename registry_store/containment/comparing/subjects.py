"""What a place in a schema is about, in the words of somebody who sends documents."""

import json
from typing import Any

from registry_store.containment.comparing.changes import ABSENT, Path

_LONGEST = 90
_IN_PLACE = {
    "not": "what is excluded", "if": "the condition", "then": "the case that the condition holds",
    "else": "the case that it does not hold",
}  # fmt: skip


def subject(path: Path) -> str:
    """`site.meters[].id` for the schema at a path; the whole document for its root."""
    name, remarks, steps = "", [], list(path)
    while steps:
        step = steps.pop(0)
        if step in ("properties", "dependentSchemas") and steps:
            name = f"{name}.{steps.pop(0)}" if name else str(steps.pop(0))
        elif step in ("items", "unevaluatedItems", "contains"):
            name += "[]"
        elif step == "prefixItems" and steps:
            name += f"[{steps.pop(0)}]"
        elif step in ("$defs", "definitions") and steps:
            name, remarks = str(steps.pop(0)), ["definition"]
        elif step == "patternProperties" and steps:
            name += f"{'.' if name else ''}<{steps.pop(0)}>"
        elif step in ("additionalProperties", "unevaluatedProperties"):
            name += ".*" if name else "*"
        elif step == "propertyNames":
            remarks.append("each name in")
        elif step in ("allOf", "anyOf", "oneOf") and steps:
            remarks.append(f"alternative {int(steps.pop(0)) + 1} of" if step != "allOf" else f"part {int(steps.pop(0)) + 1} of")
        elif step in _IN_PLACE:
            remarks.append(f"{_IN_PLACE[str(step)]} of")
    whole = f"`{name}`" if name else "the document"
    return " ".join([*reversed(remarks), whole])


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
    return texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} {word} {texts[-1]}" if texts else "nothing"
