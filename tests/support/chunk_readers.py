"""What processes of a test read chunks with: readers that fail, or die, over one chunk."""

import os
import signal
from dataclasses import replace
from typing import Any

from router.bootstrap import chunk_reader
from router.pipeline.group_reading import GroupReader
from router.pipeline.reading_processes import ChunkReader
from router.settings import Settings

FATAL_CHUNK = 4


def _over_one(settings: Settings, act: Any) -> ChunkReader:
    usual = chunk_reader(settings)
    reader = usual.reader

    def read(chunk: Any) -> Any:
        if chunk.number == FATAL_CHUNK:
            act()
        return reader._read(chunk)

    return replace(usual, reader=GroupReader(reader._connect, read))


def killed(settings: Settings) -> ChunkReader:
    """As for want of memory."""
    return _over_one(settings, lambda: os.kill(os.getpid(), signal.SIGKILL))


def failing(settings: Settings) -> ChunkReader:
    def fail() -> None:
        raise ValueError("a bug")

    return _over_one(settings, fail)


def never_there(_settings: Settings) -> ChunkReader:
    raise RuntimeError("this process cannot begin")
