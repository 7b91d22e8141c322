"""How many rows of the batch are decided by now: what kills and single messages are spaced by."""

import asyncio
import time
from dataclasses import dataclass

from registry_store.database import Database

_LOOK_SECONDS = 0.01


@dataclass
class Decided:
    """Kept up to date by `watch`; read on any thread. `deadline` (time.monotonic): of the whole run; waiting fails
    after it.
    """

    database: Database
    deadline: float
    rows: int = 0

    async def watch(self) -> None:
        """Until cancelled; while the database is away nothing is known to have moved."""
        while True:
            self.rows = await asyncio.to_thread(self._look)
            await asyncio.sleep(_LOOK_SECONDS)

    async def reach(self, rows: int) -> None:
        while not self._has(rows):  # noqa: ASYNC110 - asks a database
            await asyncio.sleep(_LOOK_SECONDS)

    def wait(self, rows: int) -> None:
        """The same on a thread."""
        while not self._has(rows):
            time.sleep(_LOOK_SECONDS)

    def _has(self, rows: int) -> bool:
        assert time.monotonic() < self.deadline, f"{self.rows} rows are decided, not {rows}"
        return self.rows >= rows

    def _look(self) -> int:
        try:
            with self.database.reading() as connection:
                found = connection.execute(
                    "SELECT coalesce(sum(rows), 0) FROM batch_chunk WHERE decided_at IS NOT NULL"
                ).fetchone()
        except Exception:  # noqa: BLE001 - whatever a connection that is gone raises
            return self.rows
        return int(found[0]) if found else self.rows
