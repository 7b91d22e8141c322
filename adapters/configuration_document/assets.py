"""Entries of a configuration document as assets: a unit's dates are slices of one and the same asset.

The earliest date registers the asset, a later one updates it, and one that changes nothing makes no item.
A unit's EIC is its accounting point; one that fails the check is kept as the source's own identity of the
line, with a warning: documents of others are not the place to insist.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from adapters.configuration_document.psr_types import PSR_TYPES
from adapters.configuration_document.publication import Entry
from adapters.lexical import read_number
from contracts.canonical import plain_number
from contracts.identifiers import eic_problem
from contracts.reasons import Reason, Rule, has_errors

#: Unit of measure -> how many kW.
_KW = {"MAW": 1000, "KWT": 1}
_NUMBER = re.compile(r"[0-9]{1,12}(\.[0-9]{1,12})?", re.ASCII)
_LONGEST_SHOWN = 60


class Source(NamedTuple):
    """Who published the document (`a95:<EIC>`), and when, as an asset's source names them."""

    system: str
    revision: str


class Slice(NamedTuple):
    """What is stated of an asset from a day on. `payload` lacks what only one command has."""

    id: str
    since: date
    place: str
    payload: Mapping[str, Any]
    columns: Mapping[str, str]
    reasons: tuple[Reason, ...]


def slice_of(
    entry: Entry,
    since: date,
    voltage: str | None,
    psr_type: str | None,
    source: Source,
    today: date,
) -> Slice:
    """One entry. `psr_type`: that of its production unit, where it has none of its own. With reasons that
    have an error (XML-08) the entry is no use; its payload is then empty.
    """
    reasons = tuple(_reasons(entry, entry.psr_type or psr_type))
    if has_errors(reasons):
        return Slice(entry.id or "", since, entry.place, {}, {}, reasons)
    assert entry.id is not None
    kind = PSR_TYPES[entry.psr_type or psr_type or ""]
    attributes: dict[str, Any] = {
        "connection_status": "connected" if since <= today else "accepted",
        "export_capacity_kw": _kilowatts(entry),
        **kind.attributes,
    }
    if voltage is not None:
        attributes["connection_voltage_kv"] = read_number(voltage)
    if entry.name is not None:
        attributes["site_name"] = entry.name
    payload: dict[str, Any] = {
        "category": kind.category,
        "refs": [{"ref": entry.id}],
        "source": {**source._asdict(), "identity": entry.id},
        "attributes": attributes,
    }
    if eic_problem(entry.id) is None:
        payload["accounting_point"] = {"scheme": "eic", "id": entry.id}
    return Slice(entry.id, since, entry.place, payload, _columns(entry), reasons)


def _columns(entry: Entry) -> dict[str, str]:
    """JSON Pointer of the payload -> where it stood."""
    names = entry.names
    stood = {
        "/category": names.psr_type,
        "/accounting_point/id": names.id,
        "/source/identity": names.id,
        "/refs/0/ref": names.id,
        "/attributes/export_capacity_kw": names.power,
        "/attributes/site_name": names.name,
    }
    return {pointer: f"{entry.place}/{name}" for pointer, name in stood.items()}


def _reasons(entry: Entry, psr_type: str | None) -> Iterable[Reason]:
    names = entry.names
    if entry.id is None:
        yield _unusable(entry, names.id, "a unit has an mRID: without it nobody knows which it is")
    elif problem := eic_problem(entry.id):
        text = f"{entry.id[:_LONGEST_SHOWN]}: {problem}; kept as the source's identity, not as accounting point"
        yield Reason.warning(Rule.ASSET_01, text, place=f"{entry.place}/{names.id}")
    if entry.power is None:
        yield _unusable(entry, names.power, "a unit has a nominal power")
    elif (entry.power_unit or "MAW") not in _KW:
        text = f"the nominal power is in {str(entry.power_unit)[:_LONGEST_SHOWN]}: the hub knows {', '.join(_KW)}"
        yield _unusable(entry, names.power, text)
    if psr_type not in PSR_TYPES:
        said = "no type" if psr_type is None else f"the type {psr_type[:_LONGEST_SHOWN]!r}"
        yield _unusable(entry, names.psr_type, f"{said}: the hub knows {', '.join(PSR_TYPES)}")


def _unusable(entry: Entry, name: str, text: str) -> Reason:
    return Reason(Rule.XML_08, text, place=f"{entry.place}/{name}")


def _kilowatts(entry: Entry) -> Any:
    """Exact: 875.42 MW are 875420 kW. Text that is no such number is handed on, and refused with SCH-TYPE."""
    assert entry.power is not None
    if not _NUMBER.fullmatch(entry.power):
        return entry.power
    return plain_number(Decimal(entry.power) * _KW[entry.power_unit or "MAW"])
