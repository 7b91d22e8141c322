"""One file, from its first byte to its outcome file, as a partner sends it by HTTP."""

import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import psycopg

from bench.batches.place import PARTNER, Place
from contracts.batches import ENDS, BatchHeader, Policy
from router.batch_doors.by_http import HttpDoor
from router.batch_doors.door import upload
from router.batch_doors.source import measured

_LOOK_SECONDS = 0.02
_STATED = date(2026, 1, 1)
#: Format -> media type of a portfolio of heat pumps.
MEDIA_TYPES = {
    "csv": "text/csv; profile=heat_pump",
    "xml": "application/xml",
    "flat": "text/vnd.fmar.flat",
    "json": "application/cloudevents+json",
    "json-batch": "application/cloudevents-batch+json",
    "jsonl": "application/jsonl",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet; profile=heat_pump",
    "parquet": "application/vnd.apache.parquet; profile=heat_pump",
}


@dataclass(frozen=True, slots=True)
class Sent:
    """What came of a file. Seconds count from the moment at which its sender begins to read it: until the
    first row is answered, until the batch has ended, until its outcome file is there.
    """

    id: str
    progress: dict[str, Any]
    first_seconds: float
    ended_seconds: float
    seconds: float
    outcome_bytes: int


class Sender:
    """The partner of a place."""

    def __init__(self, place: Place) -> None:
        self._door = HttpDoor(place.base_url, partner=PARTNER, secret=place.secrets[PARTNER])
        self._watch = psycopg.connect(place.database_url, autocommit=True)

    def close(self) -> None:
        self._watch.close()

    def send(
        self,
        file: Path,
        format: str,
        policy: Policy,
        stated: date = _STATED,
        *,
        outcomes: bool = True,
    ) -> Sent:
        """Raises RuntimeError where the batch did not end well."""
        began = time.perf_counter()
        with file.open("rb") as content:
            whole = measured(content)
            header = BatchHeader(
                sender=PARTNER,
                media_type=MEDIA_TYPES[format],
                statement_date=stated.isoformat(),
                file_name=file.name,
                sha256=whole.sha256,
                size_bytes=whole.size_bytes,
                policy=policy,
            )
            opened = self._door.open(header)
            # The first row is answered while the last ones come.
            with ThreadPoolExecutor(1) as watching:
                seen = watching.submit(self._first, opened.id, began)
                if not opened.is_whole:
                    upload(self._door, content, whole, opened)
                first = seen.result()
        while (status := self._status(opened.id)) not in ENDS:
            time.sleep(_LOOK_SECONDS)
        ended = time.perf_counter() - began
        if status != "done":
            raise RuntimeError(f"{file.name}: {self._door.batch(opened.id)}")
        size = 0
        if outcomes:
            pieces = self._door.outcomes(opened.id, format="same", only=None).pieces
            size = sum(len(piece) for piece in pieces)
        seconds = time.perf_counter() - began
        return Sent(opened.id, self._door.batch(opened.id), first, ended, seconds, size)

    def refused(self, sent: Sent) -> Iterator[bytes]:
        """Its refused rows, as JSON Lines."""
        return self._door.outcomes(sent.id, format="jsonl", only="rejected").pieces

    def _first(self, id: str, began: float) -> float:
        """Seconds until the first row was answered, or the batch ended."""
        query = (
            "SELECT EXISTS (SELECT FROM batch_chunk c WHERE c.batch = b.row AND decided_at IS NOT NULL) "
            "OR status IN ('done', 'cancelled', 'failed') FROM batch b WHERE id = %s"
        )
        while not self._one(query, id):
            time.sleep(_LOOK_SECONDS)
        return time.perf_counter() - began

    def _status(self, id: str) -> Any:
        return self._one("SELECT status FROM batch WHERE id = %s", id)

    def _one(self, query: str, id: str) -> Any:
        row = self._watch.execute(query, (id,)).fetchone()
        assert row is not None
        return row[0]


def validated(file: Path) -> float:
    """Seconds of `hub validate` on a file, from its start as a command to its end: no servers."""
    command = [
        sys.executable,
        "-P",
        "-m",
        "router.cli",
        "validate",
        str(file),
        "--summary",
        "--json",
    ]
    began = time.perf_counter()
    done = subprocess.run(
        command, check=False, capture_output=True, text=True, cwd=Path(__file__).parents[2]
    )
    seconds = time.perf_counter() - began
    if done.returncode not in (0, 1):
        raise RuntimeError(f"hub validate {file.name}: {done.stdout}{done.stderr}")
    return seconds
