"""A change in one plain sentence."""

from collections.abc import Callable
from typing import Any

from registry_store.containment.comparing.changes import ABSENT, Change
from registry_store.containment.comparing.subjects import listed, shown, subject
from registry_store.containment.json_values import key

_Sentence = Callable[[Change, str, str], str]

#: What a bound bounds: what must hold, and its unit (None: the unit of the value).
_BOUNDS = {
    "minimum": ("must now be at least", None, "lower bound"),
    "maximum": ("may now be at most", None, "upper bound"),
    "exclusiveMinimum": ("must now be greater than", None, "lower bound"),
    "exclusiveMaximum": ("must now be less than", None, "upper bound"),
    "multipleOf": ("must now be a multiple of", None, "step"),
    "minLength": ("must now have at least", " characters", "least length"),
    "maxLength": ("may now have at most", " characters", "greatest length"),
    "minItems": ("must now have at least", " elements", "least number of elements"),
    "maxItems": ("may now have at most", " elements", "greatest number of elements"),
    "minProperties": ("must now have at least", " members", "least number of members"),
    "maxProperties": ("may now have at most", " members", "greatest number of members"),
    "minContains": ("must now contain at least", " of the wanted elements", "least number of wanted elements"),
    "maxContains": ("may now contain at most", " of the wanted elements", "greatest number of wanted elements"),
}  # fmt: skip
NO_EFFECT = "; the same documents are valid"
#: Keywords of the hub that no validator looks at, but formats, feeds and partners do.
CONTRACT = frozenset((
    "unit", "identity", "material", "visibility", "personal", "xml_name", "heading", "ordinal",
    "fraction_digits", "assertions", "keys", "requires_consent", "effective_from", "category", "version",
))  # fmt: skip


def sentence(change: Change, direction: str, unit: str) -> str:
    """What a sender should know of the change; `direction` is where it leads, `unit` that of numbers."""
    about = subject(change.place[:-1] if change.keyword not in _OWN_PLACE else change.place[:-2])
    if change.keyword in _BOUNDS:
        written = _bound(change, about, unit)
    else:
        written = _SENTENCES.get(change.keyword, _other)(change, about, direction)
    if direction == "annotation" and change.keyword in CONTRACT:
        written += "; validators do not look at it, formats and partners do"
    elif direction == "annotation" and change.keyword in {*_SENTENCES, *_BOUNDS, *_IN_EFFECT}:
        written += NO_EFFECT
    return written


def _bound(change: Change, about: str, unit: str) -> str:
    phrase, counted, what = _BOUNDS[change.keyword]
    unit = f" {unit}" if unit and counted is None else counted or ""
    if change.new is ABSENT:
        return f"{about} no longer has a {what}; it was {shown(change.old)}{unit}"
    was = f"there was no {what}" if change.old is ABSENT else f"it was {shown(change.old)}"
    return f"{about} {phrase} {shown(change.new)}{unit}; {was}"


def _type(change: Change, about: str, direction: str) -> str:
    if change.new is ABSENT:
        return f"{about} may now be of any type; it was {_types(change.old)}"
    was = "any type was allowed" if change.old is ABSENT else f"it was {_types(change.old)}"
    return f"{about} {'may' if direction == 'wider' else 'must'} now be {_types(change.new)}; {was}"


def _types(stated: Any) -> str:
    return listed(stated if isinstance(stated, list) else [stated])


def _values(change: Change, about: str, _: str) -> str:
    if change.new is ABSENT:
        return f"{about} need no longer be {'one of ' * (change.keyword == 'enum')}{listed(_list(change, change.old), 'and')}"
    if change.old is ABSENT:
        return f"{about} must now be one of {listed(_list(change, change.new), 'and')}"
    old, new = _list(change, change.old), _list(change, change.new)
    before, after = {key(each) for each in old}, {key(each) for each in new}
    gone = [each for each in old if key(each) not in after]
    come = [each for each in new if key(each) not in before]
    parts = []
    if gone:
        parts.append(f"no longer allows {listed(gone, 'and')}")
    if come:
        parts.append(f"now also allows {listed(come, 'and')}")
    return f"{about} {' and '.join(parts) or 'lists its values in another order'}"


def _list(change: Change, value: Any) -> list[Any]:
    return value if change.keyword == "enum" else [value]


def _required(change: Change, about: str, _: str) -> str:
    where = "" if about == "the document" else f" in {about}"
    if change.old is ABSENT:
        return f"`{change.new}` is now required{where}"
    return f"`{change.old}` is no longer required{where}"


def _property(change: Change, _about: str, direction: str) -> str:
    about = subject(change.place)
    if change.old is ABSENT:
        if direction == "wider":
            return f"{about} may now be given"
        return f"{about} is now described: where it is given, it must be as described"
    if direction == "narrower":
        return f"{about} may no longer be given"
    return f"{about} is no longer described: any value is allowed"


def _definition(change: Change, _about: str, _direction: str) -> str:
    done = "was added" if change.old is ABSENT else "was removed"
    return f"{subject(change.place)} {done}"


def _openness(change: Change, about: str, _: str) -> str:
    what = "members" if change.keyword.endswith("Properties") else "elements"
    if change.new is False:
        return f"{about} no longer takes {what} that are not described"
    if change.new is ABSENT or change.new is True:
        return f"{about} now takes {what} that are not described, with any value"
    return f"{what} of {about} that are not described must now be {shown(change.new)}; it was {shown(change.old)}"


def _form(change: Change, about: str, _: str) -> str:
    what = {"pattern": "match the pattern", "format": "be a real"}[change.keyword]
    if change.new is ABSENT:
        return f"{about} need no longer {what} {_quoted(change.old)}"
    was = "any string was allowed" if change.old is ABSENT else f"it was {_quoted(change.old)}"
    return f"{about} must now {what} {_quoted(change.new)}; {was}"


def _quoted(text: Any) -> str:
    return f"`{text}`"


def _unique(change: Change, about: str, _: str) -> str:
    repeat = "may no longer repeat an element" if change.new is True else "may now repeat elements"
    return f"{about} {repeat}"


def _alternative(change: Change, about: str, _: str) -> str:
    what = {"anyOf": "an alternative", "oneOf": "an alternative", "allOf": "a condition"}.get(
        change.keyword, "a place"
    )
    if change.old is ABSENT:
        return f"{about} has {what} more: {shown(change.new)}"
    if change.new is ABSENT:
        return f"{about} has {what} less: {shown(change.old)}"
    return _other(change, about, "")


def _whole(change: Change, _about: str, _: str) -> str:
    if isinstance(change.new, bool):
        return f"{subject(change.place)} {'may now be anything' if change.new else 'is not allowed any more'}"
    return f"{subject(change.place)} must now be as {shown(change.new)} says; it was {shown(change.old)}"


def _other(change: Change, about: str, _: str) -> str:
    if change.old is ABSENT:
        return f"{about} now has `{change.keyword}` {shown(change.new)}"
    if change.new is ABSENT:
        return f"{about} no longer has `{change.keyword}`; it was {shown(change.old)}"
    return f"`{change.keyword}` of {about} is now {shown(change.new)}; it was {shown(change.old)}"


#: Keywords without a sentence of their own that decide what is valid.
_IN_EFFECT = frozenset((
    "not", "if", "then", "else", "contains", "propertyNames", "dependentRequired", "dependentSchemas", "$ref", "$dynamicRef",
))  # fmt: skip
#: Changes of these stand at a member of the keyword, not at the keyword.
_OWN_PLACE = frozenset(
    ("properties", "patternProperties", "dependentSchemas", "$defs", "definitions")
)
_SENTENCES: dict[str, _Sentence] = {
    "type": _type, "enum": _values, "const": _values, "required": _required,
    "properties": _property, "patternProperties": _property,
    "$defs": _definition, "definitions": _definition,
    **dict.fromkeys(
        ("additionalProperties", "unevaluatedProperties", "items", "unevaluatedItems"), _openness
    ),
    "pattern": _form, "format": _form, "uniqueItems": _unique,
    **dict.fromkeys(("allOf", "anyOf", "oneOf", "prefixItems"), _alternative),
    "": _whole,
}  # fmt: skip
