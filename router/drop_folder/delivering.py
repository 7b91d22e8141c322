"""The answers of a file, laid beside it: receipt and outcome file, then the file itself, into `done/` or `failed/`."""

import fcntl
import os
from pathlib import PurePath
from typing import Any

import orjson

from router.batch_doors.door import BatchDoor, Outcomes
from router.drop_folder.layout import PartnerFolder, exists_below, side_name
from router.drop_folder.taking import Taken, release, write_below
from router.killpoints import reached

_PART = ".answer.part"


def render_answers(taken: Taken, door: BatchDoor, batch: dict[str, Any]) -> None:
    """Receipt and outcomes of a batch that has ended, whole, before anything is moved.

    A file that cannot be used as a whole has no rows to answer.
    """
    receipt = door.receipt(batch["id"])
    _write_receipt(taken, receipt or orjson.dumps({"batch": batch}))
    if receipt is not None and batch["status"] != "failed":
        _write_outcomes(taken, door.outcomes(batch["id"], format="same", only=None))
    _rendered(taken)


def render_refusal(taken: Taken, refusal: str) -> None:
    """Of a file that became no batch."""
    _write_receipt(taken, orjson.dumps({"status": "rejected", "text": refusal}))
    _rendered(taken)


def deliver(partner: PartnerFolder, taken: Taken, *, is_done: bool) -> None:
    """Move everything, the file last. Names that are in use already get the moment of the taking before them."""
    target = partner.done if is_done else partner.failed
    names = _answers(taken)
    fcntl.flock(target, fcntl.LOCK_EX)
    try:
        prefix = taken.state.prefix
        if prefix is None or any(exists_below(target, prefix + name) for name in names):
            in_use = any(exists_below(target, name) for name in names)
            taken.state.prefix = prefix = f"{taken.id}-" if in_use else ""
            taken.save()
        for name in names:
            os.rename(name, prefix + name, src_dir_fd=taken.folder, dst_dir_fd=target)
            reached("drop.after_move")
    finally:
        fcntl.flock(target, fcntl.LOCK_UN)
    release(partner, taken)


def _answers(taken: Taken) -> list[str]:
    """What lies there still, the file itself last."""
    with os.scandir(taken.folder) as entries:
        names = sorted(entry.name for entry in entries if not entry.name.startswith("."))
    return sorted(names, key=lambda name: (name == taken.name, name != side_name(taken.name), name))


def _write_receipt(taken: Taken, body: bytes) -> None:
    write_below(taken.folder, f"{taken.name}.receipt.json", body, via=_PART)


def _write_outcomes(taken: Taken, outcomes: Outcomes) -> None:
    suffix = PurePath(outcomes.file_name).suffix or PurePath(taken.name).suffix
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(_PART, flags, 0o640, dir_fd=taken.folder), "wb") as file:
        for piece in outcomes.pieces:
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    name = f"{taken.name}.outcomes{suffix}"
    os.replace(_PART, name, src_dir_fd=taken.folder, dst_dir_fd=taken.folder)


def _rendered(taken: Taken) -> None:
    taken.state.is_rendered = True
    taken.save()
    reached("drop.after_render")
