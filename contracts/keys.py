"""Keys that assets are found by: built from what is stated, normalised, compared across categories.

Source: RECORDS.md section 3.
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from contracts.changes import Key

_NOISE = re.compile(r"[^A-Z0-9]+")
_NOT_SERIAL = re.compile(r"[^A-Z0-9-]+")


def normalise(text: str) -> str:
    """Upper case, runs of blanks and punctuation as one blank: `Bentwaters  bus-pk.` is one site."""
    return _NOISE.sub(" ", text.upper()).strip()


def normalise_serial(text: str) -> str:
    """A make or serial number: punctuation and blanks do not distinguish two of them, a dash stays."""
    upper = text.upper()
    # Most have nothing to lose, and then there is no need to look for it.
    return upper if upper.isalnum() and upper.isascii() else _NOT_SERIAL.sub("", upper)


#: However many devices there are, few make them.
_normalise_make = lru_cache(maxsize=1_024)(normalise_serial)


def _point(content: Mapping[str, Any]) -> str | None:
    point = content.get("accounting_point")
    return point["id"] if point else None


def device(content: Mapping[str, Any], _identity: str | None) -> Key | None:
    """Accounting point, make and serial number: one physical device (strong)."""
    attributes = content["attributes"]
    point, make, serial = _point(content), attributes.get("make"), attributes.get("serial_number")
    if not (point and make and serial):
        return None
    return Key("device", f"{point}|{_normalise_make(make)}|{normalise_serial(serial)}", "strong")


def resource(content: Mapping[str, Any], _identity: str | None) -> Key | None:
    """The unit's own EIC (strong)."""
    point = content.get("accounting_point")
    if not point or point["scheme"] != "eic":
        return None
    return Key("resource", point["id"], "strong")


def source(content: Mapping[str, Any], identity: str | None) -> Key | None:
    """A register and its own identity of the line (strong within that register)."""
    if identity is None or "source" not in content:
        return None
    return Key("source", f"{content['source']['system']}|{identity}", "strong")


def point(content: Mapping[str, Any], _identity: str | None) -> Key | None:
    """Accounting point and category (weak: there may be several such devices behind one meter)."""
    place = _point(content)
    return Key("point", f"{place}|{content['category']}", "weak") if place else None


def planned_site(content: Mapping[str, Any], _identity: str | None) -> Key | None:
    """Network area, site name, postcode and category, while there is no meter yet (weak)."""
    return None if _point(content) else site_before_meter(content)


def site_before_meter(content: Mapping[str, Any]) -> Key | None:
    """The `planned_site` key that an asset has, or had, without its meter."""
    attributes, area = content["attributes"], content.get("network", {}).get("area")
    site = attributes.get("site_name")
    if not (area and site):
        return None
    postcode = normalise(attributes.get("postcode", ""))
    return Key("planned_site", f"{area}|{normalise(site)}|{postcode}|{content['category']}", "weak")


SCHEMES: dict[str, Callable[[Mapping[str, Any], str | None], Key | None]] = {
    "device": device,
    "resource": resource,
    "source": source,
    "point": point,
    "planned_site": planned_site,
}


def keys_of(
    schemes: tuple[str, ...], content: Mapping[str, Any], identity: str | None
) -> tuple[Key, ...]:
    """All keys of an asset with this content, in the order of the category's schemes.

    `identity` is the identity that the source itself gives the line (registers only).
    """
    built = [SCHEMES[scheme](content, identity) for scheme in schemes]
    return tuple([key for key in built if key is not None])
