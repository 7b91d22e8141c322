"""What a configuration document states, read as written, before it is turned into assets and units.

Real documents break the official facets (a power of two decimals where one is allowed), so no schema is
asked: what the hub needs is looked for by name, and the rest may be as it is.
"""

from datetime import date
from typing import NamedTuple

from lxml import etree

GENERATING_UNIT = "GeneratingUnit_PowerSystemResources"
_RESOURCE = "MktPSRType"
_POWER = "nominalIP_PowerSystemResources.nominalP"


class Names(NamedTuple):
    """In which element each part of an entry stands, below its place."""

    id: str
    name: str
    power: str
    psr_type: str


_OF_PRODUCTION_UNIT = Names(
    "registeredResource.mRID",
    "registeredResource.name",
    f"{_RESOURCE}/{_POWER}",
    f"{_RESOURCE}/psrType",
)
_OF_GENERATING_UNIT = Names("mRID", "name", "nominalP", "generatingUnit_PSRType.psrType")


class Entry(NamedTuple):
    """One unit as one series states it, each part as text or None: what becomes a slice of an asset."""

    id: str | None
    name: str | None
    power: str | None
    power_unit: str | None
    psr_type: str | None
    place: str
    names: Names


class Publication(NamedTuple):
    """One series: a production unit from a date on (`since`, None where there is no such day).

    `voltage`: of the connection, in kV. `units`: its generating units.
    """

    unit: Entry
    since: date | None
    voltage: str | None
    units: tuple[Entry, ...]

    @property
    def place(self) -> str:
        return self.unit.place


def read_publication(series: etree._Element, place: str, namespace: str) -> Publication:
    """A `TimeSeries`, whatever it lacks."""
    resource = series.find(f"{{{namespace}}}{_RESOURCE}")
    found = () if resource is None else resource.iterchildren(f"{{{namespace}}}{GENERATING_UNIT}")
    units = (
        _entry(unit, f"{place}/{_RESOURCE}/{GENERATING_UNIT}[{number}]", namespace)
        for number, unit in enumerate(found, 1)
    )
    return Publication(
        _entry(series, place, namespace, _OF_PRODUCTION_UNIT),
        _day(_text(series, "implementation_DateAndOrTime.date", namespace)),
        _text(series, f"{_RESOURCE}/production_PowerSystemResources.highVoltageLimit", namespace),
        tuple(units),
    )


def _entry(
    element: etree._Element, place: str, namespace: str, names: Names = _OF_GENERATING_UNIT
) -> Entry:
    power = _find(element, names.power, namespace)
    return Entry(
        id=_text(element, names.id, namespace),
        name=_text(element, names.name, namespace),
        power=_text(element, names.power, namespace),
        power_unit=None if power is None else power.get("unit"),
        psr_type=_text(element, names.psr_type, namespace),
        place=place,
        names=names,
    )


def _find(element: etree._Element, path: str, namespace: str) -> etree._Element | None:
    return element.find("/".join(f"{{{namespace}}}{step}" for step in path.split("/")))


def _text(element: etree._Element, path: str, namespace: str) -> str | None:
    found = _find(element, path, namespace)
    text = "" if found is None else " ".join((found.text or "").split())
    return text or None


def _day(text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        return None
