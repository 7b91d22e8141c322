"""Whether every fault that was sown is answered at its place by its rule, and no other row is refused."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import orjson

_NAMED = 5


def verify(manifest: Path, refused: Iterable[bytes], what: str) -> int:
    """How many faults were found, each by its rule at its row and column. `manifest`: what was sown; `refused`:
    pieces of the batch's refused rows as JSON Lines. Both are in the order of the file, and read side by side.

    Raises RuntimeError with the first rows that differ.
    """
    sown = map(orjson.loads, manifest.open("rb"))
    found, differing = 0, list[str]()
    for number, (fault, row) in enumerate(_paired(sown, map(orjson.loads, _lines(refused)))):
        if len(differing) == _NAMED:
            break
        if fault is not None and row is not None and _is_found(fault, row):
            found += 1
        else:
            differing.append(f"fault {number + 1}: sown {fault}, answered {row}")
    if differing:
        raise RuntimeError(f"{what}: faults and refusals differ: " + "; ".join(differing))
    return found


def _is_found(fault: dict[str, Any], row: dict[str, Any]) -> bool:
    errors = [reason for reason in row["reasons"] if reason["severity"] == "error"]
    if row["item"] != fault["item"] or len(errors) != 1:
        return False
    (reason,) = errors
    at_its_place = (
        reason["place"] == fault["place"]
        if "column" in fault
        else str(reason["place"]).startswith(fault["place"])
    )
    return at_its_place and reason["rule"] == fault["rule"]


def _paired(
    left: Iterator[dict[str, Any]], right: Iterator[dict[str, Any]]
) -> Iterator[tuple[dict[str, Any] | None, dict[str, Any] | None]]:
    """Side by side, to the end of the longer one."""
    while True:
        pair = next(left, None), next(right, None)
        if pair == (None, None):
            return
        yield pair


def _lines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    left = b""
    for piece in pieces:
        *whole, left = (left + piece).split(b"\n")
        yield from filter(None, whole)
    if left:
        yield left
