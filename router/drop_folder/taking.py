"""Taking a file: by renaming it into a folder of its own, locked for as long as somebody works on it.

Two processes never work on one file: the rename succeeds once, and the lock is the kernel's, who lets go of it when
a process dies.
"""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from pydantic import BaseModel

from router.drop_folder.layout import (
    PartnerFolder,
    exists_below,
    file_below,
    folder_below,
    side_name,
)
from router.killpoints import reached

_STATE = ".state.json"
_FRESH_STATE = ".state.json.part"
_STATE_BYTES = 64 * 1024


class TakenState(BaseModel):
    """What must be known after a crash. `is_rendered`: the answers lie beside the file; `prefix`: of the names in
    `done/` or `failed/`, once they are chosen; `refusal`: why there is no batch.
    """

    name: str
    batch: str | None = None
    refusal: str | None = None
    is_rendered: bool = False
    prefix: str | None = None


@dataclass(slots=True)
class Taken:
    """A file that is taken, its folder locked."""

    id: str
    folder: int
    state: TakenState

    @property
    def name(self) -> str:
        return self.state.name

    def save(self) -> None:
        """Survives the process, and the machine."""
        write_below(self.folder, _STATE, self.state.model_dump_json().encode(), via=_FRESH_STATE)

    @classmethod
    def read(cls, id: str, folder: int) -> Self | None:
        """None where the taking itself was cut short."""
        try:
            descriptor = file_below(folder, _STATE)
        except FileNotFoundError:
            return None
        with os.fdopen(descriptor, "rb") as file:
            return cls(id, folder, TakenState.model_validate_json(file.read(_STATE_BYTES)))


def take(partner: PartnerFolder, name: str, now: datetime) -> str | None:
    """Take a file of `in/`, with its side file; the id of its folder, or None where another was faster."""
    id = f"{now:%Y%m%dT%H%M%S%f}-{secrets.token_hex(4)}"
    folder = folder_below(partner.taken, id, mode=0o700)
    try:
        if not _lock(folder):
            return None
        Taken(id, folder, TakenState(name=name)).save()
        reached("drop.before_take")
        for each in (side_name(name), name):
            with suppress(FileNotFoundError):
                os.rename(each, each, src_dir_fd=partner.incoming, dst_dir_fd=folder)
        reached("drop.after_take")
        if exists_below(folder, name):
            return id
        give_back(partner, id, folder)
        return None
    finally:
        os.close(folder)


def give_back(partner: PartnerFolder, id: str, folder: int) -> None:
    """Undo a taking that got no file: what came along goes back, where it is not there anew."""
    with os.scandir(folder) as entries:
        names = [entry.name for entry in entries]
    for name in names:
        if name.startswith(".") or exists_below(partner.incoming, name):
            os.unlink(name, dir_fd=folder)
        else:
            os.rename(name, name, src_dir_fd=folder, dst_dir_fd=partner.incoming)
    os.rmdir(id, dir_fd=partner.taken)


def taken_ids(partner: PartnerFolder) -> list[str]:
    """In the order in which they were taken."""
    with os.scandir(partner.taken) as entries:
        return sorted(entry.name for entry in entries)


@contextmanager
def held(partner: PartnerFolder, id: str) -> Iterator[Taken | None]:
    """A taken file for as long as the block lasts; None where another works on it, or it is gone."""
    try:
        folder = folder_below(partner.taken, id)
    except FileNotFoundError:
        yield None
        return
    try:
        if not _lock(folder) or not exists_below(partner.taken, id):
            yield None
            return
        found = Taken.read(id, folder)
        if found is None or not exists_below(folder, found.name):
            give_back(partner, id, folder)
            yield None
            return
        yield found
    finally:
        os.close(folder)


def release(partner: PartnerFolder, taken: Taken) -> None:
    """Nothing of it is left here."""
    os.unlink(_STATE, dir_fd=taken.folder)
    os.rmdir(taken.id, dir_fd=partner.taken)


def write_below(folder: int, name: str, body: bytes, *, via: str) -> None:
    """A whole file or none, on the disk when this returns."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(via, flags, 0o640, dir_fd=folder), "wb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())
    os.replace(via, name, src_dir_fd=folder, dst_dir_fd=folder)


def _lock(folder: int) -> bool:
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
