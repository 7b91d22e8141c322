"""Write: the anchors of records, new ones and those that changed."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

import psycopg

from contracts.changes import RecordChange
from registry_store.array_text import number_array, text_array
from registry_store.copying import copy_lines, text_field

#: The FSP of a changed asset whose organisation was not loaded: it did not change.
_AS_IT_IS = 0


class _Current(NamedTuple):
    """What is true now, and filtered by. All None: a correction of the past leaves it as it is."""

    version: int | None = None
    status: str | None = None
    category: str | None = None
    gsp_group: str | None = None
    network_area: str | None = None
    fsp: int | None = None


class _AnchorRow(NamedTuple):
    row: int
    id: str
    kind: str
    version: int
    current: _Current


@dataclass(slots=True)
class AnchorRows:
    """What a group changes of `record`, by public id."""

    new: dict[str, _AnchorRow] = field(default_factory=dict)
    changed: dict[str, _AnchorRow] = field(default_factory=dict)

    def take(self, change: RecordChange, row: int, fsp_row: int | None, *, is_new: bool) -> None:
        """`fsp_row`: that of its FSP, where that was loaded."""
        anchors = self.new if is_new or change.id in self.new else self.changed
        if change.is_current:
            current = _current(change, fsp_row)
        else:
            before = anchors.get(change.id)
            current = _Current() if before is None else before.current
        anchors[change.id] = _AnchorRow(row, change.id, change.kind, change.version, current)

    def write(self, connection: psycopg.Connection) -> None:
        copy_lines(
            connection,
            "record (row, id, kind, version, current_version, status, category, gsp_group, network_area, fsp)",
            [
                f"{row}\t{id}\t{kind}\t{version}\t{_fields(current)}"
                for row, id, kind, version, current in self.new.values()
            ],
        )
        self._write_changed(connection)

    def _write_changed(self, connection: psycopg.Connection) -> None:
        if not self.changed:
            return
        rows = [(each.row, each.version, *each.current) for each in self.changed.values()]
        columns = [
            array(column) for array, column in zip(_ARRAYS, zip(*rows, strict=True), strict=True)
        ]
        connection.execute(  # what is put in is a constant of this module
            "UPDATE record r SET version = c.version, current_version = coalesce(c.current, r.current_version), "  # noqa: S608
            "status = coalesce(c.status, r.status), "
            "category = CASE WHEN c.current IS NULL THEN r.category ELSE c.category END, "
            "gsp_group = CASE WHEN c.current IS NULL THEN r.gsp_group ELSE c.gsp_group END, "
            "network_area = CASE WHEN c.current IS NULL THEN r.network_area ELSE c.network_area END, "
            f"fsp = CASE WHEN c.current IS NULL OR c.fsp = {_AS_IT_IS} THEN r.fsp ELSE c.fsp END "
            "FROM unnest(%s::bigint[], %s::int[], %s::int[], %s::text[], %s::text[], %s::text[], %s::text[], %s::bigint[]) "
            "AS c (row, version, current, status, category, gsp_group, network_area, fsp) WHERE r.row = c.row",
            columns,
        )


def _current(change: RecordChange, fsp_row: int | None) -> _Current:
    content = change.content
    network = content.get("network", {})
    return _Current(
        change.version,
        content["status"],
        content.get("category"),
        network.get("gsp_group"),
        network.get("area"),
        (fsp_row or _AS_IT_IS) if "fsp" in content else None,
    )


_numbers: Callable[[Iterable[Any]], str] = number_array
_texts: Callable[[Iterable[Any]], str] = text_array
#: Of the columns of a changed anchor.
_ARRAYS = (_numbers, _numbers, _numbers, _texts, _texts, _texts, _texts, _numbers)


@lru_cache(maxsize=4_096)
def _fields(current: _Current) -> str:
    """Many records have the same."""
    return "\t".join([text_field(None if value is None else str(value)) for value in current])
