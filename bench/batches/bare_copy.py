"""The floor: the very same rows that the hub wrote, by bare COPY over one connection into the same tables and indexes.

The rows are taken out of the hub's registry as COPY has them, and put into the second database in one transaction, in
the order in which the hub wrote them. What is not timed is put in as well: both databases hold the same.
"""

import time
from collections.abc import Iterator

import psycopg

#: What a batch writes into the registry, by the positions of its changes.
_LOG = "position > {after} AND position <= {up_to}"
_NEW = "record IN (SELECT record FROM change WHERE {log} AND version = 1)"
_ROWS = {
    "record_key": _NEW,
    "record_ref": _NEW,
    "record": "row IN (SELECT record FROM change WHERE {log} AND version = 1)",
    "record_version": "(record, version) IN (SELECT record, version FROM change WHERE {log})",
    "change": "{log}",
    "segment": "first_position > {after} AND first_position <= {up_to}",
}
_HEAD = "SELECT coalesce(max(first_position + count - 1), 0) FROM segment"


class BareCopy:
    """Keeps the second database level with the hub's."""

    def __init__(self, hub_url: str, floor_url: str) -> None:
        self._hub = psycopg.connect(hub_url, autocommit=True)
        self._floor = psycopg.connect(floor_url, autocommit=True)
        self._level = 0
        self.follow()

    def close(self) -> None:
        self._hub.close()
        self._floor.close()

    def assets(self) -> int:
        """How many the register holds."""
        row = self._floor.execute("SELECT count(*) FROM record WHERE kind = 'asset'").fetchone()
        assert row is not None
        return int(row[0])

    def follow(self) -> float:
        """Put in what the hub wrote since the last time; how many seconds the COPY itself took."""
        row = self._hub.execute(_HEAD).fetchone()
        assert row is not None
        head = row[0]
        log = _LOG.format(after=self._level, up_to=head)
        tables = {
            table: [*self._taken_out(table, rows.format(log=log, after=self._level, up_to=head))]
            for table, rows in _ROWS.items()
        }
        self._level = head
        began = time.perf_counter()
        with self._floor.transaction():
            for table, parts in tables.items():
                with self._floor.cursor().copy(f"COPY {table} FROM STDIN") as copy:
                    for part in parts:
                        copy.write(part)
        return time.perf_counter() - began

    def _taken_out(self, table: str, condition: str) -> Iterator[bytes]:
        query = f"COPY (SELECT * FROM {table} WHERE {condition} ORDER BY ctid) TO STDOUT"  # noqa: S608 - constants
        with self._hub.cursor().copy(query) as copy:
            for part in copy:
                yield bytes(part)
