"""Folders of one partner, held open: names are looked up below them, so that no link leads elsewhere."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import NamedTuple

#: What is being written, by its name: of the usual copying programs.
_UNFINISHED = (".tmp", ".part", ".partial", ".filepart", ".crdownload", ".swp", "~")
_SIDE = ".json"
_LONGEST_NAME = 150
_FOLDER_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class Trick(Exception):
    """A file that is not what it seems: a link, a device. The text is meant for the operator."""


class Seen(NamedTuple):
    """A file in `in/`, as it looked. Unchanged in all of it: nobody writes to it, as far as can be told."""

    name: str
    size_bytes: int
    modified_nanoseconds: int
    inode: int


@dataclass(frozen=True, slots=True)
class PartnerFolder:
    """Open folders, as descriptors."""

    slug: str
    incoming: int
    taken: int
    done: int
    failed: int


@contextmanager
def partner_folder(root: str, slug: str) -> Iterator[PartnerFolder]:
    """Made where they are missing. Raises OSError, also for a link in the place of a folder."""
    opened = [os.open(root, _FOLDER_FLAGS)]
    try:
        opened.append(folder_below(opened[0], slug, mode=0o770))
        for name, mode in (("in", 0o770), (".taken", 0o700), ("done", 0o770), ("failed", 0o770)):
            opened.append(folder_below(opened[1], name, mode=mode))
        yield PartnerFolder(slug, *opened[2:])
    finally:
        for descriptor in opened:
            os.close(descriptor)


def folder_below(parent: int, name: str, *, mode: int | None = None) -> int:
    """A folder, opened; made before if `mode` is given."""
    if mode is not None:
        with suppress(FileExistsError):
            os.mkdir(name, mode, dir_fd=parent)
    return os.open(name, _FOLDER_FLAGS, dir_fd=parent)


def file_below(parent: int, name: str) -> int:
    """A regular file that has one name, opened for reading. Raises Trick, or FileNotFoundError."""
    try:
        descriptor = os.open(name, _FILE_FLAGS, dir_fd=parent)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise Trick(f"{name} is no file that can be read: {error.strerror}") from error
    found = os.fstat(descriptor)
    if not stat.S_ISREG(found.st_mode) or found.st_nlink != 1:
        os.close(descriptor)
        raise Trick(f"{name} is no plain file with one name")
    return descriptor


def waiting(incoming: int) -> Iterator[Seen]:
    """The files in `in/` that could be taken, in the order of their names; links and devices are none."""
    with os.scandir(incoming) as entries:
        names = sorted(entry.name for entry in entries)
    for name in names:
        if not is_file_name(name) or (_is_side(name) and name.removesuffix(_SIDE) in names):
            continue
        with suppress(FileNotFoundError):
            found = os.stat(name, dir_fd=incoming, follow_symlinks=False)
            if stat.S_ISREG(found.st_mode) and found.st_nlink == 1:
                yield Seen(name, found.st_size, found.st_mtime_ns, found.st_ino)


def is_file_name(name: str) -> bool:
    """Whether a name is of a finished file, and not of the side file of one that is still to come."""
    if name.startswith(".") or name.lower().endswith(_UNFINISHED):
        return False
    if _is_side(name) and "." in name.removesuffix(_SIDE):
        return False
    return name.isprintable() and len(name.encode(errors="replace")) <= _LONGEST_NAME


def side_name(name: str) -> str:
    """Of the file that says something of this one."""
    return f"{name}{_SIDE}"


def exists_below(parent: int, name: str) -> bool:
    try:
        os.stat(name, dir_fd=parent, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


def _is_side(name: str) -> bool:
    return name.endswith(_SIDE) and name != _SIDE
