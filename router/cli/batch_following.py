"""Following a batch to its end, and what the end means for whoever waits at a terminal."""

import time
from pathlib import Path
from typing import Any

from contracts.batches import ENDS
from router.batch_doors.door import BatchDoor
from router.batches.outcome_files import Format, Only
from router.cli.batch_printing import row_bars

ALL_TAKEN, SOME_REJECTED, NOT_TAKEN, INTERRUPTED = 0, 1, 2, 130
_POLL_SECONDS = 0.3
_OF_SUFFIX: dict[str, Format] = {".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet"}


def follow(door: BatchDoor, id: str, *, wait_seconds: float | None, quiet: bool) -> dict[str, Any]:
    """The batch as it stands at its end, or after `wait_seconds`. Raises BatchDoorFailed."""
    deadline = None if wait_seconds is None else time.monotonic() + wait_seconds
    with row_bars(quiet=quiet) as bars:
        bars.begin(id, None)
        while True:
            batch = door.batch(id)
            bars.show(batch)
            if batch["status"] in ENDS or (deadline is not None and time.monotonic() > deadline):
                return batch
            time.sleep(_POLL_SECONDS)


def exit_status(batch: dict[str, Any], receipt: dict[str, Any] | None) -> int:
    """Of a batch that was waited for."""
    if receipt is None or batch["status"] != "done":
        return NOT_TAKEN
    return ALL_TAKEN if receipt["status"] in ("accepted", "scheduled") else SOME_REJECTED


def write_outcomes(
    door: BatchDoor, id: str, target: Path, *, format: Format | None, only: Only | None
) -> None:
    """The outcome file, whole or not at all. Its format is told by the name, else as the file was sent."""
    chosen = format or _OF_SUFFIX.get(target.suffix.lower(), "same")
    rendered = door.outcomes(id, format=chosen, only=only)
    fresh = target.with_name(f".{target.name}.part")
    try:
        with fresh.open("wb") as out:
            for piece in rendered.pieces:
                out.write(piece)
        fresh.replace(target)
    finally:
        fresh.unlink(missing_ok=True)
