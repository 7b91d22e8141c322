"""`hub send` of a file as a batch: uploaded in parts, followed to its end, answered by a summary receipt."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import orjson
import typer

from contracts.batches import BatchHeader
from router.batch_doors.door import BatchDoor, Opened, upload
from router.batch_doors.source import Encoding, measured
from router.cli.batch_door import batch_door
from router.cli.batch_following import INTERRUPTED, exit_status, follow, write_outcomes
from router.cli.batch_printing import byte_bars, plain, print_receipt
from router.settings import Settings


@dataclass(frozen=True, slots=True)
class BatchSending:
    """What is sent, and what is wanted of it. `wait_seconds`: None: to its end; 0: not at all."""

    file: Path
    header: BatchHeader
    secret: str | None
    compress: Encoding
    wait_seconds: float | None
    outcomes: Path | None
    as_json: bool


def send_as_batch(settings: Settings, sending: BatchSending) -> None:
    """Send, follow, print. Ends with the status that says what became of the rows."""
    door = batch_door(settings, partner=sending.header.sender, secret=sending.secret)
    with door as way, sending.file.open("rb") as file:
        opened = _uploaded(way, file, sending)
        if sending.wait_seconds == 0:
            _print_sent(opened, sending)
            return
        with _leaving_running(opened.id):
            batch = follow(way, opened.id, wait_seconds=sending.wait_seconds, quiet=sending.as_json)
        stored = way.receipt(opened.id)
        if sending.outcomes is not None:
            write_outcomes(way, opened.id, sending.outcomes, format=None, only=None)
    receipt = None if stored is None else orjson.loads(stored)
    _print_ended(batch, receipt, sending)
    raise typer.Exit(exit_status(batch, receipt))


def _uploaded(door: BatchDoor, file: BinaryIO, sending: BatchSending) -> Opened:
    """The upload, complete; gone on with where the same file was begun before."""
    size_bytes = None if sending.compress else sending.file.stat().st_size
    with byte_bars(quiet=sending.as_json) as bars:
        bars.begin("reading", size_bytes)
        whole = measured(file, sending.compress, bars.advance)
        opened = door.open(sending.header.model_copy(update=whole._asdict()))
        if opened.is_whole:
            return opened
        bars.begin("sending", whole.size_bytes)
        with _resumable(opened.id):
            upload(door, file, whole, opened, compress=sending.compress, on_bytes=bars.advance)
    return opened


@contextmanager
def _interruptible(word: str) -> Iterator[None]:
    """Ctrl-C ends the command with a word on what stays behind."""
    try:
        yield
    except KeyboardInterrupt as error:
        typer.echo(word, err=True)
        raise typer.Exit(INTERRUPTED) from error


def _resumable(id: str) -> AbstractContextManager[None]:
    return _interruptible(
        f"interrupted: what was sent of {id} is kept for a day. The same command again goes on where it was; "
        f"hub batch cancel {id} gives it up."
    )


def _leaving_running(id: str) -> AbstractContextManager[None]:
    return _interruptible(f"{id} runs on without you: hub batch follow {id}")


def _print_sent(opened: Opened, sending: BatchSending) -> None:
    if sending.as_json:
        typer.echo(orjson.dumps({"batch": opened.id, "receipt": None}).decode())
    else:
        typer.echo(f"sent {opened.id} as {sending.header.sender}: hub batch follow {opened.id}")


def _print_ended(
    batch: dict[str, Any], receipt: dict[str, Any] | None, sending: BatchSending
) -> None:
    if sending.as_json:
        said = {"batch": batch["id"], "message_id": batch["message_id"], "receipt": receipt}
        typer.echo(orjson.dumps(said | {"progress": batch}).decode())
        return
    out = plain()
    out.print(
        f"sent {batch['message_id']} as {batch['sender']}: {batch['id']} is {batch['status']}"
    )
    if receipt is not None:
        print_receipt(receipt, out)
    elif batch.get("cause"):
        out.print(batch["cause"])
    if sending.outcomes is not None:
        out.print(f"outcomes: {sending.outcomes}")
