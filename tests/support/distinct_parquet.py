"""Parquet files whose texts are all different, which no dictionary makes small.

`./hub python -m tests.support.distinct_parquet FILE ROWS GROUP_ROWS` writes one and cuts it in a process of its own;
prints rows, rows a second (of that process's own time) and the most memory that it had, as JSON.
"""

import json
import re
import resource
import subprocess
import sys
import time
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from adapters import adapter_for
from adapters.cutting import CutLimits, Cutter
from adapters.tables.writing_parquet import PARQUET
from contracts.messages import Envelope
from router.bootstrap import language

_COLUMNS = ("Make", "Model", "Serial number", "Postcode", *(f"Note {n}" for n in range(8)))
_MEDIA_TYPE = f"{PARQUET}; profile=heat_pump"


def write(file: Path, rows: int, group_rows: int) -> None:
    schema = pa.schema([(name, pa.string()) for name in _COLUMNS])
    with pq.ParquetWriter(file, schema) as writer:
        for first in range(0, rows, group_rows):
            numbers = range(first, min(first + group_rows, rows))
            texts = [[f"{name} of the asset {n:09}" for n in numbers] for name in _COLUMNS]
            writer.write_table(pa.table(texts, schema=schema), row_group_size=group_rows)


def measured(file: Path) -> dict[str, object]:
    cutter = adapter_for(language().adapters, _MEDIA_TYPE)
    assert isinstance(cutter, Cutter)
    now = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
    envelope = Envelope("", "acme", _MEDIA_TYPE, b"", now, statement_date=date(2026, 11, 24))
    began = time.process_time()
    with file.open("rb") as source:
        cut = cutter.cut(source, envelope, CutLimits())
        rows = sum(excerpt.rows for excerpt in cut.excerpts)
    seconds = time.process_time() - began
    return {
        "rows": rows,
        "rows_per_second": round(rows / seconds),
        "peak_rss_mb": _peak_mb(),
    }


def _peak_mb() -> int:
    """Of this process alone: what `getrusage` says begins with what its parent had."""
    status = Path("/proc/self/status")
    if not status.exists():  # no Linux
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024 // 1024
    found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text())
    assert found is not None
    return int(found[1]) // 1024


if __name__ == "__main__":
    path = Path(sys.argv[1])
    if len(sys.argv) == 2:
        print(json.dumps(measured(path)))  # noqa: T201 - its output
    else:
        write(path, int(sys.argv[2]), int(sys.argv[3]))
        subprocess.run(
            [sys.executable, "-m", "tests.support.distinct_parquet", str(path)], check=True
        )
