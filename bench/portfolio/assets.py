"""Assets by their number, each as a row of texts in canonical form, "" where there is nothing."""

from adapters.lexical import read_number, write
from bench.portfolio.numbers import meter, mixed, mpan
from bench.portfolio.pools import (
    CATEGORIES,
    DAY_COLUMNS,
    DEVICE_COLUMNS,
    INWARD,
    PLACE_COLUMNS,
    Texts,
    days,
    devices,
    places,
)

MIXED = "mixed"
VERSION = "1.0"
CAPACITY = "/attributes/import_capacity_kw"
_HEAD = ("/category_version", "/refs/0/ref", "/accounting_point/scheme", "/accounting_point/id")
_TAIL = (
    "/attributes/serial_number", "/attributes/postcode",
    "/attributes/latitude", "/attributes/longitude",
)  # fmt: skip
#: Of the 64 bits of an asset the upper 20 say whether it is at fault or changed, the lower what it is made of.
_LOT_BITS = 20
LOTS = 1 << _LOT_BITS
LOT_SHIFT = 64 - _LOT_BITS


class Assets:
    """The assets of one seed. `columns`: JSON Pointers of the payload of asset.register."""

    def __init__(self, category: str, seed: int) -> None:
        names = CATEGORIES if category == MIXED else (category,)
        device = tuple(dict.fromkeys(c for name in names for c in DEVICE_COLUMNS[name]))
        own = ("/category",) if category == MIXED else ()
        self.columns: Texts = (*_HEAD, *PLACE_COLUMNS, *DAY_COLUMNS, *own, *device, *_TAIL)
        self.category = category
        self.seed = seed
        self._places, self._days = places(), days()
        self._devices = [
            (*((name,) if own else ()), *_spread(texts, DEVICE_COLUMNS[name], device))
            for name in names
            for texts in devices(name)
        ]
        self._capacity = self.columns.index(CAPACITY)

    def lot(self, number: int) -> int:
        """A number below `LOTS`, drawn by the asset."""
        return mixed(number, self.seed) >> LOT_SHIFT

    def bits(self, number: int) -> int:
        """What an asset is made of: its lot, and below `LOT_SHIFT` its parts."""
        return mixed(number, self.seed)

    def row(self, number: int, bits: int) -> Texts:
        """The asset; `bits` are its own."""
        rest, at = divmod(bits, len(self._places))
        place, distributor, outward, latitude, longitude = self._places[at]
        rest, at = divmod(rest, len(self._days))
        day = self._days[at]
        rest, at = divmod(rest, len(self._devices))
        device = self._devices[at]
        rest, at = divmod(rest, len(INWARD))
        own = meter(number, self.seed)
        return (
            VERSION, f"P{self.seed}-{number:08d}", "mpan", mpan(distributor, own),
            *place, *day, *device,
            f"SN{own:010d}", f"{outward} {INWARD[at]}",
            _degrees(latitude + at % 59 / 1000), _degrees(longitude + at % 61 / 1000),
        )  # fmt: skip

    def changed(self, row: Texts) -> Texts:
        """The same asset, rebuilt: half a kilowatt larger."""
        larger = read_number(row[self._capacity])
        assert not isinstance(larger, str)
        return replaced(row, self._capacity, write(float(larger) + 0.5))


def replaced(row: Texts, index: int, text: str) -> Texts:
    return (*row[:index], text, *row[index + 1 :])


def _spread(texts: Texts, columns: Texts, wider: Texts) -> Texts:
    """The texts of some columns under more columns."""
    by_column = dict(zip(columns, texts, strict=True))
    return tuple(by_column.get(column, "") for column in wider)


def _degrees(value: float) -> str:
    """Three decimals, without zeros at the end."""
    return f"{round(value, 3)}".removesuffix(".0")
