"""Faults that are sown into rows, each of one kind in one column, and the rule that must find it.

A fault that a format cannot carry (a row with too few cells in XML) is there as another one, so that the same
assets are refused in every format.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from bench.portfolio.assets import CAPACITY, LOT_SHIFT, LOTS, Assets, replaced
from bench.portfolio.pools import Texts

_ALL = frozenset({"csv", "xlsx", "parquet", "json", "json-batch", "jsonl", "xml", "flat"})
#: Where numbers have a type of their own.
_NUMBERS_ALONE = frozenset({"parquet"})


@dataclass(frozen=True, slots=True)
class Kind:
    """One way of being wrong. `spoil`: what is written instead of the sound text; None where it is the whole row.

    `rule`: key of the rule that finds it, `rules`: in formats where another one does; `paths` likewise.
    `formats`: that carry it; in others the asset is at fault as `instead`.
    """

    name: str
    column: str
    spoil: Callable[[str], str] | None
    rule: str
    rules: Mapping[str, str] = field(default_factory=dict)
    paths: Mapping[str, str] = field(default_factory=dict)
    formats: frozenset[str] = _ALL
    instead: str = "missing_mandatory"

    def path_in(self, format: str) -> str:
        """The JSON Pointer that the rule names."""
        return self.paths.get(format, self.column)

    def rule_in(self, format: str) -> str:
        return self.rules.get(format, self.rule)


def _other_digit(text: str) -> str:
    return f"{text[:-1]}{(int(text[-1]) + 1) % 10}"


RAGGED, BROKEN, TWICE = "ragged_row", "unreadable_row", "duplicate_device"
KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("wrong_check_digit", "/accounting_point/id", _other_digit, "ASSET-01"),
        Kind("short_mpan", "/accounting_point/id", lambda text: text[:-1], "ASSET-01"),
        Kind("missing_mandatory", "/attributes/connection_status", lambda _: "", "SCH-REQUIRED"),
        Kind("bad_enumeration", "/attributes/connection_status", lambda _: "conected", "SCH-ENUM"),
        Kind("out_of_range", CAPACITY, lambda text: f"-{text}", "SCH-RANGE"),
        Kind("too_many_decimals", CAPACITY, lambda _: "3.1416", "SCH-STEP"),
        Kind("unreadable_number", CAPACITY, lambda _: "n.k.", "SCH-TYPE",
             formats=_ALL - _NUMBERS_ALONE, instead="out_of_range"),
        Kind("unreadable_date", "/attributes/connected_on", lambda _: "2019-02-30", "SCH-FORMAT"),
        Kind("malformed_postcode", "/attributes/postcode", lambda text: f"{text[:-1]}!", "SCH-PATTERN"),
        Kind("coordinate_alone", "/attributes/longitude", lambda _: "", "SCH-ASSERT"),
        Kind("unknown_version", "/category_version", lambda _: "9.9", "CAT-01",
             paths={"xml": ""}),
        Kind("unknown_area", "/network/area", lambda _: "XPN", "ITEM-03"),
        Kind(RAGGED, "", None, "TAB-01", formats=frozenset({"csv"})),
        Kind(BROKEN, "", None, "TAB-03",
             rules={"jsonl": "MSG-02"}, formats=frozenset({"csv", "jsonl"})),
        Kind(TWICE, "/attributes/serial_number", None, "ASSET-02"),
    )
}  # fmt: skip


class Sowing:
    """Which assets are at fault, and which are changed. `share`s are of all assets, from 0 to 1."""

    def __init__(
        self, assets: Assets, *, format: str, faults: float, changed: float, kinds: Sequence[str]
    ) -> None:
        self._assets = assets
        self._format = format
        self._faulty_below = round(faults * LOTS)
        self._changed_from = LOTS - round(changed * LOTS)
        self._kinds = tuple(kinds) or tuple(KINDS)
        self._index = {column: number for number, column in enumerate(assets.columns)}

    def fault_of(self, asset: int) -> Kind | None:
        """What is wrong with an asset, in this format. `TWICE`: the asset before it stands there again."""
        lot = self._assets.lot(asset)
        if lot >= self._faulty_below:
            return None
        kind = KINDS[self._kinds[lot % len(self._kinds)]]
        if kind.name == TWICE and (asset == 0 or self._assets.lot(asset - 1) < self._faulty_below):
            kind = KINDS[kind.instead]
        while self._format not in kind.formats:
            kind = KINDS[kind.instead]
        return kind

    def row(self, asset: int) -> tuple[Texts, Kind | None]:
        """The row of an asset: changed where the asset is, and with its fault in it."""
        bits = self._assets.bits(asset)
        lot = bits >> LOT_SHIFT
        if lot < self._faulty_below:
            return self._spoilt(asset)
        row = self._assets.row(asset, bits)
        return (self._assets.changed(row) if lot >= self._changed_from else row), None

    def _spoilt(self, asset: int) -> tuple[Texts, Kind]:
        kind = self.fault_of(asset)
        assert kind is not None
        if kind.name == TWICE:
            return self.row(asset - 1)[0], kind
        row = self._assets.row(asset, self._assets.bits(asset))
        if kind.spoil is None:
            return row, kind
        at = self._index[kind.column]
        return replaced(row, at, kind.spoil(row[at])), kind
