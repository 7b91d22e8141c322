"""`hub bench generate`: a portfolio with faults in known places, and beside it what must be found where.

Written in blocks, whatever its size. The same plan gives the same bytes; the same seed the same assets in every
format, order and dialect.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO
from zlib import crc32

from bench.portfolio.assets import MIXED, Assets
from bench.portfolio.dialects import DIALECTS, TEMPLATE
from bench.portfolio.faults import KINDS, TWICE, Kind, Sowing
from bench.portfolio.formats import FORMATS, IN_DIALECTS, Asked
from bench.portfolio.numbers import Order
from bench.portfolio.pools import CATEGORIES, Texts
from bench.portfolio.rows import Block, Writing
from contracts.categories import Catalogue

_BLOCK_ROWS = 1_000


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be written. `faults` and `changed` are shares of the rows, from 0 to 1; `kinds`: of faults, all
    if there are none. `sender`: the partner that a document names.
    """

    rows: int
    format: str = "csv"
    category: str = "heat_pump"
    faults: float = 0.01
    changed: float = 0.0
    seed: int = 1
    dialect: str = TEMPLATE
    shuffled: bool = False
    kinds: tuple[str, ...] = ()
    sender: str = "bench"

    @property
    def document_id(self) -> str:
        """Of documents that carry an id: another plan is another message."""
        return f"P{crc32(repr(self).encode()):08X}"


@dataclass(frozen=True, slots=True)
class Generated:
    """`manifest` has a JSON object for each fault, in the order of the file."""

    file: Path
    manifest: Path
    rows: int
    faults: int


def generate(plan: Plan, file: Path, catalogue: Catalogue) -> Generated:
    """Writes the file, and `<file>.faults.jsonl`. Raises ValueError for a plan that the format cannot carry."""
    _check(plan)
    assets = Assets(plan.category, plan.seed)
    sowing = Sowing(
        assets, format=plan.format, faults=plan.faults, changed=plan.changed, kinds=plan.kinds
    )
    order = Order(plan.rows, shuffled=plan.shuffled)
    manifest, faults = file.with_name(f"{file.name}.faults.jsonl"), 0
    with file.open("wb") as sink, manifest.open("w", encoding="utf-8") as found:
        asked = Asked(
            sink, catalogue, assets, DIALECTS[plan.dialect], plan.document_id, plan.sender
        )
        written = FORMATS[plan.format](asked)
        for block, sown in _blocks(plan, sowing, order):
            written.write(block)
            faults += len(sown)
            _note(found, plan.format, written, sown)
        written.close()
    return Generated(file, manifest, plan.rows, faults)


def _check(plan: Plan) -> None:
    for name, asked, known in (
        ("format", (plan.format,), FORMATS),
        ("category", (plan.category,), (*CATEGORIES, MIXED)),
        ("dialect", (plan.dialect,), DIALECTS),
        ("kind of fault", plan.kinds, KINDS),
    ):
        for word in asked:
            if word not in known:
                raise ValueError(f"there is no {name} {word}: known are {', '.join(known)}")
    if plan.dialect != TEMPLATE and plan.format not in IN_DIALECTS:
        raise ValueError(f"{plan.format} is written in one way only")


#: Position in the file, and what is wrong there.
_Sown = list[tuple[int, Kind]]


def _blocks(plan: Plan, sowing: Sowing, order: Order) -> Iterator[tuple[Block, _Sown]]:
    for first in range(0, plan.rows, _BLOCK_ROWS):
        rows: list[Texts] = []
        sown: _Sown = []
        for position in range(first, min(first + _BLOCK_ROWS, plan.rows)):
            asset = order.asset_at(position)
            row, kind = sowing.row(asset)
            rows.append(row)
            if plan.shuffled:
                kind = _kind_at(position, asset, kind, sowing, order)
            if kind is not None:
                sown.append((position, kind))
        yield Block(first, rows, [(at - first, kind.name) for at, kind in sown]), sown


def _kind_at(
    position: int, asset: int, kind: Kind | None, sowing: Sowing, order: Order
) -> Kind | None:
    """What is wrong with a row that is strewn: of two that are the same device it is the later one."""
    if kind is not None:
        is_first = kind.name == TWICE and order.position_of(asset - 1) > position
        return None if is_first else kind
    if asset + 1 < order.count:
        following = sowing.fault_of(asset + 1)
        if following is not None and following.name == TWICE:
            return following if order.position_of(asset + 1) < position else None
    return None


def _note(found: TextIO, format: str, written: Writing, sown: _Sown) -> None:
    for position, kind in sown:
        place = written.place(position, kind.column)
        told: dict[str, Any] = {"item": position + 1, "row": place.row, "place": place.text}
        if place.column is not None:
            told["column"] = place.column
        told |= {"path": kind.path_in(format), "rule": kind.rule_in(format), "fault": kind.name}
        found.write(f"{json.dumps(told, ensure_ascii=False)}\n")
