"""What assets are made of: places, days and devices, as texts in the order of their columns.

Every combination in a pool is consistent in itself (a GSP group with its licence area, a size with its heat
output), so that an asset put together of one of each is sound.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from itertools import product

from contracts.market import GSP_GROUP_OF_AREA

Texts = tuple[str, ...]

#: Licence area -> distributor id of its MPANs, and towns with their outward postcode and whereabouts (degrees).
#: Source: data of the GB market, distributor ids 10 to 23.
_AREAS: Mapping[str, tuple[int, tuple[tuple[str, str, float, float], ...]]] = {
    "EPN": (10, (("Norwich", "NR2", 52.63, 1.29), ("Cambridge", "CB4", 52.21, 0.13))),
    "EMID": (11, (("Nottingham", "NG7", 52.95, -1.17), ("Leicester", "LE2", 52.61, -1.11))),
    "LPN": (12, (("London", "SE5", 51.47, -0.09), ("London", "N1", 51.54, -0.1))),
    "SPM": (13, (("Liverpool", "L8", 53.39, -2.96), ("Wrexham", "LL13", 53.04, -2.98))),
    "WMID": (14, (("Birmingham", "B5", 52.46, -1.9), ("Worcester", "WR1", 52.19, -2.22))),
    "NPGN": (15, (("Durham", "DH1", 54.78, -1.58), ("Sunderland", "SR2", 54.89, -1.37))),
    "ENWL": (16, (("Manchester", "M14", 53.45, -2.22), ("Lancaster", "LA1", 54.05, -2.8))),
    "SHEPD": (17, (("Inverness", "IV2", 57.47, -4.2), ("Aberdeen", "AB10", 57.14, -2.11))),
    "SPD": (18, (("Glasgow", "G12", 55.88, -4.3), ("Edinburgh", "EH8", 55.94, -3.17))),
    "SPN": (19, (("Brighton", "BN2", 50.83, -0.11), ("Maidstone", "ME14", 51.28, 0.53))),
    "SEPD": (20, (("Reading", "RG2", 51.43, -0.96), ("Oxford", "OX4", 51.73, -1.22))),
    "SWALES": (21, (("Cardiff", "CF24", 51.49, -3.16), ("Swansea", "SA1", 51.62, -3.93))),
    "SWEST": (22, (("Bristol", "BS3", 51.44, -2.6), ("Exeter", "EX4", 50.73, -3.54))),
    "NPGY": (23, (("Leeds", "LS6", 53.82, -1.57), ("Sheffield", "S7", 53.35, -1.49))),
}
_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"
#: The second half of a postcode.
INWARD = [f"{digit}{a}{b}" for digit, a, b in product(range(1, 10), _LETTERS, _LETTERS)]

PLACE_COLUMNS = ("/network/gsp_group", "/network/area", "/attributes/town")
DAY_COLUMNS = ("/attributes/connection_status", "/attributes/connected_on")
_SHARED = (
    "/attributes/make", "/attributes/model", "/attributes/connection_voltage_kv",
    "/attributes/import_capacity_kw", "/attributes/phases", "/attributes/metering",
    "/attributes/controllability",
)  # fmt: skip
DEVICE_COLUMNS: Mapping[str, Texts] = {
    "heat_pump": (
        *_SHARED, "/attributes/thermal_capacity_kw", "/attributes/source",
        "/attributes/refrigerant", "/attributes/scop", "/attributes/buffer_litres",
        "/attributes/variable_speed",
    ),
    "ev_charge_point": (
        *_SHARED, "/attributes/access", "/attributes/communication_protocol",
        "/attributes/smart_regulations_compliant",
    ),
    "battery_storage": (
        *_SHARED, "/attributes/export_capacity_kw", "/attributes/energy_capacity_kwh",
        "/attributes/chemistry", "/attributes/coupling",
    ),
}  # fmt: skip


def places() -> list[tuple[Texts, int, str, float, float]]:
    """(texts of `PLACE_COLUMNS`, distributor, outward postcode, latitude, longitude)."""
    return [
        ((GSP_GROUP_OF_AREA[area], area, town), distributor, outward, latitude, longitude)
        for area, (distributor, towns) in _AREAS.items()
        for town, outward, latitude, longitude in towns
    ]


def days() -> list[Texts]:
    """Days between 2012 and 2025, in no order."""
    first, count = date(2012, 1, 2), 4_999
    return [
        ("connected", str(first + timedelta(number * 1_237 % count))) for number in range(count)
    ]


def devices(category: str) -> list[Texts]:
    """Models of a category with their sizes."""
    return list(_DEVICES[category]())


def _shared(make: str, model: str, size: float, control: str) -> Texts:
    three = size > 7.4  # noqa: PLR2004 - what one phase of 32 A carries, in kW
    voltage, phases = ("0.4", "3") if three else ("0.23", "1")
    return make, model, voltage, f"{size:g}", phases, "boundary", control


def _heat_pumps() -> Iterator[Texts]:
    makes = ("Thermalis", "Norvent", "Glen & Moor", "Hafod", "Kelvinside")
    for make, size, source, refrigerant, control in product(
        makes,
        (1.5, 2.25, 3, 3.5, 5, 6.25, 8.5, 12),
        ("air", "ground", "water"),
        ("r32", "r290", "r410a"),
        ("on_off", "stepped", "continuous"),
    ):
        scop = {"air": 3.4, "ground": 4.1, "water": 4.45}[source]
        speed = "false" if control == "on_off" else "true"
        heat, model = f"{size * 2.5:g}", f"{source.title()} {size * 2:g} {refrigerant.upper()}"
        yield (
            *_shared(make, model, size, control),
            heat, source, refrigerant, f"{scop:g}", f"{size * 20:g}", speed,
        )  # fmt: skip


def _charge_points() -> Iterator[Texts]:
    for make, size, access, protocol in product(
        ("Ampère Street", "Voltway", "Plugwell", "Kerbside"),
        (3.6, 7.4, 11, 22),
        ("private", "shared_private", "workplace", "depot"),
        ("ocpp_1_6", "ocpp_2_0_1", "proprietary"),
    ):
        model = f"Post {size:g} {protocol[-1].upper()}"
        smart = "false" if protocol == "proprietary" else "true"
        yield (*_shared(make, model, size, "stepped"), access, protocol, smart)


def _batteries() -> Iterator[Texts]:
    for make, size, hours, chemistry, coupling in product(
        ("Cellbridge", "Storewell", "Pennine Power"),
        (3.68, 5, 10, 50, 100),
        (1, 2, 2.5, 4),
        ("lithium_iron_phosphate", "lithium_nickel_manganese_cobalt", "sodium_ion"),
        ("ac", "dc"),
    ):
        model = f"Stack {size:g}/{size * hours:g}"
        yield (
            *_shared(make, model, size, "continuous"),
            f"{size:g}", f"{size * hours:g}", chemistry, coupling,
        )  # fmt: skip


_DEVICES = {
    "heat_pump": _heat_pumps,
    "ev_charge_point": _charge_points,
    "battery_storage": _batteries,
}
CATEGORIES = tuple(_DEVICES)
