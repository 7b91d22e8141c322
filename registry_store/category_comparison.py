"""What a new version of a category breaks, by proof: the step that its number must take follows from it.

Beside the documents of attributes (containment) a sender is bound by what JSON Schema does not say: decimal
places, assertions, units, names in other formats, what identifies, keys, consent. A change there breaks too;
what is not proved counts as breaking.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import orjson

from contracts.canonical import canonical_json
from contracts.categories import Category
from contracts.verdicts import Verdict
from registry_store.category_identity import contract_hash
from registry_store.containment.checking import check

#: What a partner relies on word for word: attribute's keyword -> how it is called.
_WORD_FOR_WORD = {
    "ordinal": "ordinal",
    "type": "type",
    "unit": "unit",
    "xml_name": "XML name",
    "heading": "heading",
}
#: Keywords of the profile that JSON Schema validates by.
_VALIDATING = frozenset(
    {
        *("type", "enum", "format", "pattern", "minLength", "maxLength", "minimum", "maximum"),
        *("items", "minItems", "maxItems", "properties", "required", "additionalProperties"),
    }
)
_SAID_OF_ASSERTIONS = frozenset({"name", "sentence", "severity"})


@dataclass(frozen=True, slots=True)
class Comparison:
    """A version against the one before: the verdict, and a sentence for each thing that breaks.

    `counterexample`: attributes that were valid and no longer are. `is_documentation`: only what is for
    people to read has changed.
    """

    against: str
    backward: str
    breaks: tuple[str, ...]
    counterexample: Any
    is_documentation: bool

    @property
    def is_breaking(self) -> bool:
        return bool(self.breaks)

    def as_json(self) -> dict[str, Any]:
        members = {
            "against": self.against,
            "backward": self.backward,
            "is_breaking": self.is_breaking,
            "is_documentation": self.is_documentation,
            "breaks": list(self.breaks),
            "counterexample": self.counterexample,
        }
        return {name: value for name, value in members.items() if value not in (None, [])}


def compare(old: Category, new: Category) -> Comparison:
    """`new` against `old`. The same pair always gives the same answer, and is worked out once."""
    return _compared(canonical_json(old.document), canonical_json(new.document))


@lru_cache(maxsize=256)
def _compared(old_text: bytes, new_text: bytes) -> Comparison:
    old, new = orjson.loads(old_text), orjson.loads(new_text)
    names = _moved(old, new)
    verdict = check(_of(old, names), _of(new, names))
    if isinstance(verdict, Verdict):
        backward = verdict.backward
        counterexample = _completed(verdict.counterexample, old, names)
        breaks = [*_of_verdict(backward, verdict.method, counterexample)]
    else:
        backward, counterexample = "unproved", None
        breaks = [f"not proved that nothing breaks: {'; '.join(map(str, verdict))}"]
    breaks += [*_of_attributes(old["properties"], new["properties"]), *_of_documents(old, new)]
    is_documentation = contract_hash(old) == contract_hash(new)
    return Comparison(old["version"], backward, tuple(breaks), counterexample, is_documentation)


def _moved(old: Mapping[str, Any], new: Mapping[str, Any]) -> set[str]:
    """Attributes whose validity may differ. The others are as valid as before, whatever these are: the
    profile has no rule of JSON Schema that speaks of two attributes.
    """
    before, after = (
        {
            name: (_validating(part), name in document["required"])
            for name, part in document["properties"].items()
        }
        for document in (old, new)
    )
    return {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}


def _of(document: Mapping[str, Any], names: set[str]) -> dict[str, Any]:
    """The document of these attributes alone."""
    properties = {n: _validating(p) for n, p in document["properties"].items() if n in names}
    required = [name for name in document["required"] if name in names]
    return {
        "type": "object",
        "additionalProperties": False,
        "required": required,
        "properties": properties,
    }


def _validating(schema: Mapping[str, Any]) -> dict[str, Any]:
    """What of an attribute, element or member JSON Schema validates by."""
    kept = {keyword: value for keyword, value in schema.items() if keyword in _VALIDATING}
    if "properties" in kept:
        kept["properties"] = {n: _validating(part) for n, part in kept["properties"].items()}
    if "items" in kept:
        kept["items"] = _validating(kept["items"])
    return kept


def _completed(counterexample: Any, old: Mapping[str, Any], names: set[str]) -> Any:
    """A counterexample with the other attributes that are mandatory, as the first example has them."""
    if not isinstance(counterexample, dict):
        return counterexample
    example = old["examples"][0]
    others = [name for name in old["required"] if name not in names and name in example]
    return {**{name: example[name] for name in others}, **counterexample}


def _of_verdict(backward: str, method: str, counterexample: Any) -> Iterator[str]:
    if backward == "refuted":
        shown = canonical_json(counterexample).decode()
        yield f"attributes that were valid are refused, such as {shown[:300]}"
    elif backward == "unproved":
        yield f"not proved that nothing breaks: {method[:300]}"


def _of_attributes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    for name in old.keys() & new.keys():
        before, after = old[name], new[name]
        yield from _of_values(name, before, after)
        if after.get("identity", False) and not before.get("identity", False):
            yield f"{name} now identifies an asset, and is fixed once it is set"
        was, now = (part.get("items", {}) for part in (before, after))
        yield from _of_values(f"an element of {name}", was, now)
        members = was.get("properties", {}).keys() & now.get("properties", {}).keys()
        for member in sorted(members):
            place = f"{member} in {name}"
            yield from _of_values(place, was["properties"][member], now["properties"][member])


def _of_values(name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    for keyword, called in _WORD_FOR_WORD.items():
        was, now = before.get(keyword), after.get(keyword)
        if was != now:
            yield f"the {called} of {name} is {now}, it was {was}"
    digits, were = after.get("fraction_digits"), before.get("fraction_digits")
    if digits is not None and were is not None and digits < were:
        yield f"{name} may have {digits} decimal places, it was {were}"


def _of_documents(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    if sorted(old["keys"]) != sorted(new["keys"]):
        yield f"assets are found by {', '.join(new['keys'])}; it was {', '.join(old['keys'])}"
    if new["requires_consent"] and not old["requires_consent"]:
        yield "a registration now names a consent"
    known = {_said(each) for each in old["assertions"] if _refuses(each)}
    for assertion in new["assertions"]:
        if _refuses(assertion) and _said(assertion) not in known:
            yield f"new or changed: {assertion['sentence']} ({assertion['name']})"


def _refuses(assertion: Mapping[str, Any]) -> bool:
    return bool(assertion.get("severity", "error") == "error")


def _said(assertion: Mapping[str, Any]) -> bytes:
    """What an assertion demands, whatever it is called."""
    return canonical_json({k: v for k, v in assertion.items() if k not in _SAID_OF_ASSERTIONS})
