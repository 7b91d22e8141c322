"""Ordinals, XML names and headings: what flat files, documents and tables are read by, for ever."""

from collections import Counter
from collections.abc import Iterator

from registry_store.category_lint.draft import Draft, Part
from registry_store.category_lint.finding import Finding

#: Ordinals below it belong to the shared definitions.
FIRST_OWN = 100
Meaning = tuple[str, str, str]


def check(draft: Draft) -> Iterator[Finding]:
    for keyword in ("ordinal", "xml_name", "heading"):
        used = Counter(str(p.schema[keyword]) for p in draft.attributes if keyword in p.schema)
        for part in draft.attributes:
            value = part.schema.get(keyword)
            if value is not None and used[str(value)] > 1:
                text = f"{part.name} has the {keyword} {value}, as another attribute has"
                yield Finding("ordinal_reused", part.at(keyword), text, "Give each its own.")
    by_ordinal, by_name = _published(draft)
    for part in draft.attributes:
        ordinal = part.schema.get("ordinal")
        if not isinstance(ordinal, int):
            continue
        yield from _against_others(part, ordinal, by_ordinal, by_name)
        if ordinal < FIRST_OWN and "$ref" not in part.own and not _is_shared(draft, part, ordinal):
            text = f"{part.name} takes ordinal {ordinal}, of those that the shared definitions have"
            remedy = f"Refer to the shared definition, or take an ordinal from {FIRST_OWN} on."
            yield Finding("ordinal_reused", part.at("ordinal"), text, remedy)


def _is_shared(draft: Draft, part: Part, ordinal: int) -> bool:
    """Whether this is a shared definition written out, as in a document whose references are resolved."""
    known = (each["$defs"].get(part.name, {}) for each in draft.surroundings.common.values())
    return any(definition.get("ordinal") == ordinal for definition in known)


def _published(draft: Draft) -> tuple[dict[int, Meaning], dict[str, int]]:
    attributes = [a for category in draft.surroundings.categories for a in category.attributes]
    return (
        {each.ordinal: (each.name, each.xml_name, each.type) for each in attributes},
        {each.name: each.ordinal for each in attributes},
    )


def _against_others(
    part: Part, ordinal: int, by_ordinal: dict[int, Meaning], by_name: dict[str, int]
) -> Iterator[Finding]:
    schema = part.schema
    meaning = (part.name, schema.get("xml_name"), schema.get("type"))
    known = by_ordinal.get(ordinal, meaning)
    if known != meaning:
        name, xml_name, type = known
        text = f"ordinal {ordinal} means {name} ({xml_name}, {type}) in what is published, not {part.name}"
        yield Finding("ordinal_reused", part.at("ordinal"), text, _free(by_ordinal))
    elif by_name.get(part.name, ordinal) != ordinal:
        text = f"{part.name} has ordinal {by_name[part.name]} in what is published, not {ordinal}"
        remedy = f"Keep {by_name[part.name]}; a name has one ordinal in every category and version."
        yield Finding("ordinal_reused", part.at("ordinal"), text, remedy)


def _free(by_ordinal: dict[int, Meaning]) -> str:
    return f"Ordinals are never used again; free ones begin at {max(by_ordinal, default=FIRST_OWN) + 1}."
