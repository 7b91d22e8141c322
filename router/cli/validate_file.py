"""A large file for `hub validate`: opened as it lies there, answered by several processes, shown as it goes."""

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

import orjson
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from adapters.cutting import Cutter
from contracts.messages import Envelope
from router.batches.expanding import ExpandBounds, Expanded, FileBroken
from router.batches.prompt import Prompt
from router.cores import cores
from router.language import Language
from router.offline_files import FileValidation, cut_file, in_processes
from router.offline_tally import Tally
from router.settings import Settings

_BUFFER_BYTES = 256 * 1024


class Large(NamedTuple):
    """`envelope` is without a body; `encoding` is what the file is compressed with, "" for nothing."""

    path: Path
    encoding: str
    envelope: Envelope
    cutter: Cutter


def answered(file: Large, spoken: Language, *, shows_results: bool) -> Tally:
    """What was found. With `shows_results` one JSON object is written to standard output as it comes."""
    with ExitStack() as stack:
        pool = stack.enter_context(in_processes(spoken))
        raw = stack.enter_context(file.path.open("rb"))
        try:
            source = _source(raw, file, stack)
            cut = cut_file(source, file.envelope, file.cutter)
        except FileBroken as broken:
            tally = Tally()
            tally.say((broken.reason,))
            if shows_results:
                stack.enter_context(_json_object(tally))
            return tally
        validation = FileValidation(cut, file.envelope, shows_results=shows_results)
        written = stack.enter_context(_json_object(validation.tally)) if shows_results else None
        progress = stack.enter_context(_progress(file.path))
        for part in validation.parts(pool, cores()):
            if written is not None:
                written.add(part.results)
            progress.update(raw.tell(), validation.tally)
    return validation.tally


def _source(raw: BinaryIO, file: Large, stack: ExitStack) -> BinaryIO:
    """The content; as a file of its own where its adapter must go back and forth in it."""
    if not file.encoding:
        return raw
    settings = Settings()
    bounds = ExpandBounds(settings.batch_expanded_limit_bytes, settings.batch_expansion_limit)
    expanded = cast(BinaryIO, Prompt(Expanded(raw, file.encoding, bounds), _BUFFER_BYTES))
    if not file.cutter.needs_whole(file.envelope):
        return expanded
    temporary = tempfile.TemporaryFile(prefix="fmar-validate-")  # noqa: SIM115 - closed by the stack
    stack.callback(temporary.close)
    shutil.copyfileobj(expanded, temporary, _BUFFER_BYTES)
    temporary.seek(0)
    return cast(BinaryIO, temporary)


class _Results:
    """The array of results, one line for each."""

    def __init__(self) -> None:
        self._is_first = True

    def add(self, results: bytes) -> None:
        if results:
            sys.stdout.buffer.write(b"\n" if self._is_first else b",\n")
            sys.stdout.buffer.write(results)
            self._is_first = False


@contextmanager
def _json_object(tally: Tally) -> Iterator[_Results]:
    """One object: its results as they come, then what is known only after them."""
    sys.stdout.buffer.write(b'{"results": [')
    yield _Results()
    sys.stdout.buffer.write(b"\n],\n")
    sys.stdout.buffer.write(orjson.dumps(tally.as_json())[1:] + b"\n")
    sys.stdout.buffer.flush()


class _Shown:
    """How far it is, where someone looks on."""

    def __init__(self, progress: Progress, size_bytes: int) -> None:
        self._progress = progress
        self._task = progress.add_task("", total=size_bytes, found="")

    def update(self, bytes_read: int, tally: Tally) -> None:
        found = f"{tally.items:,} items, {tally.rejected:,} rejected"
        self._progress.update(self._task, completed=bytes_read, found=found)


@contextmanager
def _progress(path: Path) -> Iterator[_Shown]:
    """On standard error, gone when it is done; nothing where that is no terminal."""
    columns = (
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[found]}"),
        TimeRemainingColumn(),
    )
    console = Console(stderr=True)
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as progress:
        yield _Shown(progress, path.stat().st_size)
