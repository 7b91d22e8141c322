"""Where a plant is: a national grid reference as latitude and longitude, checked against stated ones.

Source: OSGB36 / British National Grid (EPSG:27700) to WGS 84 (EPSG:4326), one vectorised call per
file. The shift between the two, without the OSTN15 grid file, is right to a few metres.
"""

import math
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any

from pyproj import Transformer

from adapters.tables.drafts import Draft
from contracts.reasons import Rule, Severity

#: The extent of the national grid, in metres; a grid reference outside of it is a slip.
_EASTINGS, _NORTHINGS = (0, 700_000), (0, 1_300_000)
_METRES_PER_DEGREE = 111_195.0
_PLACES = 5


def location(drafts: Sequence[Draft], parameters: Mapping[str, Any]) -> None:
    """Puts `/attributes/latitude` and `/attributes/longitude`, to 1e-5 degrees (about a metre).

    Parameters: names of columns `eastings`, `northings`, `latitude`, `longitude`; `tolerance_metres` and
    `rule`, the warning where stated coordinates are further away. Coordinates that stand alone are used
    as stated. TAB_03 (a warning) for a grid reference outside of the grid or without its other half.
    """
    east, north = parameters["eastings"], parameters["northings"]
    with_grid: list[Draft] = []
    for draft in drafts:
        if _in_grid(draft.values[east], draft.values[north]):
            with_grid.append(draft)
            continue
        if draft.values[east] is not None or draft.values[north] is not None:
            text = "eastings and northings are no place in Great Britain: left out"
            draft.doubt(Rule.TAB_03, text, column=east, severity=Severity.warning)
        _use_stated(draft, parameters)
    if not with_grid:
        return
    longitudes, latitudes = _to_degrees().transform(
        [float(draft.values[east]) for draft in with_grid],
        [float(draft.values[north]) for draft in with_grid],
    )
    for draft, longitude, latitude in zip(with_grid, longitudes, latitudes, strict=True):
        _put(draft, latitude, longitude, north, east)
        _compare(draft, latitude, longitude, parameters)


@lru_cache(maxsize=1)
def _to_degrees() -> Transformer:
    return Transformer.from_crs("EPSG:27700", "EPSG:4326", always_xy=True)


def _in_grid(easting: Decimal | None, northing: Decimal | None) -> bool:
    if easting is None or northing is None:
        return False
    return _EASTINGS[0] < easting < _EASTINGS[1] and _NORTHINGS[0] < northing < _NORTHINGS[1]


def _stated(draft: Draft, parameters: Mapping[str, Any]) -> tuple[Decimal, Decimal] | None:
    latitude, longitude = (
        draft.values[parameters["latitude"]],
        draft.values[parameters["longitude"]],
    )
    return None if latitude is None or longitude is None else (latitude, longitude)


def _use_stated(draft: Draft, parameters: Mapping[str, Any]) -> None:
    if (stated := _stated(draft, parameters)) is not None:
        _put(
            draft,
            float(stated[0]),
            float(stated[1]),
            parameters["latitude"],
            parameters["longitude"],
        )


def _put(draft: Draft, latitude: float, longitude: float, north: str, east: str) -> None:
    if math.isfinite(latitude) and math.isfinite(longitude):
        draft.put("/attributes/latitude", Decimal(repr(round(latitude, _PLACES))), north)
        draft.put("/attributes/longitude", Decimal(repr(round(longitude, _PLACES))), east)


def _compare(
    draft: Draft, latitude: float, longitude: float, parameters: Mapping[str, Any]
) -> None:
    if (stated := _stated(draft, parameters)) is None:
        return
    apart = _metres_apart(latitude, longitude, float(stated[0]), float(stated[1]))
    if apart > parameters["tolerance_metres"]:
        text = f"the stated longitude and latitude are {apart:.0f} m from the grid reference, which is used"
        column = parameters["longitude"]
        draft.doubt(Rule[parameters["rule"]], text, column=column, severity=Severity.warning)


def _metres_apart(
    latitude: float, longitude: float, other_latitude: float, other_longitude: float
) -> float:
    """Distance on a sphere, flat over some kilometres: right to a percent where 100 m matter."""
    east = (other_longitude - longitude) * math.cos(math.radians((latitude + other_latitude) / 2))
    return math.hypot(east, other_latitude - latitude) * _METRES_PER_DEGREE
