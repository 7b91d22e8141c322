"""Which assets a refused statement speaks of, as far as it can be read: by what names a record, and only one."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from contracts.keys import keys_of

#: Keys that have one holder at most.
_STRONG = ("device", "resource", "source")
RECORD, REFERENCE = "record", "ref"


class StatedName(NamedTuple):
    """`scheme`: `RECORD` (`value` is an id), `REFERENCE` (of `party`), or that of a strong key."""

    scheme: str
    value: str
    party: str = ""


def stated_names(payload: Mapping[str, Any], party: str) -> list[StatedName]:
    """Of any payload, however wrong it is. `party`: the sender's slug, whose references are meant."""
    asset, refs = payload.get("asset"), payload.get("refs")
    named = [asset, *(refs if isinstance(refs, list) else ())]
    found = [StatedName(RECORD, asset)] if isinstance(asset, str) else []
    references = (_texts(each).get("ref") for each in named)
    found += [StatedName(REFERENCE, ref, party) for ref in references if ref is not None]
    content, source = _readable(payload), _texts(payload.get("source"))
    schemes = [scheme for scheme in _STRONG if scheme != "source" or "system" in source]
    keys = keys_of(tuple(schemes), {**content, "source": source}, source.get("identity"))
    return found + [StatedName(key.scheme, key.value) for key in keys]


def _readable(payload: Mapping[str, Any]) -> dict[str, Any]:
    """What keys are made of, without what is no text."""
    point = _texts(payload.get("accounting_point"))
    content: dict[str, Any] = {"attributes": _texts(payload.get("attributes"))}
    if "id" in point:
        content["accounting_point"] = {"scheme": "", **point}
    return content


def _texts(members: Any) -> dict[str, str]:
    if not isinstance(members, Mapping):
        return {}
    return {name: value for name, value in members.items() if isinstance(value, str)}
